//! What a client does, as it does it, for logs.

use std::fmt;
use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::timestamp::Timestamp;

/// What is called for every event.
pub(crate) type Observer = dyn Fn(&Event<'_>) + Send + Sync;

/// Something that happened during a call. It holds no secret: a path has ids in it, and an id that looks like a credential is
/// refused before it gets there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request was sent, or could not be sent, with this result.
    Request {
        /// `GET`, `POST` or `DELETE`.
        method: &'static str,
        /// The path, with its ids percent-encoded.
        path: &'a str,
        /// The answer's status, if one came.
        status: Option<u16>,
        /// What was wrong with it, if anything.
        error: Option<ErrorKind>,
        /// Which attempt it was, from 1.
        attempt: u32,
        /// From handing it over to having the whole answer.
        elapsed: Duration,
    },
    /// The request will be sent again.
    Retry {
        /// `GET`, `POST` or `DELETE`.
        method: &'static str,
        /// The path, with its ids percent-encoded.
        path: &'a str,
        /// What was wrong with the attempt before.
        error: ErrorKind,
        /// Which attempt is to come, from 2.
        attempt: u32,
        /// The wait before it.
        delay: Duration,
    },
    /// The server refused the credential, and the token file holds another one: the client goes on with that one, and the
    /// call is repeated.
    CredentialRead {
        /// The path of the file.
        path: &'a str,
    },
    /// The session of a login was refreshed: calls from now on use its new token.
    SessionRefreshed {
        /// When the new token expires, by this machine's clock.
        expires_at: Timestamp,
    },
    /// The session of a login could not be refreshed: calls go on with the token that it has.
    SessionNotRefreshed {
        /// Why. With `unauthorized` the session has ended, and there is no other try.
        error: &'a Error,
        /// When the token expires, by this machine's clock.
        expires_at: Timestamp,
    },
    /// The answer to a create was lost; the tokens are listed to find what it did.
    Reconcile {
        /// The path of the list.
        path: &'a str,
        /// How the create failed.
        error: ErrorKind,
    },
    /// A create was interrupted after it was sent, and has been finished in the background: the token that it made, if any,
    /// is revoked.
    Finished {
        /// The name that was sent.
        token_name: &'a str,
        /// The token that was revoked; `None` if none was made.
        token_id: Option<&'a str>,
    },
    /// A create was interrupted after it was sent, and the token that it may have made could not be revoked. Nobody holds its
    /// secret.
    LeftBehind {
        /// The name that was sent.
        token_name: &'a str,
        /// The tokens that it may have made, as far as they are known.
        token_ids: &'a [String],
        /// Why, and what to do.
        error: &'a Error,
    },
    /// A rotation was dropped without commit or abort. Both tokens stay.
    RotationOpen {
        /// The token that was to be replaced.
        old_token_id: &'a str,
        /// The new one; `None` if it may exist but its id is not known.
        token_id: Option<&'a str>,
        /// The name that was sent.
        token_name: &'a str,
    },
}

impl Event<'_> {
    /// Whether it is out of the ordinary.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        !matches!(
            self,
            Event::Request { .. }
                | Event::CredentialRead { .. }
                | Event::SessionRefreshed { .. }
                | Event::Finished { .. }
        )
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Request { method, path, status, error, attempt, elapsed } => {
                write!(f, "{method} {path} -> ")?;
                match (status, error) {
                    (Some(status), None) => write!(f, "{status}")?,
                    (Some(status), Some(error)) => write!(f, "{status} {error}")?,
                    (None, Some(error)) => write!(f, "{error}")?,
                    (None, None) => f.write_str("no answer")?,
                }
                write!(f, " (attempt {attempt}, {:.1} ms)", elapsed.as_secs_f64() * 1e3)
            }
            Event::Retry { method, path, error, attempt, delay } => {
                write!(f, "{method} {path}: {error}, attempt {attempt} in {:.0} ms", delay.as_secs_f64() * 1e3)
            }
            Event::CredentialRead { path } => {
                write!(f, "the server refused the credential, and {path} holds another one: repeating the call with it")
            }
            Event::SessionRefreshed { expires_at } => {
                write!(f, "the session was refreshed: its new token expires at {expires_at}")
            }
            Event::SessionNotRefreshed { error, expires_at } => {
                write!(f, "the session was not refreshed, and its token expires at {expires_at}: {error}")
            }
            Event::Reconcile { path, error } => {
                write!(f, "the answer to POST {path} was lost ({error}): listing the tokens to find what it did")
            }
            Event::Finished { token_name, token_id: Some(id) } => {
                write!(f, "the interrupted create of {token_name:?} is finished: token {id} is revoked")
            }
            Event::Finished { token_name, token_id: None } => {
                write!(f, "the interrupted create of {token_name:?} is finished: no token was made")
            }
            Event::LeftBehind { token_name, token_ids, error } => {
                write!(f, "the create of {token_name:?} was interrupted and could not be cleaned up")?;
                if !token_ids.is_empty() {
                    write!(f, " (tokens {})", token_ids.join(", "))?;
                }
                write!(f, ": {error}")
            }
            Event::RotationOpen { old_token_id, token_id, token_name } => {
                write!(
                    f,
                    "the rotation of token {old_token_id} was neither committed nor aborted: it stays, and the new token "
                )?;
                match token_id {
                    Some(id) => write!(f, "{id} ({token_name:?}) stays too"),
                    None => write!(f, "{token_name:?} may exist"),
                }
            }
        }
    }
}

/// Writes events to the `log` crate, target `netbird_tokens`: requests at debug level, the rest as warnings.
pub(crate) fn log(event: &Event<'_>) {
    let level = if event.is_warning() { log::Level::Warn } else { log::Level::Debug };
    log::log!(target: "netbird_tokens", level, "{event}");
}
