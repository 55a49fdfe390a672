//! A thread of ours that enters Python for the core's own threads.
//!
//! The core's engine serves the requests of all clients, so it must not wait for the GIL. What it has for Python goes to such a
//! thread, which is started on first use. It must not be inside Python when the interpreter ends, because CPython before 3.14
//! kills such a thread where it is.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use pyo3::prelude::*;

use crate::interrupt;

/// How long closing a client, and the end of the interpreter, wait for what Python does on such a thread.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(5);

/// The thread, and what it does with each job.
pub(crate) struct Worker<T: 'static> {
    name: &'static str,
    work: fn(Python<'_>, T),
    running: ArcSwapOption<Running<T>>,
    /// Whether the interpreter is about to end.
    ended: AtomicBool,
}

/// The thread, as the others see it.
struct Running<T> {
    /// The process that has the thread: a forked child has none of its parent's.
    pid: u32,
    sender: Sender<T>,
    /// How many jobs are not done yet.
    pending: Arc<AtomicUsize>,
}

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

impl<T: Send> Worker<T> {
    pub(crate) const fn new(name: &'static str, work: fn(Python<'_>, T)) -> Self {
        Worker { name, work, running: ArcSwapOption::const_empty(), ended: AtomicBool::new(false) }
    }

    fn running(&self) -> Option<Arc<Running<T>>> {
        self.running.load_full().filter(|running| running.pid == std::process::id())
    }

    fn started(&'static self) -> Option<Arc<Running<T>>> {
        if let Some(running) = self.running() {
            return Some(running);
        }
        let (sender, receiver) = mpsc::channel();
        let pending = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&pending);
        thread::Builder::new().name(self.name.to_owned()).spawn(move || self.run(receiver, &counted)).ok()?;
        let running = Arc::new(Running { pid: std::process::id(), sender, pending });
        // A parent's is leaked: its channel may have been in use at the moment of the fork.
        Box::leak(Box::new(self.running.swap(Some(Arc::clone(&running)))));
        Some(running)
    }

    fn run(&self, jobs: Receiver<T>, pending: &AtomicUsize) {
        IS_WORKER.set(true);
        for job in jobs {
            if !self.has_ended() {
                Python::try_attach(|py| (self.work)(py, job));
            }
            pending.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Starts the thread, if need be. Says whether it runs.
    pub(crate) fn start(&'static self) -> bool {
        self.started().is_some()
    }

    /// Has a job done soon. It is lost if there can be no thread.
    pub(crate) fn submit(&'static self, job: T) {
        if let Some(running) = self.started() {
            running.pending.fetch_add(1, Ordering::SeqCst);
            if running.sender.send(job).is_err() {
                running.pending.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    /// Waits until all jobs are done, until a signal handler raises, and at most a second. Called without the GIL.
    pub(crate) fn flush(&self) {
        // A logging handler that closes a client does not wait for itself.
        let Some(running) = self.running().filter(|_| !IS_WORKER.get()) else { return };
        let end = Instant::now() + PATIENCE;
        while running.pending.load(Ordering::SeqCst) > 0 && Instant::now() < end && !interrupt::interrupted() {
            thread::sleep(TICK);
        }
    }

    /// Waits as [`Worker::flush`] does, and lets no more jobs be done.
    pub(crate) fn end(&self) {
        self.flush();
        self.ended.store(true, Ordering::SeqCst);
        // The one that is being done, if any.
        self.flush();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }
}
