//! Lanes: what a blocking call drives its requests with, on the thread that calls.
//!
//! A lane is a current-thread runtime with an HTTP client whose connections live on it. A call checks one out of a small pool,
//! drives it while it waits, and puts it back. Nothing drives it in between: a connection that the server closes meanwhile is
//! noticed when the next call looks at its sockets (`settle`), before it writes.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

use super::wait::{Parking, TICK, Waited, wait};
use super::{EngineError, PerProcess, PerProcessRef};
use crate::boxed::Boxed;
use crate::host;

/// How many lanes are kept while no call uses them. Each has up to four descriptors: its connection and its runtime's three.
const MOST_IDLE: usize = 16;

/// A lane that no call has used for this long is dropped by the next call that puts one back.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// A runtime that a caller's thread drives, and the HTTP client on it.
pub(crate) struct Lane {
    process: u64,
    /// Whose connections these are.
    owner: u64,
    http: reqwest::Client,
    /// What is to run on the runtime once it is driven.
    jobs: Mutex<Vec<Job>>,
    wakeup: Arc<Wakeup>,
    waker: Waker,
    /// It may have a connection that waits for the next request.
    warm: AtomicBool,
    /// A request on it ended early, so no other call gets it.
    spoilt: AtomicBool,
    // None only while it is being dropped.
    runtime: Option<Runtime>,
}

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Wakeup {
    woken: AtomicBool,
    driver: Waker,
}

impl Wake for Wakeup {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.driver.wake_by_ref();
    }
}

impl Lane {
    fn new(owner: u64, http: reqwest::Client) -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().max_io_events_per_tick(16).build()?;
        let driver = runtime.block_on(std::future::poll_fn(|context| Poll::Ready(context.waker().clone())));
        let wakeup = Arc::new(Wakeup { woken: AtomicBool::new(false), driver });
        Ok(Lane {
            process: host::process_key(),
            owner,
            http,
            jobs: Mutex::default(),
            waker: Waker::from(Arc::clone(&wakeup)),
            wakeup,
            warm: AtomicBool::new(false),
            spoilt: AtomicBool::new(false),
            runtime: Some(runtime),
        })
    }

    /// The HTTP client whose connections live on it.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Whether it may have a connection that waits for the next request; from now on it may.
    pub(crate) fn warm_up(&self) -> bool {
        self.warm.swap(true, Ordering::Relaxed)
    }

    /// No other call gets this lane, and its connections end with the call.
    pub(crate) fn spoil(&self) {
        self.spoilt.store(true, Ordering::Relaxed);
    }

    /// Runs a future on the runtime, which whoever waits for the call drives. The future goes on until its end or the lane's,
    /// also when nobody waits for it any more.
    pub(crate) async fn run<F>(&self, future: F) -> Result<F::Output, EngineError>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        let (sender, receiver) = oneshot::channel();
        self.jobs().push(Box::pin(async move {
            // Whoever waited may have gone.
            let _ = sender.send(future.await);
        }));
        receiver.await.map_err(|_| EngineError::Died)
    }

    /// Waits on this thread for a future that waits for this lane, until `end`. While it waits, `interrupted` is asked about
    /// every 20 ms, outside of the runtime.
    pub(crate) fn block_on<F: Future>(
        &self,
        future: F,
        end: Instant,
        interrupted: Option<&dyn Fn() -> bool>,
    ) -> Result<F::Output, Waited> {
        let waited = wait(self, future, end, interrupted);
        if waited.is_err() {
            self.spoil();
        }
        waited
    }

    /// Finishes a future that waits for this lane on a thread of its own.
    pub(crate) fn finish(
        self: Arc<Self>,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), EngineError> {
        let mut future: Job = Box::pin(future);
        let drive = move || {
            // What runs on a lane has a deadline of its own.
            let far = Instant::now() + Duration::from_secs(86_400);
            let _ = self.block_on(&mut future, far, None);
        };
        host::with_signals_blocked(|| thread::Builder::new().name("netbird-tokens".to_owned()).spawn(drive))
            .map(drop)
            .map_err(EngineError::Start)
    }

    /// Whether this process was forked from the one that made the lane, and must leave it alone.
    pub(crate) fn is_inherited(&self) -> bool {
        self.process != host::process_key()
    }

    fn jobs(&self) -> MutexGuard<'_, Vec<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Parking for Lane {
    fn waker(&self) -> &Waker {
        &self.waker
    }

    fn take_woken(&self) -> bool {
        self.wakeup.woken.swap(false, Ordering::Acquire)
    }

    fn park(&self, at_most: Duration) {
        let Some(runtime) = &self.runtime else { return };
        let woken = || self.wakeup.woken.load(Ordering::Acquire);
        let _no_sigpipe = host::without_sigpipe();
        runtime.block_on(async {
            for job in self.jobs().drain(..) {
                drop(tokio::spawn(job));
            }
            // A longer wait needs no timer: what runs on a lane has a deadline of its own.
            let mut timer = pin!((at_most <= TICK).then(|| tokio::time::sleep(at_most)));
            std::future::poll_fn(|context| {
                let over = timer.as_mut().as_pin_mut().is_some_and(|timer| timer.poll(context).is_ready());
                if over || woken() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        });
    }

    fn is_inherited(&self) -> bool {
        Lane::is_inherited(self)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        if self.is_inherited() {
            // Dropping it would reach through the shared epoll instance into the parent.
            Box::leak(Box::new((runtime, self.http.clone())));
        } else {
            // Ends its connections at once. Also allowed inside somebody's runtime, where a plain drop panics.
            runtime.shutdown_background();
        }
    }
}

/// Waits, on this lane or on the engine.
pub(crate) fn sleep(lane: Option<&Arc<Lane>>, duration: Duration) -> Boxed<'_, Result<(), EngineError>> {
    Box::pin(async move {
        let asleep = async move { tokio::time::sleep(duration).await };
        match lane {
            Some(lane) => lane.run(asleep).await,
            None => super::on_engine(asleep).await,
        }
    })
}

