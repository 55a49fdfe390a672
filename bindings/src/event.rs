//! What a client does, for logs.

use std::sync::Arc;

use netbird_tokens::Event;

use crate::error::NativeError;

/// Which event it is. The core documents what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NativeEventKind {
    /// A request was sent, or could not be sent.
    Request,
    /// The request will be sent again.
    Retry,
    /// The answer to a create was lost.
    Reconcile,
    /// An interrupted create is finished, and its token, if any, is revoked.
    Finished,
    /// An interrupted create may have left a token that could not be revoked.
    LeftBehind,
    /// A rotation was dropped without commit or abort.
    RotationOpen,
    /// The token file held another credential, which is used from now on.
    CredentialRead,
    /// The session of a login was refreshed.
    SessionRefreshed,
    /// The session of a login could not be refreshed.
    SessionNotRefreshed,
    /// One that is newer than this layer.
    Other,
}

/// Something that happened during a call. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeEvent {
    /// Which event it is.
    pub kind: NativeEventKind,
    /// Whether it is out of the ordinary.
    pub is_warning: bool,
    /// What happened, in one line.
    pub text: String,
    /// The name that an interrupted create or an open rotation sent.
    pub token_name: Option<String>,
    /// The tokens that an interrupted create made, or may have made; the old and the new one of an open rotation.
    pub token_ids: Vec<String>,
}

impl From<&Event<'_>> for NativeEvent {
    fn from(event: &Event<'_>) -> Self {
        let (kind, token_name, token_ids) = match event {
            Event::Request { .. } => (NativeEventKind::Request, None, Vec::new()),
            Event::Retry { .. } => (NativeEventKind::Retry, None, Vec::new()),
            Event::Reconcile { .. } => (NativeEventKind::Reconcile, None, Vec::new()),
            Event::Finished { token_name, token_id } => {
                (NativeEventKind::Finished, Some(*token_name), token_id.iter().map(|id| (*id).to_owned()).collect())
            }
            Event::LeftBehind { token_name, token_ids, .. } => {
                (NativeEventKind::LeftBehind, Some(*token_name), token_ids.to_vec())
            }
            Event::RotationOpen { old_token_id, token_id, token_name } => {
                let ids = std::iter::once(*old_token_id).chain(*token_id);
                (NativeEventKind::RotationOpen, Some(*token_name), ids.map(str::to_owned).collect())
            }
            Event::CredentialRead { .. } => (NativeEventKind::CredentialRead, None, Vec::new()),
            Event::SessionRefreshed { .. } => (NativeEventKind::SessionRefreshed, None, Vec::new()),
            Event::SessionNotRefreshed { .. } => (NativeEventKind::SessionNotRefreshed, None, Vec::new()),
            _ => (NativeEventKind::Other, None, Vec::new()),
        };
        NativeEvent {
            kind,
            is_warning: event.is_warning(),
            text: event.to_string(),
            token_name: token_name.map(str::to_owned),
            token_ids,
        }
    }
}

/// Receives a client's events, on the thread where they happen: the caller's, or for an interrupted create the core's
/// background thread. It must not call the client.
#[uniffi::export(with_foreign)]
pub trait NativeObserver: Send + Sync {
    /// Takes one event. An error is ignored.
    fn event(&self, event: NativeEvent) -> Result<(), NativeError>;
}

/// The observer for the core. Crossing the boundary costs more than a request's log line is worth, so requests are reported only
/// if they are wanted.
pub(crate) fn forward(observer: Arc<dyn NativeObserver>, requests: bool) -> impl Fn(&Event<'_>) + Send + Sync {
    move |event| {
        if requests || !matches!(event, Event::Request { .. }) {
            // There is nobody to report a failing observer to.
            let _ = observer.event(event.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;

    #[derive(Default)]
    struct Noted(Mutex<Vec<NativeEvent>>);

    impl NativeObserver for Noted {
        fn event(&self, event: NativeEvent) -> Result<(), NativeError> {
            self.0.lock().unwrap().push(event);
            Err(NativeError::bug())
        }
    }

    #[test]
    fn requests_are_forwarded_only_if_wanted() {
        let request = Event::Request {
            method: "GET",
            path: "/api/users",
            status: Some(200),
            error: None,
            attempt: 1,
            elapsed: Duration::ZERO,
        };
        let finished = Event::Finished { token_name: "ci", token_id: Some("abc") };
        for (requests, count) in [(false, 1), (true, 2)] {
            let noted = Arc::new(Noted::default());
            let forward = forward(Arc::clone(&noted) as Arc<dyn NativeObserver>, requests);
            forward(&request);
            forward(&finished);
            let noted = noted.0.lock().unwrap();
            assert_eq!(noted.len(), count);
            let last = noted.last().unwrap();
            assert_eq!((last.kind, last.token_name.as_deref()), (NativeEventKind::Finished, Some("ci")));
            assert_eq!(last.token_ids, ["abc"]);
            assert!(!last.is_warning && last.text.contains("abc"));
        }
    }
}
