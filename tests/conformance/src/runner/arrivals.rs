//! The requests that arrived at the server, and which of them steps have accounted for.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::requests::{self, Expected};
use crate::server::Server;

/// How long an expected request, or its answer, may take to appear in the server's log.
const ARRIVAL_LIMIT: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(5);

/// Whose requests are compared: a client, and the arguments of its call.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    pub client: String,
    pub args: Map<String, Value>,
}

/// What a step expects to have arrived.
pub struct Wanted<'a> {
    pub requests: &'a [Value],
    pub any_order: bool,
    pub caller: &'a Caller,
    /// The adapter runs a new process for each call, which has to look up its own user first.
    pub process_per_call: bool,
}

/// What came of comparing.
#[derive(Default)]
pub struct Comparison {
    /// The differences; empty if there are none.
    pub problems: Vec<String>,
    /// One line for each request that arrived.
    pub seen: Vec<String>,
}

/// Which requests steps have accounted for, and what is known about clients.
#[derive(Default)]
pub struct Arrivals {
    /// What each client sends as `Authorization`, where the runner can know it.
    pub authorizations: BTreeMap<String, Option<String>>,
    /// The caller of a step that left its requests for a later step.
    pub postponed: Option<Caller>,
    /// How many requests earlier steps accounted for.
    consumed: usize,
    last_connection: Option<u64>,
}

impl Arrivals {
    /// Compares what arrived since the last comparison with what is wanted, after waiting a moment for what is missing.
    pub fn compare(&mut self, server: &Server, wanted: &Wanted<'_>) -> Comparison {
        let until = Instant::now() + ARRIVAL_LIMIT;
        let skips_lookups = wanted.process_per_call && !requests::begins_with_lookup(wanted.requests);
        let (all, begin) = loop {
            let all = server.requests();
            let mut begin = self.consumed.min(all.len());
            if skips_lookups {
                begin += requests::leading_lookups(&all[begin..]);
            }
            if requests::have_settled(wanted.requests, &all[begin..]) || Instant::now() >= until {
                break (all, begin);
            }
            std::thread::sleep(POLL);
        };
        let seen = &all[begin..];
        let authorization = self.authorizations.get(&wanted.caller.client).cloned().flatten();
        let expected = Expected {
            requests: wanted.requests,
            any_order: wanted.any_order,
            authorization: authorization.as_deref(),
            args: &wanted.caller.args,
        };
        let problems = requests::check(&expected, seen, self.last_connection);
        let mut lines: Vec<String> =
            seen.iter().map(|request| format!("seen: {}", requests::line_of(request))).collect();
        if lines.is_empty() {
            lines.push("seen: no request".to_owned());
        }
        self.consumed = all.len();
        self.last_connection = seen.last().map(|request| request.connection).or(self.last_connection);
        Comparison { problems, seen: lines }
    }

    /// Whether a request arrived that no step has accounted for yet: `METHOD TARGET`, or `METHOD TARGET -> STATUS`.
    pub fn has_received(&self, server: &Server, line: &str) -> bool {
        server.requests().iter().skip(self.consumed).any(|request| requests::is_request(line, request))
    }

    /// The requests that no step has accounted for.
    pub fn unaccounted(&self, server: &Server) -> Vec<String> {
        server.requests().iter().skip(self.consumed).map(requests::line_of).collect()
    }
}
