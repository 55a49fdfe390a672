//! The exit statuses: one for each outcome that a script may want to handle.

use netbird_tokens::{CredentialState, ErrorKind};

pub(crate) const DONE: u8 = 0;
pub(crate) const FAILED: u8 = 1;
pub(crate) const USAGE: u8 = 2;
pub(crate) const CONFIGURATION: u8 = 3;
pub(crate) const INVALID_CREDENTIAL: u8 = 4;
pub(crate) const NOT_CONFIRMED: u8 = 40;
pub(crate) const SECRET_LOST: u8 = 41;
pub(crate) const FINDINGS: u8 = 61;
pub(crate) const INCOMPLETE: u8 = 62;
pub(crate) const NOTHING_TO_DO: u8 = 71;
pub(crate) const BUSY: u8 = 72;
pub(crate) const NOT_STORED: u8 = 73;
pub(crate) const INTERRUPTED: u8 = 130;

/// The statuses with their meaning, for the help, the manual page and the guide.
pub(crate) const TABLE: &[(u8, &str)] = &[
    (DONE, "done"),
    (FAILED, "this machine failed: the output could not be written, or a demo step failed"),
    (USAGE, "invalid_argument: the command line, or a name, id, URL or number in it"),
    (CONFIGURATION, "configuration: no credential, variables that disagree, an unreadable file"),
    (INVALID_CREDENTIAL, "invalid_credential: malformed; nothing was sent"),
    (10, "unauthorized: the server refuses the credential"),
    (11, "forbidden: the credential is not allowed to do this"),
    (12, "not_found: no such user or token"),
    (13, "conflict"),
    (14, "rejected: the server refuses the request"),
    (15, "rate_limited"),
    (16, "server_error"),
    (20, "connect: no connection; nothing was sent"),
    (21, "tls: no secure connection; nothing was sent"),
    (22, "timeout"),
    (23, "transport: the connection broke"),
    (24, "unexpected_response: the answer is not NetBird's"),
    (30, "outcome_unknown: a create or revoke may have happened; the error says what to look for"),
    (NOT_CONFIRMED, "not_confirmed: the answer was no, or nobody could be asked; nothing was done"),
    (SECRET_LOST, "secret_lost: created, but the secret could not be written; the error names the token to revoke"),
    (51, "check: unknown (revoked, or of another server)"),
    (52, "check: refused (expired)"),
    (53, "check: the user is blocked"),
    (54, "check: the user is waiting for approval"),
    (55, "check: the user's role has no rights here"),
    (FINDINGS, "audit: tokens in a state of --fail-on"),
    (INCOMPLETE, "audit: incomplete; users failed, or the time limit was reached"),
    (NOTHING_TO_DO, "rotate: nothing to do; the token does not expire soon, or no rotation was interrupted"),
    (BUSY, "rotate: busy; another run is using the journal, this one did nothing"),
    (NOT_STORED, "rotate: not_stored; the new secret could not be handed over, the old token still works"),
    (90, "internal: a bug in this program"),
    (INTERRUPTED, "cancelled: interrupted by Ctrl-C or SIGTERM"),
];

/// The status for a failed call. From 10 on it is the error's own number.
pub(crate) fn of_kind(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::InvalidArgument => USAGE,
        ErrorKind::InvalidCredential => INVALID_CREDENTIAL,
        ErrorKind::Configuration => CONFIGURATION,
        ErrorKind::Unauthorized => 10,
        ErrorKind::Forbidden => 11,
        ErrorKind::NotFound => 12,
        ErrorKind::Conflict => 13,
        ErrorKind::Rejected => 14,
        ErrorKind::RateLimited => 15,
        ErrorKind::ServerError => 16,
        ErrorKind::Connect => 20,
        ErrorKind::Tls => 21,
        ErrorKind::Timeout => 22,
        ErrorKind::Transport => 23,
        ErrorKind::UnexpectedResponse => 24,
        ErrorKind::OutcomeUnknown => 30,
        ErrorKind::Internal => 90,
        ErrorKind::Cancelled => INTERRUPTED,
    }
}

/// The status of `check`.
pub(crate) fn of_state(state: CredentialState) -> u8 {
    match state {
        CredentialState::Working => DONE,
        CredentialState::Unknown => 51,
        CredentialState::Refused => 52,
        CredentialState::Blocked => 53,
        CredentialState::PendingApproval => 54,
        CredentialState::Forbidden => 55,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_status_is_in_the_table_once() {
        let listed: BTreeSet<u8> = TABLE.iter().map(|(status, _)| *status).collect();
        assert_eq!(listed.len(), TABLE.len());
        let mut used: BTreeSet<u8> = ErrorKind::ALL.iter().map(|kind| of_kind(*kind)).collect();
        assert_eq!(used.len(), ErrorKind::ALL.len(), "two kinds share a status");
        used.extend(CredentialState::ALL.iter().map(|state| of_state(*state)));
        used.extend([DONE, FAILED, NOT_CONFIRMED, SECRET_LOST, FINDINGS, INCOMPLETE]);
        used.extend([NOTHING_TO_DO, BUSY, NOT_STORED]);
        assert_eq!(used, listed);
    }

    #[test]
    fn the_table_names_the_kind() {
        for kind in ErrorKind::ALL {
            let (_, meaning) = TABLE.iter().find(|(status, _)| *status == of_kind(*kind)).unwrap();
            assert!(meaning.starts_with(kind.name()), "{kind}: {meaning}");
        }
    }

    #[test]
    fn from_ten_on_a_status_is_the_kinds_number() {
        for kind in ErrorKind::ALL.iter().filter(|kind| kind.code() >= 10 && **kind != ErrorKind::Cancelled) {
            assert_eq!(u32::from(of_kind(*kind)), kind.code());
        }
    }
}
