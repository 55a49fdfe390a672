//! `check`: whether the credential works, and what is known about it.

use netbird_tokens::{Client, CredentialCheck, CredentialState, ErrorKind};

use crate::failure::Failure;
use crate::json::{CheckJson, kind_name};
use crate::session::Session;
use crate::table;

pub(crate) fn check(session: &Session) -> Result<(), Failure> {
    let client = well_formed(session)?;
    let check = client.check_credential().map_err(|error| session.failed(error))?;
    let printed = if session.is_json() {
        session.print_json(&CheckJson::new(&check, session.origin(), client.management_url(), session.now()))
    } else {
        session.print(&describe(session, &check, &client))
    };
    match check.state {
        CredentialState::Working => printed,
        // Whether the credential works matters more than whether somebody read the answer.
        state => Err(Failure::State { state, error: check.error.map(Box::new) }),
    }
}

/// Sends nothing.
pub(crate) fn check_offline(session: &Session) -> Result<(), Failure> {
    let client = well_formed(session)?;
    if session.is_json() {
        let mut json = CheckJson::bare("well_formed", session.origin());
        json.management_url = Some(client.management_url());
        return session.print_json(&json);
    }
    session.print(&table::plain_fields(&[
        ("State", Some("well_formed: the credential has the right form; the server was not asked".to_owned())),
        ("Source", session.origin().map(|origin| origin.to_string())),
        ("Server", Some(client.management_url().to_owned())),
    ]))
}

/// The client, if the credential has the right form. Says so if it has not.
fn well_formed(session: &Session) -> Result<Client, Failure> {
    let client = session.client();
    if let Err(Failure::Call { error, .. }) = &client
        && error.kind() == ErrorKind::InvalidCredential
    {
        let printed = if session.is_json() {
            session.print_json(&CheckJson::bare("malformed", session.origin()))
        } else {
            session.print(&table::plain_fields(&[("State", Some("malformed: nothing was sent".to_owned()))]))
        };
        // The failure to report is that of the credential.
        drop(printed);
    }
    client
}

fn describe(session: &Session, check: &CredentialCheck, client: &Client) -> String {
    let now = session.now();
    let meaning = match check.state {
        CredentialState::Working => "the credential works",
        CredentialState::Unknown => "the credential was revoked, or belongs to another server",
        CredentialState::Refused => "the credential has expired, or the server refuses it without saying why",
        CredentialState::Blocked => "the credential is valid, but its user is blocked",
        CredentialState::PendingApproval => "the credential is valid, but its user is waiting for approval",
        CredentialState::Forbidden => "the credential is valid, but the role of its user has no rights here",
    };
    let user = check.user.as_ref().map(|user| {
        let known = [user.name(), user.email(), user.id()].into_iter().find(|text| !text.is_empty());
        let name = known.unwrap_or_default();
        format!("{name} ({}, role {}, id {})", table::user_type(user), user.role(), user.id())
    });
    let works = check.state == CredentialState::Working;
    let token = match &check.token {
        Some(token) => Some(format!("{} ({})", token.name(), token.id())),
        None if works && kind_name(check.kind) == "pat" => {
            Some("not known: its user may not list tokens, or several were in use at once".to_owned())
        }
        None => None,
    };
    let expires = match (&check.token, check.expires_at) {
        (Some(token), _) => {
            Some(format!("{} ({})", table::second(token.expiration_date()), table::time_left(token, now).0))
        }
        (None, Some(time)) => Some(table::second(time)),
        (None, None) if works => Some("not known".to_owned()),
        (None, None) => None,
    };
    let last_used = check.token.as_ref().and_then(|token| token.last_used());
    table::plain_fields(&[
        ("State", Some(format!("{}: {meaning}", check.state.name()))),
        ("Credential", Some(kind_name(check.kind).to_owned())),
        ("Source", session.origin().map(|origin| origin.to_string())),
        ("Server", Some(client.management_url().to_owned())),
        ("User", user),
        ("Token", token),
        ("Expires", expires),
        ("Last used", last_used.map(|time| format!("{} (this check counts as a use)", table::second(time)))),
    ])
}