/// A lane that one call has to itself.
pub(crate) struct CheckedOut(Arc<Lane>);

impl CheckedOut {
    pub(crate) fn lane(&self) -> &Arc<Lane> {
        &self.0
    }
}

impl Drop for CheckedOut {
    fn drop(&mut self) {
        // An interrupted create goes on with its lane.
        let is_ours = Arc::strong_count(&self.0) == 1;
        if is_ours && !self.0.spoilt.load(Ordering::Relaxed) && !self.0.is_inherited() {
            let dropped = idle().map(|idle| idle.put(&self.0, Instant::now()));
            drop(dropped);
        }
    }
}

/// The lanes that no call uses, the one that was used last at the end.
#[derive(Default)]
struct Idle(Mutex<Vec<(Instant, Arc<Lane>)>>);

static IDLE: PerProcess<Idle> = PerProcess::new();

fn idle() -> Option<PerProcessRef<Idle>> {
    IDLE.get(|| Ok::<_, ()>(Idle::default())).ok()
}

impl Idle {
    fn lanes(&self) -> MutexGuard<'_, Vec<(Instant, Arc<Lane>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, owner: u64) -> Option<Arc<Lane>> {
        let mut lanes = self.lanes();
        let at = lanes.iter().rposition(|(_, lane)| lane.owner == owner)?;
        Some(lanes.remove(at).1)
    }

    /// Puts a lane back, and gives the one that it displaces, which the caller drops without the lock.
    fn put(&self, lane: &Arc<Lane>, now: Instant) -> Option<Arc<Lane>> {
        let mut lanes = self.lanes();
        lanes.push((now, Arc::clone(lane)));
        let is_old = |(since, _): &(Instant, _)| now.saturating_duration_since(*since) >= LONGEST_IDLE;
        let displaced = lanes.len() > MOST_IDLE || lanes.first().is_some_and(is_old);
        displaced.then(|| lanes.remove(0).1)
    }
}

