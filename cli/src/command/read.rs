//! `list`, `inspect`, `whoami` and `users`: what only reads.

use crate::failure::Failure;
use crate::json::{TokenJson, UserJson};
use crate::printable::printable;
use crate::session::Session;
use crate::table;

pub(crate) fn list(session: &Session) -> Result<(), Failure> {
    let tokens =
        session.client()?.list_tokens(session.user_id()).map_err(|error| Failure::of_call(error, session.user_id()))?;
    let now = session.now();
    if session.is_json() {
        let list: Vec<TokenJson<'_>> = tokens.iter().map(|token| TokenJson::new(token, now)).collect();
        return session.print_json(&list);
    }
    if tokens.is_empty() {
        match session.user_id() {
            Some(id) => session.note(&format!("User {} has no tokens.", printable(id))),
            None => session.note("There are no tokens."),
        }
        return Ok(());
    }
    session.print(&table::tokens(&tokens, now))
}

pub(crate) fn inspect(session: &Session, token_id: &str) -> Result<(), Failure> {
    let token = session
        .client()?
        .get_token(token_id, session.user_id())
        .map_err(|error| Failure::of_call(error, session.user_id()))?;
    if session.is_json() {
        return session.print_json(&TokenJson::new(&token, session.now()));
    }
    session.print(&table::token(&token, session.now()))
}

pub(crate) fn whoami(session: &Session) -> Result<(), Failure> {
    let user = session.client()?.current_user()?;
    if session.is_json() {
        return session.print_json(&UserJson::from(&user));
    }
    session.print(&table::user(&user))
}

pub(crate) fn users(session: &Session) -> Result<(), Failure> {
    let users = session.client()?.list_users()?;
    if session.is_json() {
        let list: Vec<UserJson<'_>> = users.iter().map(UserJson::from).collect();
        return session.print_json(&list);
    }
    session.print(&table::users(&users))
}
