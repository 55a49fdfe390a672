//! Where the login is to be kept: decided, and tried, before the person logs in.

use std::io::{self, IsTerminal as _};

use crate::arguments::{Keeping, LoginStore};
use crate::failure::Failure;
use crate::session::Session;
use crate::stored_login::StoredLogin;

/// What keeps it, and where. `None` if it is not to be kept.
pub(super) fn choose<'a>(
    session: &'a Session,
    keeping: Keeping,
    management_url: &str,
) -> Result<Option<(StoredLogin<'a>, LoginStore)>, Failure> {
    if keeping == Keeping::Nothing {
        return Ok(None);
    }
    let shelf = StoredLogin::of(session, management_url)?.ok_or_else(|| {
        Failure::configuration(
            "there is no home directory to keep the login in: set HOME or XDG_STATE_HOME, or add --no-store",
        )
    })?;
    let store = match keeping {
        Keeping::In(store) => match (store, shelf.try_store(store)?) {
            (_, Ok(())) => store,
            (LoginStore::Keyring, Err(why)) => return Err(no_keyring(&why)),
            (LoginStore::File, Err(why)) => return Err(no_file(&why)),
        },
        Keeping::Ask | Keeping::Nothing => match shelf.try_store(LoginStore::Keyring)? {
            Ok(()) => LoginStore::Keyring,
            Err(why) => ask(session, &shelf, &why)?,
        },
    };
    Ok(Some((shelf, store)))
}

/// Asks whether a file will do, where there is somebody to ask.
fn ask(session: &Session, shelf: &StoredLogin<'_>, why: &str) -> Result<LoginStore, Failure> {
    if !io::stdin().is_terminal() {
        return Err(no_keyring(why));
    }
    session.warn(&format!(
        "The login cannot be kept in the keyring: {why}.\nIt can be kept in a file that only you can read: {}",
        shelf.path().display()
    ));
    session.confirm("Keep it there?")?;
    shelf.try_store(LoginStore::File)?.map_err(|why| no_file(&why))?;
    Ok(LoginStore::File)
}

fn no_keyring(why: &str) -> Failure {
    Failure::configuration(format!(
        "the login cannot be kept in the keyring: {why}. Add --store file to keep it in a file that only you can read, or \
         --no-store to keep nothing. Nothing was done"
    ))
}

fn no_file(why: &str) -> Failure {
    Failure::configuration(format!(
        "the login cannot be kept in a file: {why}. Set XDG_STATE_HOME to a directory that you can write to, or add --no-store. \
         Nothing was done"
    ))
}