/// A lane for a call of this owner, with an HTTP client that `http` makes if none is idle. `None` where the call cannot drive
/// one: inside somebody's tokio runtime, at the end of a thread, and where the system gives no descriptors.
pub(crate) fn check_out(owner: u64, http: impl FnOnce() -> Option<reqwest::Client>) -> Option<CheckedOut> {
    if !Handle::try_current().is_err_and(|error| error.is_missing_context()) {
        return None;
    }
    match idle()?.take(owner) {
        Some(lane) => Some(CheckedOut(lane)),
        None => Some(CheckedOut(Arc::new(Lane::new(owner, http()?).ok()?))),
    }
}

/// Drops the idle lanes of an owner, and with them its connections.
pub(crate) fn forget(owner: u64) {
    let Some(idle) = idle() else { return };
    let forgotten: Vec<_> = {
        let mut lanes = idle.lanes();
        let all = std::mem::take(&mut *lanes);
        let (forgotten, kept) = all.into_iter().partition(|(_, lane)| lane.owner == owner);
        *lanes = kept;
        forgotten
    };
    drop(forgotten);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(owner: u64) -> Arc<Lane> {
        let tls = crate::tls::config(crate::tls::Roots::Bundled, &[]).unwrap();
        let http = reqwest::Client::builder().tls_backend_preconfigured(tls).build().unwrap();
        Arc::new(Lane::new(owner, http).unwrap())
    }

    #[test]
    fn the_lane_that_was_used_last_is_taken_first_and_the_number_is_bounded() {
        let (idle, now) = (Idle::default(), Instant::now());
        let lanes: Vec<_> = (0..=MOST_IDLE).map(|_| lane(1)).collect();
        for (at, lane) in lanes.iter().enumerate() {
            let displaced = idle.put(lane, now);
            assert_eq!(displaced.is_some(), at == MOST_IDLE);
        }
        assert!(Arc::ptr_eq(&idle.take(1).unwrap(), &lanes[MOST_IDLE]));
        assert!(Arc::ptr_eq(&idle.take(1).unwrap(), &lanes[MOST_IDLE - 1]));
        assert!(idle.take(2).is_none(), "another client's");
    }

    #[test]
    fn lanes_that_are_not_used_any_more_are_dropped_one_by_one() {
        let (idle, now) = (Idle::default(), Instant::now());
        for _ in 0..4 {
            idle.put(&lane(1), now);
        }
        for calls in 1..=6 {
            let used = idle.take(1).unwrap();
            idle.put(&used, now + LONGEST_IDLE);
            assert_eq!(idle.lanes().len(), 4_usize.saturating_sub(calls).max(1));
        }
    }

    #[test]
    fn a_panic_on_a_lane_is_an_error_and_the_lane_goes_on() {
        let (lane, end) = (lane(1), Instant::now() + Duration::from_secs(60));
        let panicked = lane.block_on(lane.run(async { panic!("deliberate, in a test") }), end, None).unwrap();
        assert!(matches!(panicked, Err::<(), _>(EngineError::Died)));
        assert_eq!(lane.block_on(lane.run(async { 7 }), end, None).unwrap().unwrap(), 7);
    }

    #[test]
    fn an_interrupted_lane_is_not_used_again() {
        let lane = CheckedOut(lane(u64::MAX));
        let end = Instant::now() + Duration::from_secs(60);
        let pending = lane.lane().run(std::future::pending::<()>());
        assert_eq!(lane.lane().block_on(pending, end, Some(&|| true)).unwrap_err(), Waited::Interrupted);
        drop(lane);
        assert!(idle().unwrap().take(u64::MAX).is_none());
    }
}
