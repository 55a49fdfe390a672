//! The tokens that this process created and handed to a caller. A lost create did not make one of those.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::PerProcess;

/// How long a token is remembered when no create is under way. A create looks back a minute by the server's clock; the rest is
/// for clocks that run unevenly.
const MEMORY: Duration = Duration::from_secs(600);

/// The creates under way, and the tokens handed out that one of them might take for its own.
#[derive(Default)]
struct Ledger {
    tokens: VecDeque<(Instant, Box<str>)>,
    under_way: BTreeMap<u64, Instant>,
    next: u64,
}

static LEDGER: PerProcess<Mutex<Ledger>> = PerProcess::new();

fn with<T>(work: impl FnOnce(MutexGuard<'_, Ledger>) -> T) -> T {
    match LEDGER.get(|| Ok::<_, Infallible>(Mutex::default())) {
        Ok(ledger) => work(ledger.lock().unwrap_or_else(PoisonError::into_inner)),
        Err(never) => match never {},
    }
}

/// A create under way. What was handed out since it began is remembered for as long as this lives.
pub(super) struct UnderWay(u64);

impl UnderWay {
    pub(super) fn begin() -> Self {
        with(|mut ledger| {
            let number = ledger.next;
            ledger.next += 1;
            ledger.under_way.insert(number, Instant::now());
            UnderWay(number)
        })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        with(|mut ledger| {
            ledger.under_way.remove(&self.0);
            let oldest = ledger.under_way.values().next().copied().unwrap_or_else(Instant::now);
            while ledger.tokens.front().is_some_and(|(at, _)| *at + MEMORY < oldest) {
                ledger.tokens.pop_front();
            }
        });
    }
}

/// Notes that a token is a caller's.
pub(super) fn note(token_id: &str) {
    with(|mut ledger| ledger.tokens.push_back((Instant::now(), token_id.into())));
}

/// Whether a token is a caller's.
pub(super) fn is(token_id: &str) -> bool {
    with(|ledger| ledger.tokens.iter().any(|(_, id)| **id == *token_id))
}
