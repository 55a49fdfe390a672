//! Interrupted creates: each is finished in the background, and counted until it is.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use crate::engine::lane::Lane;
use crate::engine::{self, EngineError, PerProcess};
use crate::host;

/// How long closing a client, and a normal exit of the process, wait for interrupted creates.
const PATIENCE: Duration = Duration::from_secs(5);

const TICK: Duration = Duration::from_millis(10);

/// Reports one unfinished create, once.
struct Report {
    told: AtomicBool,
    tell: Box<dyn Fn() + Send + Sync>,
}

impl Report {
    fn tell(&self) {
        if !self.told.swap(true, Ordering::AcqRel) {
            (self.tell)();
        }
    }
}

/// The reports of the creates that are not finished yet, each under a number of its own.
type Open = Mutex<BTreeMap<u64, Arc<Report>>>;

fn lock(open: &Open) -> MutexGuard<'_, BTreeMap<u64, Arc<Report>>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The interrupted creates of this process that are not finished yet. A forked child finishes none of its parent's.
pub(crate) struct Unfinished(PerProcess<Arc<Open>>);

/// Those of all clients.
static ALL: Unfinished = Unfinished::new();

/// Whether a wait before the exit has ended without result. There is no second one.
static GAVE_UP: AtomicBool = AtomicBool::new(false);

impl Unfinished {
    pub(crate) const fn new() -> Self {
        Unfinished(PerProcess::new())
    }

    /// Waits on this thread until there are none, for at most [`PATIENCE`]; says whether there are none, and reports those that
    /// are left. `None` if `interrupted` says true.
    pub(crate) fn wait_on_this_thread(&self, interrupted: impl Fn() -> bool) -> Option<bool> {
        let end = Instant::now() + PATIENCE;
        while !self.is_none() {
            if Instant::now() >= end {
                self.report();
                return Some(self.is_none());
            }
            if interrupted() {
                return None;
            }
            thread::sleep(TICK);
        }
        Some(true)
    }

    /// Waits until there are none, for at most [`PATIENCE`]; says whether there are none, and reports those that are left. Can
    /// be awaited from any executor.
    #[cfg(feature = "async")]
    pub(crate) async fn wait(&self) -> bool {
        let end = Instant::now() + PATIENCE;
        while !self.is_none() {
            if Instant::now() >= end || engine::sleep(TICK).await.is_err() {
                self.report();
                return self.is_none();
            }
        }
        true
    }

    fn open(&self) -> Arc<Open> {
        match self.0.get(|| Ok::<_, Infallible>(Arc::default())) {
            Ok(open) => Arc::clone(&open),
            Err(never) => match never {},
        }
    }

    fn is_none(&self) -> bool {
        lock(&self.open()).is_empty()
    }

    fn report(&self) {
        // Told without the lock: an observer may use a client.
        let reports: Vec<Arc<Report>> = lock(&self.open()).values().map(Arc::clone).collect();
        reports.iter().for_each(|report| report.tell());
    }
}

/// Waits until the interrupted creates of all clients are finished: at most 5 seconds, and until `interrupted` says true. Says
/// whether they are. For front ends whose language ends before the process does, and whose observer must not be called later.
///
/// A normal exit of the process waits by itself. Once such a wait has ended without result, the next ones end at once.
pub fn wait_before_exit(interrupted: impl Fn() -> bool) -> bool {
    let end = Instant::now() + PATIENCE;
    while !ALL.is_none() {
        if GAVE_UP.load(Ordering::Relaxed) || Instant::now() >= end || interrupted() {
            GAVE_UP.store(true, Ordering::Relaxed);
            ALL.report();
            return false;
        }
        thread::sleep(TICK);
    }
    true
}

extern "C" fn wait_at_exit() {
    wait_before_exit(|| false);
}

/// Lists one create as unfinished for as long as it lives.
struct Ticket {
    number: u64,
    lists: [Arc<Open>; 2],
}

impl Ticket {
    fn new(client: &Unfinished, tell: impl Fn() + Send + Sync + 'static) -> Self {
        static REGISTERED: AtomicBool = AtomicBool::new(false);
        static NEXT: AtomicU64 = AtomicU64::new(0);
        if !REGISTERED.swap(true, Ordering::Relaxed) {
            host::at_exit(wait_at_exit);
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let report = Arc::new(Report { told: AtomicBool::new(false), tell: Box::new(tell) });
        let lists = [client.open(), ALL.open()];
        for list in &lists {
            lock(list).insert(number, Arc::clone(&report));
        }
        Ticket { number, lists }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        for list in &self.lists {
            lock(list).remove(&self.number);
        }
    }
}

/// What becomes of work whose caller went away.
pub(crate) trait Abandoned<Output>: Clone + Send + Unpin + 'static {
    /// Whether the work must go on, because the server may have received its request. From now on it sends no new create.
    fn must_go_on(&self) -> bool;

    /// What reports that the work has not ended when nobody waits for it any longer.
    fn still_open(&self) -> impl Fn() + Send + Sync + 'static;

    /// Cleans up what the work gave, since nobody takes it.
    fn clean_up(self, output: Output) -> impl Future<Output = ()> + Send;

    /// The lane that the work waits for; `None` on the engine.
    fn lane(&self) -> Option<Arc<Lane>>;

    /// Reports that the work cannot go on.
    fn report(self, error: EngineError);
}

/// Work that goes on in the background when it is dropped before its end.
pub(crate) struct Lasting<F: Future + Send + 'static, A: Abandoned<F::Output>> {
    // None once it has ended.
    rest: Option<(Pin<Box<F>>, A)>,
    unfinished: Arc<Unfinished>,
}

impl<F: Future + Send + 'static, A: Abandoned<F::Output>> Lasting<F, A> {
    pub(crate) fn new(future: F, abandoned: A, unfinished: &Arc<Unfinished>) -> Self {
        Lasting { rest: Some((Box::pin(future), abandoned)), unfinished: Arc::clone(unfinished) }
    }
}

impl<F: Future + Send + 'static, A: Abandoned<F::Output>> Future for Lasting<F, A> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let (future, _) = self.rest.as_mut().expect("a future is not polled after its end");
        let polled = future.as_mut().poll(cx);
        if polled.is_ready() {
            self.rest = None;
        }
        polled
    }
}

impl<F: Future + Send + 'static, A: Abandoned<F::Output>> Drop for Lasting<F, A> {
    fn drop(&mut self) {
        // A future that panicked cannot be polled again.
        let Some((future, abandoned)) = self.rest.take().filter(|_| !thread::panicking()) else { return };
        let lane = abandoned.lane();
        // What a forked child inherits, its parent finishes.
        if lane.as_ref().is_some_and(|lane| lane.is_inherited()) || !abandoned.must_go_on() {
            return;
        }
        let ticket = Ticket::new(&self.unfinished, abandoned.still_open());
        let report = Clone::clone(&abandoned);
        let rest = async move {
            let output = future.await;
            abandoned.clean_up(output).await;
            drop(ticket);
        };
        let started = match lane {
            Some(lane) => lane.finish(rest),
            None => engine::background().map(|background| background.run(Box::pin(rest))),
        };
        if let Err(error) = started {
            report.report(error);
        }
    }
}
