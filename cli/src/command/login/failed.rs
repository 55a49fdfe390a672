//! What it means when a login ends early.

use netbird_tokens::{Error, ErrorKind};

use crate::failure::Failure;
use crate::session::Session;

/// The failure before there is a login.
pub(super) fn failed(session: &Session, error: Error) -> Failure {
    match error.kind() {
        ErrorKind::Cancelled => Failure::cancelled("interrupted. Nothing was stored, and no token was created"),
        _ => session.failed(error),
    }
}
