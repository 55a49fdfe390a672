//! Logging what the core reports on its own thread: how interrupted creates were finished.
//!
//! The core's thread serves the requests of all clients, so it must not wait for the GIL or for a logging handler, which may
//! itself call a client. A thread of ours, started on first use, logs for it. It must not be inside Python when the
//! interpreter ends, because CPython before 3.14 kills such a thread where it is.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use pyo3::prelude::*;

use super::logger::write;
use crate::interrupt;

/// How long closing a client, and the end of the interpreter, wait for logging handlers.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(5);

struct Record {
    level: u8,
    message: String,
}

/// The thread that logs, as the others see it.
struct Logger {
    /// The process that has the thread: a forked child has none of its parent's.
    pid: u32,
    sender: Sender<Record>,
    /// How many records are not logged yet.
    pending: Arc<AtomicUsize>,
}

static LOGGER: ArcSwapOption<Logger> = ArcSwapOption::const_empty();
/// Whether the interpreter is about to end.
static ENDED: AtomicBool = AtomicBool::new(false);

thread_local! {
    static IS_LOGGER: Cell<bool> = const { Cell::new(false) };
}

fn running() -> Option<Arc<Logger>> {
    LOGGER.load_full().filter(|logger| logger.pid == std::process::id())
}

fn started() -> Option<Arc<Logger>> {
    if let Some(logger) = running() {
        return Some(logger);
    }
    let (sender, receiver) = mpsc::channel();
    let pending = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&pending);
    // Without a thread, what was to be logged is lost; the create is finished nevertheless.
    thread::Builder::new().name("netbird-tokens-log".to_owned()).spawn(move || work(receiver, &counted)).ok()?;
    let logger = Arc::new(Logger { pid: std::process::id(), sender, pending });
    // A parent's is leaked: its channel may have been in use at the moment of the fork.
    Box::leak(Box::new(LOGGER.swap(Some(Arc::clone(&logger)))));
    Some(logger)
}

fn work(records: Receiver<Record>, pending: &AtomicUsize) {
    IS_LOGGER.set(true);
    for Record { level, message } in records {
        if !ENDED.load(Ordering::SeqCst) {
            Python::try_attach(|py| write(py, level, &message));
        }
        pending.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Has a record logged soon.
pub(super) fn log(level: u8, message: String) {
    if let Some(logger) = started() {
        logger.pending.fetch_add(1, Ordering::SeqCst);
        if logger.sender.send(Record { level, message }).is_err() {
            logger.pending.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Waits until all records are logged, until a signal handler raises, and at most a second. Called without the GIL.
pub(crate) fn flush() {
    // A logging handler that closes a client does not wait for itself.
    let Some(logger) = running().filter(|_| !IS_LOGGER.get()) else { return };
    let end = Instant::now() + PATIENCE;
    while logger.pending.load(Ordering::SeqCst) > 0 && Instant::now() < end && !interrupt::interrupted() {
        thread::sleep(TICK);
    }
}

/// Waits until all records are logged, as [`flush`] does, and lets no more be logged.
pub(crate) fn end() {
    flush();
    ENDED.store(true, Ordering::SeqCst);
    // The one that is being logged, if any.
    flush();
}
