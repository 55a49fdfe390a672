//! `revoke`: shows the token, asks, and deletes it.

use crate::failure::Failure;
use crate::json::RevokedJson;
use crate::printable::printable;
use crate::session::Session;
use crate::table;

pub(crate) fn revoke(session: &Session, token_id: &str, yes: bool) -> Result<(), Failure> {
    let client = session.client()?;
    let failed = |error| session.failed_for(error, token_id);
    let mut name = String::new();
    if !yes {
        session.require_person()?;
        let token = client.get_token(token_id, session.user_id()).map_err(failed)?;
        session.note(anstream::adapter::strip_str(&table::token(&token, session.now())).to_string().trim_end());
        session.confirm("Revoke this token permanently?")?;
        name = format!(" ({})", printable(token.name()));
    }
    client.delete_token(token_id, session.user_id()).map_err(failed)?;
    if session.is_json() {
        return session.print_json(&RevokedJson { id: token_id, revoked: true });
    }
    session.note(&format!("Revoked token {}{name}.", printable(token_id)));
    Ok(())
}
