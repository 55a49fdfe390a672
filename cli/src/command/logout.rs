//! `logout`: forgets the login that is kept for one management URL. Sends nothing.

use std::time::Duration;

use crate::arguments::{Connection, LoginStore};
use crate::failure::Failure;
use crate::json::LogoutJson;
use crate::printable::printable;
use crate::session::Session;
use crate::stored_login::StoredLogin;

/// How long a person may take to unlock the keyring.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The connection that is not made: every management URL that a login can be for is accepted.
pub(crate) fn connection() -> Connection {
    Connection { timeout: TIMEOUT, allow_insecure_http: true, ..Connection::default() }
}

pub(crate) fn logout(session: &Session) -> Result<(), Failure> {
    let management_url = session.management_url()?;
    let removed = match StoredLogin::of(session, &management_url)? {
        Some(shelf) => shelf.forget()?,
        None => Vec::new(),
    };
    if session.is_json() {
        return session.print_json(&LogoutJson { management_url: &management_url, removed: &removed });
    }
    let url = printable(&management_url);
    match removed.as_slice() {
        [] => session.note(&format!("No login is kept for {url}.")),
        [LoginStore::Keyring] => session.note(&format!("Removed the login for {url} from the keyring.")),
        [LoginStore::File] => session.note(&format!("Removed the login for {url}, which was in a file.")),
        _ => session.note(&format!("Removed the login for {url} from the keyring and from a file.")),
    }
    Ok(())
}
