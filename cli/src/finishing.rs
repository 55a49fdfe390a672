//! What becomes of a create that was interrupted: the library finishes it in the background, and this waits for that.

use std::sync::{Arc, Mutex, PoisonError};

use netbird_tokens::{CancelToken, Client, Event};

use crate::connection::print_event;
use crate::failure::{Failure, LeftBehind};
use crate::session::Session;

/// Takes down what the library reports about an interrupted create.
#[derive(Clone, Default)]
pub(crate) struct Finishing(Arc<Mutex<Option<Finished>>>);

enum Finished {
    /// Nothing is left of it.
    Clean { revoked: Option<String> },
    /// It may have left a token.
    LeftBehind { token_name: String, token_ids: Vec<String>, why: String },
}

impl Finishing {
    /// The observer of the client that creates.
    pub(crate) fn observer(&self, verbose: bool) -> impl Fn(&Event<'_>) + Send + Sync + 'static {
        let seen = Arc::clone(&self.0);
        move |event| {
            print_event(verbose, event);
            let finished = match event {
                Event::Finished { token_id, .. } => Finished::Clean { revoked: token_id.map(str::to_owned) },
                Event::LeftBehind { token_name, token_ids, error } => Finished::LeftBehind {
                    token_name: (*token_name).to_owned(),
                    token_ids: token_ids.to_vec(),
                    why: error.message().to_owned(),
                },
                _ => return,
            };
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(finished);
        }
    }

    /// Waits until the interrupted create is finished, and says how it ended.
    pub(crate) fn wait(&self, session: &Session, client: &Client, name: &str) -> Failure {
        session.note("Interrupted. Cleaning up what the create may have made; interrupt again to leave at once.");
        // The first interruption has cancelled the client's own handle.
        let finished = client.with_cancel(&CancelToken::new()).close();
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match seen {
            Some(Finished::Clean { revoked: Some(id) }) => {
                Failure::cancelled(format!("interrupted. The token {id} had been created; it is revoked again"))
            }
            Some(Finished::Clean { revoked: None }) => Failure::cancelled("interrupted. No token was created"),
            Some(Finished::LeftBehind { token_name, token_ids, why }) => {
                let is_unfinished = !matches!(finished, Ok(true));
                let failed = if is_unfinished { "" } else { ", and cleaning up failed" };
                Failure::LeftBehind(Box::new(LeftBehind {
                    message: format!("interrupted{failed}: {why}"),
                    token_name,
                    token_ids,
                    subject: session.subject(None),
                    is_unfinished,
                }))
            }
            None if matches!(finished, Ok(true)) => {
                Failure::cancelled("interrupted before the create was sent. No token was created")
            }
            None => Failure::LeftBehind(Box::new(LeftBehind {
                message: format!(
                    "interrupted, and cleaning up is not finished yet: look for a token with the name {name:?}, and revoke it if it is there"
                ),
                token_name: name.to_owned(),
                token_ids: Vec::new(),
                subject: session.subject(None),
                is_unfinished: true,
            })),
        }
    }
}
