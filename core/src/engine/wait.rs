//! Waiting on the caller's thread for a future, and what ends such a wait.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::task::unconstrained;

/// How long a waiting caller goes without looking whether it was interrupted.
pub(super) const TICK: Duration = Duration::from_millis(20);

/// Why a wait ended without the future's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// The caller was interrupted.
    Interrupted,
    /// The time by which the future must have ended is over: whoever does the work is stuck or gone.
    TimeOver,
    /// This is a forked child now, and the work goes on in its parent.
    Forked,
}

/// What a caller's thread does while the future waits.
pub(super) trait Parking {
    /// Wakes the thread.
    fn waker(&self) -> &Waker;

    /// Whether it was woken since the last time this was called.
    fn take_woken(&self) -> bool;

    /// Returns when the thread is woken, or after this time, or earlier for no reason.
    fn park(&self, at_most: Duration);

    /// Whether the work is done by the process that this one was forked from.
    fn is_inherited(&self) -> bool;
}

/// A thread that sleeps while another one does the work.
struct Asleep {
    wakeup: Arc<Wakeup>,
    waker: Waker,
}

struct Wakeup {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Wakeup {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

impl Parking for Asleep {
    fn waker(&self) -> &Waker {
        &self.waker
    }

    fn take_woken(&self) -> bool {
        self.wakeup.woken.swap(false, Ordering::Acquire)
    }

    fn park(&self, at_most: Duration) {
        thread::park_timeout(at_most);
    }

    fn is_inherited(&self) -> bool {
        // Its wait ends with its time.
        false
    }
}

/// Waits on this thread for a future whose work is done elsewhere, until `end`. While it waits, `interrupted` is asked about
/// every 20 ms.
pub(crate) fn block_on<F: Future>(
    future: F,
    end: Instant,
    interrupted: Option<&dyn Fn() -> bool>,
) -> Result<F::Output, Waited> {
    let wakeup = Arc::new(Wakeup { thread: thread::current(), woken: AtomicBool::new(false) });
    let asleep = Asleep { waker: Waker::from(Arc::clone(&wakeup)), wakeup };
    wait(&asleep, future, end, interrupted)
}

/// Waits on this thread for a future, until `end`. While it waits, `interrupted` is asked about every 20 ms.
pub(super) fn wait<F: Future>(
    parking: &dyn Parking,
    future: F,
    end: Instant,
    interrupted: Option<&dyn Fn() -> bool>,
) -> Result<F::Output, Waited> {
    // Inside somebody's tokio task this poll would use up the task's budget and never get it back, since we do not yield to
    // their scheduler: after some hundred calls every poll would be refused.
    let mut future = pin!(unconstrained(future));
    let mut output = None;
    let mut poll = |context: &mut Context<'_>| match future.as_mut().poll(context) {
        Poll::Ready(ready) => {
            output = Some(ready);
            true
        }
        Poll::Pending => false,
    };
    wait_until(parking, &mut poll, end, interrupted)?;
    output.ok_or(Waited::TimeOver)
}

/// The loop of it, for every type of future.
fn wait_until(
    parking: &dyn Parking,
    is_ready: &mut dyn FnMut(&mut Context<'_>) -> bool,
    end: Instant,
    interrupted: Option<&dyn Fn() -> bool>,
) -> Result<(), Waited> {
    let mut context = Context::from_waker(parking.waker());
    let mut asked_at = Instant::now();
    let must_end = |asked_at: &mut Instant| {
        *asked_at = Instant::now();
        if *asked_at >= end {
            return Some(Waited::TimeOver);
        }
        interrupted.is_some_and(|interrupted| interrupted()).then_some(Waited::Interrupted)
    };
    let mut ended = None;
    loop {
        if is_ready(&mut context) {
            return Ok(());
        }
        // Polled once more before this: a result that was ready when the interrupt came is delivered.
        if let Some(why) = ended {
            return Err(why);
        }
        // A future that is woken all the time must not keep the caller from being asked.
        if asked_at.elapsed() >= TICK {
            ended = must_end(&mut asked_at);
        }
        while ended.is_none() && !parking.take_woken() {
            // An observer, or whoever says whether the call is interrupted, may have forked.
            if parking.is_inherited() {
                return Err(Waited::Forked);
            }
            let left = end.saturating_duration_since(Instant::now());
            parking.park(if interrupted.is_some() { left.min(TICK) } else { left });
            if left.is_zero() || asked_at.elapsed() >= TICK {
                ended = must_end(&mut asked_at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn an_interrupt_ends_the_wait() {
        let started = Instant::now();
        let result = block_on(std::future::pending::<()>(), later(), Some(&|| true));
        assert_eq!(result.unwrap_err(), Waited::Interrupted);
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_result_that_is_ready_when_the_interrupt_comes_is_delivered() {
        let (sender, receiver) = oneshot::channel();
        let sender = std::cell::Cell::new(Some(sender));
        let interrupted = || {
            if let Some(sender) = sender.take() {
                sender.send(7).unwrap();
            }
            true
        };
        assert_eq!(block_on(receiver, later(), Some(&interrupted)), Ok(Ok(7)));
    }

    #[test]
    fn a_future_that_is_woken_all_the_time_can_be_interrupted_and_ends_in_time() {
        let restless = || {
            std::future::poll_fn(|cx| {
                cx.waker().wake_by_ref();
                Poll::<()>::Pending
            })
        };
        assert_eq!(block_on(restless(), later(), Some(&|| true)), Err(Waited::Interrupted));
        assert_eq!(block_on(restless(), Instant::now() + Duration::from_millis(50), None), Err(Waited::TimeOver));
    }

    #[test]
    fn a_wait_ends_in_time_although_nobody_does_the_work() {
        let result = block_on(std::future::pending::<()>(), Instant::now() + Duration::from_millis(50), None);
        assert_eq!(result, Err(Waited::TimeOver));
    }
}
