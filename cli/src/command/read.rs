//! `list`, `inspect`, `whoami` and `users`: the commands that only read.

use crate::failure::Failure;
use crate::json::{TokenJson, UserJson};
use crate::printable::printable;
use crate::session::Session;
use crate::table;

pub(crate) fn list(session: &Session) -> Result<(), Failure> {
    let tokens = session.client()?.list_tokens(session.user_id()).map_err(|error| session.failed(error))?;
    let now = session.now();
    if session.is_json() {
        let list: Vec<TokenJson<'_>> = tokens.iter().map(|token| TokenJson::new(token, now)).collect();
        return session.print_json(&list);
    }
    if tokens.is_empty() {
        match session.user_id() {
            Some(id) => session.note(&format!("User {} has no tokens.", printable(id))),
            None => session.note("You have no tokens."),
        }
        return Ok(());
    }
    // Without --user-id the owner is the credential's user.
    let is_own = session.user_id().is_none();
    session.print(&table::tokens(&tokens, now, is_own, session.width()))
}

pub(crate) fn inspect(session: &Session, token_id: &str) -> Result<(), Failure> {
    let token = session
        .client()?
        .get_token(token_id, session.user_id())
        .map_err(|error| session.failed_for(error, token_id))?;
    if session.is_json() {
        return session.print_json(&TokenJson::new(&token, session.now()));
    }
    session.print(&table::token(&token, session.now()))
}

pub(crate) fn whoami(session: &Session) -> Result<(), Failure> {
    let user = session.client()?.current_user().map_err(|error| session.failed(error))?;
    if session.is_json() {
        return session.print_json(&UserJson::from(&user).with_source(session.origin()));
    }
    session.print(&table::user(&user, session.origin().map(|origin| origin.to_string())))
}

pub(crate) fn users(session: &Session) -> Result<(), Failure> {
    let users = session.client()?.list_users().map_err(|error| session.failed(error))?;
    if session.is_json() {
        let list: Vec<UserJson<'_>> = users.iter().map(UserJson::from).collect();
        return session.print_json(&list);
    }
    session.print(&table::users(&users, session.width()))
}
