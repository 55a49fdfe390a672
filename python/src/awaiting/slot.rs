//! Where an awaited call puts its outcome, for exactly one taker: the caller, or whatever interrupts it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use netbird_tokens::{Error, Running};
use pyo3::prelude::*;

use super::delivery::{self, Delivery};
use super::outcome::{Cancelled, Outcome};

/// The state of one call.
pub(crate) struct Slot {
    state: Mutex<State>,
    /// What an interruption means while the call goes on.
    interrupted: Box<dyn Fn() -> Error + Send + Sync>,
}

enum State {
    Going {
        /// Empty until the core has begun the call.
        running: Option<Running>,
        /// The asyncio.Future that the caller awaits.
        future: Py<PyAny>,
    },
    Ended(Box<dyn Outcome>),
    /// The outcome was taken, or nobody will take it.
    Empty,
}

impl Slot {
    pub(super) fn new(future: Py<PyAny>, interrupted: Box<dyn Fn() -> Error + Send + Sync>) -> Arc<Self> {
        Arc::new(Slot { state: Mutex::new(State::Going { running: None, future }), interrupted })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the call going for as long as the caller waits for it.
    pub(super) fn keep(&self, begun: Running) {
        let mut begun = Some(begun);
        if let State::Going { running, .. } = &mut *self.lock() {
            *running = begun.take();
        }
        // What is left has ended, and is dropped without the lock.
    }

    /// The call has ended. Called by the core's engine.
    pub(super) fn end(self: &Arc<Self>, outcome: Box<dyn Outcome>) {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Empty) {
            State::Going { running, future } => {
                *state = State::Ended(outcome);
                drop(state);
                // Of a task that is at its end.
                drop(running);
                Arc::clone(self).deliver(future);
            }
            before => {
                *state = before;
                drop(state);
                outcome.undo();
            }
        }
    }

    fn deliver(self: Arc<Self>, future: Py<PyAny>) {
        let undo = Box::new(move || drop(self.interrupt()));
        delivery::submit(Delivery { future, undo });
    }

    /// The outcome, for the caller; once.
    pub(super) fn take(&self) -> Option<Box<dyn Outcome>> {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Empty) {
            State::Ended(outcome) => Some(outcome),
            before => {
                *state = before;
                None
            }
        }
    }

    /// Nobody waits any more: cancels the call, or undoes what it gave. Says what that means, unless the outcome was taken.
    pub(super) fn interrupt(&self) -> Option<Error> {
        let before = std::mem::replace(&mut *self.lock(), State::Empty);
        match before {
            State::Going { running, .. } => {
                drop(running);
                Some((self.interrupted)())
            }
            State::Ended(outcome) => outcome.undo(),
            State::Empty => None,
        }
    }
}

/// A call that a CancelToken can end.
pub(crate) trait Interruptible: Send + Sync {
    /// Ends it with `cancelled`, or what that means for it. A call that has ended keeps its result.
    fn cancel(self: Arc<Self>);
}

impl Interruptible for Slot {
    fn cancel(self: Arc<Self>) {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Empty) {
            State::Going { running, future } => {
                *state = State::Ended(Box::new(Cancelled((self.interrupted)())));
                drop(state);
                drop(running);
                self.deliver(future);
            }
            before => *state = before,
        }
    }
}
