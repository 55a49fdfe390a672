//! What went over the wire, as the proxies saw it: each request that reached the server, what the server answered, and whether
//! that arrived. This is the truth that callers' reports are compared with.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::Value;

use crate::http::Message;

/// The lifetime in the body of a create.
pub(crate) fn days(request: &Message) -> Option<i64> {
    let sent: Value = serde_json::from_slice(request.body()).ok()?;
    sent["expires_in"].as_i64()
}

/// A request that reached the server in full, with the server's answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The client's number in the story.
    pub client: usize,
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// The path.
    pub target: String,
    /// The secret that it was authenticated with.
    pub authenticated_with: String,
    /// The name in the body of a create.
    pub name: Option<String>,
    /// The lifetime in the body of a create.
    pub days: Option<i64>,
    /// The server's status.
    pub status: u16,
    /// The token that the server made: its id and its secret.
    pub made: Option<(String, String)>,
    /// The ids in a list of tokens.
    pub listed: Vec<String>,
    /// When the server's answer was there.
    pub at: Instant,
    /// Whether nothing went wrong with it: the server's own answer arrived in full, unchanged and at once.
    pub undisturbed: bool,
    /// Whether all of the server's own answer was sent on.
    pub delivered: bool,
}

impl Exchange {
    /// The token id at the end of the path of a token.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.target.split_once("/tokens/").map(|(_, id)| id)
    }

    /// Whether the server revoked a token.
    #[must_use]
    pub fn revoked(&self) -> Option<&str> {
        self.token_id().filter(|_| self.method == "DELETE" && self.status == 200)
    }

    pub(crate) fn new(client: usize, request: &Message, answer: &Message) -> Self {
        let (method, target) = request.method_and_target();
        let (method, target) = (method.to_owned(), target.to_owned());
        let sent: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let status = answer.status();
        let is_tokens = target.ends_with("/tokens");
        let got: Value = if is_tokens && status == 200 {
            serde_json::from_slice(&answer.plain_body()).unwrap_or_default()
        } else {
            Value::Null
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let made = text(&got["personal_access_token"]["id"]).zip(text(&got["plain_token"]));
        let listed = got.as_array().into_iter().flatten().filter_map(|token| text(&token["id"])).collect();
        Exchange {
            client,
            method,
            target,
            authenticated_with: request.credential().to_owned(),
            name: text(&sent["name"]),
            days: days(request),
            status,
            made,
            listed,
            at: Instant::now(),
            undisturbed: false,
            delivered: false,
        }
    }
}

/// All exchanges of a run, in the order in which the server answered, and what must never happen.
#[derive(Clone, Debug, Default)]
pub struct Wire(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    exchanges: Vec<Exchange>,
    redirects_followed: Vec<String>,
    faults: usize,
}

impl Wire {
    fn lock(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an exchange, and says under which number.
    pub(crate) fn answered(&self, exchange: Exchange) -> usize {
        let mut log = self.lock();
        log.exchanges.push(exchange);
        log.exchanges.len() - 1
    }

    pub(crate) fn delivered(&self, number: usize, undisturbed: bool) {
        if let Some(exchange) = self.lock().exchanges.get_mut(number) {
            exchange.delivered = true;
            exchange.undisturbed = undisturbed;
        }
    }

    pub(crate) fn followed_redirect(&self, method: &str) {
        self.lock().redirects_followed.push(method.to_owned());
    }

    pub(crate) fn fault_happened(&self) {
        self.lock().faults += 1;
    }

    /// The exchanges.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.lock().exchanges.clone()
    }

    /// The methods of the requests that went where a redirect pointed.
    #[must_use]
    pub fn redirects_followed(&self) -> Vec<String> {
        self.lock().redirects_followed.clone()
    }

    /// How many faults have happened.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.lock().faults
    }
}
