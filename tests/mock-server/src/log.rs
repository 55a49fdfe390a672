//! The log of requests that arrived.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::gojson::lossy_utf8;
use crate::http::Request;
use crate::world::SeenRequest;

/// How many requests the log keeps; the oldest are removed first.
pub const REMEMBERED: usize = 16_384;

struct Entry {
    request: Arc<Request>,
    status: Option<u16>,
    connection: u64,
}

/// Identifies a request's entry.
#[derive(Clone, Copy)]
pub(crate) struct EntryId(u64);

/// A bounded log. The id of an entry that was removed refers to nothing.
#[derive(Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<Entry>,
    /// The id of the oldest entry.
    first: u64,
    /// Connections are numbered in the order of their first request.
    numbers: HashMap<u64, u64>,
    next_number: u64,
}

impl RequestLog {
    pub(crate) fn arrived(&mut self, connection: u64, request: Arc<Request>) -> EntryId {
        let next = &mut self.next_number;
        let connection = *self.numbers.entry(connection).or_insert_with(|| {
            *next += 1;
            *next - 1
        });
        if self.entries.len() == REMEMBERED {
            self.entries.pop_front();
            self.first += 1;
        }
        self.entries.push_back(Entry { request, status: None, connection });
        EntryId(self.first + self.entries.len() as u64 - 1)
    }

    pub(crate) fn answered(&mut self, id: EntryId, status: u16) {
        let index = id.0.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            entry.status = Some(status);
        }
    }

    /// The connection was closed; its number is not reused.
    pub(crate) fn forget(&mut self, connection: u64) {
        self.numbers.remove(&connection);
    }

    pub(crate) fn list(&self) -> Vec<SeenRequest> {
        self.entries.iter().map(seen).collect()
    }

    pub(crate) fn take(&mut self) -> Vec<SeenRequest> {
        self.first += self.entries.len() as u64;
        self.entries.drain(..).map(|entry| seen(&entry)).collect()
    }

    /// Empties the log and numbers connections from 0 again.
    pub(crate) fn reset(&mut self) {
        self.first += self.entries.len() as u64;
        self.entries.clear();
        self.numbers.clear();
        self.next_number = 0;
    }
}

fn seen(entry: &Entry) -> SeenRequest {
    let request = &entry.request;
    SeenRequest {
        method: request.method.clone(),
        target: request.target.clone(),
        headers: request.headers.clone(),
        body: lossy_utf8(&request.body).into_owned(),
        status: entry.status,
        connection: entry.connection,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str) -> Arc<Request> {
        Arc::new(Request {
            method: "GET".to_owned(),
            target: target.to_owned(),
            headers: vec![("authorization".to_owned(), "Token secret".to_owned())],
            body: Vec::new(),
            version: 1,
        })
    }

    #[test]
    fn connections_are_numbered_by_first_request() {
        let mut log = RequestLog::default();
        let first = log.arrived(7, request("/a"));
        log.arrived(3, request("/b"));
        log.arrived(7, request("/c"));
        log.answered(first, 200);
        let list = log.list();
        let got: Vec<_> = list.iter().map(|seen| (seen.target.as_str(), seen.connection, seen.status)).collect();
        assert_eq!(got, [("/a", 0, Some(200)), ("/b", 1, None), ("/c", 0, None)]);
        assert!(!format!("{list:?}").contains("secret"));
    }

    #[test]
    fn ids_of_removed_entries_refer_to_nothing() {
        let mut log = RequestLog::default();
        let old = log.arrived(1, request("/old"));
        assert_eq!(log.take().len(), 1);
        let new = log.arrived(1, request("/new"));
        log.answered(old, 500);
        assert_eq!(log.list()[0].status, None);
        log.reset();
        log.arrived(9, request("/newer"));
        log.answered(new, 500);
        assert_eq!((log.list()[0].status, log.list()[0].connection), (None, 0));
    }

    #[test]
    fn it_is_bounded() {
        let mut log = RequestLog::default();
        for _ in 0..REMEMBERED {
            log.arrived(1, request("/"));
        }
        let last = log.arrived(1, request("/last"));
        log.answered(last, 200);
        let list = log.list();
        assert_eq!(list.len(), REMEMBERED);
        assert_eq!(list.last().map(|seen| seen.status), Some(Some(200)));
    }
}
