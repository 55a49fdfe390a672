//! What is checked before anything changes: the options, the journal, and which token is meant.

use std::path::Path;
use std::time::Duration;

use netbird_tokens::{Client, ErrorKind, RotateToken, Timestamp, Token};

use super::report::time;
use super::target::Target;
use crate::arguments::{Destination, RotateOrder};
use crate::failure::Failure;
use crate::journal::Journal;
use crate::session::Session;

const SECONDS_PER_DAY: u64 = 86_400;

/// Refuses options that do not go together.
pub(super) fn order(session: &Session, order: &RotateOrder) -> Result<(), Failure> {
    let has_program = matches!(order.destination, Destination::Program { .. });
    if session.source.shell && !has_program && session.source.token_command.is_none() {
        return Err(Failure::usage("--shell has no effect without --exec or --token-command: remove it"));
    }
    if let Some(text) = &order.expires_in {
        let days = netbird_tokens::parse_days(text, session.now());
        days.map_err(|error| session.failed(error.from_source("--expires-in")))?;
    }
    Ok(())
}

/// The token that the options name. `None` if it is the one in the token file, which is to be replaced.
pub(super) fn names_a_token(
    session: &Session,
    order: &RotateOrder,
    target: &Target,
) -> Result<Option<RotateToken>, Failure> {
    match (&order.token_id, &order.name) {
        (Some(id), _) => Ok(Some(RotateToken::id(id))),
        (None, Some(name)) => Ok(Some(RotateToken::named(name))),
        (None, None) => {
            let token_file = session.source.token_file.as_deref();
            let is_same = token_file.is_some_and(|path| target.file().is_some_and(|file| file.is(path)));
            if is_same && session.user_id().is_none() {
                return Ok(None);
            }
            Err(Failure::usage(
                "nothing says which token to rotate: give its id or --name NAME. Only with the same file after --token-file \
                 and --write-to is it the token in that file",
            ))
        }
    }
}

/// The id of the token that the credential is.
pub(super) fn token_in_use(session: &Session, client: &Client) -> Result<String, Failure> {
    let check = client.check_credential().map_err(|error| session.failed(error))?;
    if let Some(error) = check.error {
        return Err(session.failed(error));
    }
    check.token.map(|token| token.id().to_owned()).ok_or_else(|| {
        Failure::refused(
            ErrorKind::NotFound,
            "the server does not tell which token the credential is: give its id, as shown by `netbird-tokens list`",
        )
    })
}

/// Refuses to replace the token in a file, if somebody has put another one there than the last rotation did.
pub(super) fn is_in_use(session: &Session, client: &Client, journal: &Journal, known: &Token) -> Result<(), Failure> {
    let check = client.check_credential().map_err(|error| session.failed(error))?;
    match check.token {
        Some(token) if token.id() != known.id() => Err(Failure::configuration(format!(
            "the token in the file is {} ({}), and the journal {} is about {} ({}). Nothing was changed: give the id of the \
             token to rotate, or move the journal away",
            token.name(),
            token.id(),
            journal.shown_path(),
            known.name(),
            known.id()
        ))),
        // Where the server does not tell, the journal is believed.
        _ => Ok(()),
    }
}

/// Refuses a journal that is about something else than this run.
pub(super) fn belongs(
    session: &Session,
    order: &RotateOrder,
    target: &Target,
    client: &Client,
    journal: &Journal,
) -> Result<(), Failure> {
    let (entry, record) = (&journal.entry, &journal.entry.record);
    let successor = record.token_id.as_deref();
    let bare_name = record.token_name.rsplit_once(" #").filter(|_| record.is_tagged).map(|(name, _)| name);
    let knows_id = |id: &str| {
        [Some(entry.first.token_id.as_str()), Some(record.old_token_id.as_str()), successor].contains(&Some(id))
    };
    let knows_name = |name: &str| {
        [Some(entry.first.name.as_str()), Some(record.token_name.as_str()), bare_name].contains(&Some(name))
    };
    let other = if record.management_url != client.management_url() {
        Some(format!("of the server {}, and not of {}", record.management_url, client.management_url()))
    } else if session.user_id().is_some_and(|id| id != record.user_id) {
        Some(format!("about a token of user {}", record.user_id))
    } else if order.token_id.as_deref().is_some_and(|id| !knows_id(id))
        || order.name.as_deref().is_some_and(|name| !knows_name(name))
    {
        Some(format!("about another token, {} ({})", entry.first.name, entry.current_token_id()))
    } else if entry.file.as_deref() != target.path() {
        let place = |file: Option<&Path>| file.map_or_else(|| "no file".to_owned(), |file| file.display().to_string());
        Some(format!("about a secret in {}, and not in {}", place(entry.file.as_deref()), place(target.path())))
    } else {
        None
    };
    match other {
        None => Ok(()),
        Some(other) => Err(Failure::configuration(format!(
            "the journal {} is {other}. Nothing was changed: give another journal with --journal, or move this one away",
            journal.shown_path()
        ))),
    }
}

/// Refuses options with which every run would rotate the token, or two of its predecessors would work at once.
pub(super) fn lives_longer(
    token: &Token,
    order: &RotateOrder,
    now: Timestamp,
    within: Duration,
) -> Result<(), Failure> {
    let days = order.expires_in.as_deref().and_then(|text| netbird_tokens::parse_days(text, now).ok());
    let lifetime = match days.and_then(|days| u64::try_from(days).ok()) {
        Some(days) => Duration::from_secs(days * SECONDS_PER_DAY),
        None if token.expiration_date().is_zero() => return Ok(()),
        None => {
            let seconds = token.expiration_date().unix_seconds().saturating_sub(token.created_at().unix_seconds());
            // The server counts days of its calendar, which may have an hour more or less.
            let days = (u64::try_from(seconds).unwrap_or_default() + SECONDS_PER_DAY / 2) / SECONDS_PER_DAY;
            Duration::from_secs(days * SECONDS_PER_DAY)
        }
    };
    let overlap = order.overlap.unwrap_or_default();
    if lifetime > within + overlap {
        return Ok(());
    }
    let sum = if overlap.is_zero() { String::new() } else { format!(" and --overlap {}", time(overlap)) };
    Err(Failure::usage(format!(
        "a token that lives {} is too short-lived for --if-expires-within {}{sum}: every run would rotate it. Give shorter \
         times, or a longer lifetime with --expires-in. Nothing was changed",
        time(lifetime),
        time(within),
    )))
}
