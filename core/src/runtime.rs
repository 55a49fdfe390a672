//! The engine: one background thread with an asynchronous runtime, on which all requests run. The only file that names tokio.
//!
//! A caller's thread never drives a socket. It hands a future to the engine and waits for the result, so a call works the
//! same from a plain thread, from inside somebody else's runtime and from any number of threads at once. After a `fork` the
//! child has the parent's memory but not its threads; everything here is therefore kept per process id, and what the
//! parent made is leaked in the child, never dropped: dropping it would reach through the shared epoll instance into the
//! parent.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, unconstrained};

use crate::error::{Error, ErrorKind};

/// How long a waiting caller goes without looking whether it was interrupted.
const TICK: Duration = Duration::from_millis(20);

/// A value that each process makes for itself, when first asked.
pub(crate) struct PerProcess<T>(ArcSwapOption<Owned<T>>);

struct Owned<T> {
    pid: u32,
    // None only while it is being dropped.
    value: Option<T>,
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if self.pid != std::process::id() {
            // The parent's: leaked on purpose, see above.
            Box::leak(Box::new(self.value.take()));
        }
    }
}

/// Access to the value of this process.
pub(crate) struct PerProcessRef<T>(Arc<Owned<T>>);

impl<T> std::ops::Deref for PerProcessRef<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.value.as_ref().expect("the value is there until it is dropped")
    }
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        PerProcess(ArcSwapOption::const_empty())
    }

    /// The value of this process, made by `make` if there is none yet. No lock is taken, as a fork would copy a held one.
    pub(crate) fn get<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<PerProcessRef<T>, E> {
        let pid = std::process::id();
        let current = self.0.load();
        if let Some(owned) = &*current
            && owned.pid == pid
        {
            return Ok(PerProcessRef(Arc::clone(owned)));
        }
        let made = Arc::new(Owned { pid, value: Some(make()?) });
        let before = self.0.compare_and_swap(&current, Some(Arc::clone(&made)));
        match &*before {
            // Another thread was quicker; what we made is dropped.
            Some(theirs) if theirs.pid == pid => Ok(PerProcessRef(Arc::clone(theirs))),
            _ => Ok(PerProcessRef(made)),
        }
    }
}

struct Engine {
    handle: Handle,
    // Dropping it ends the thread.
    _stop: oneshot::Sender<()>,
}

static ENGINE: PerProcess<Engine> = PerProcess::new();

fn start_engine() -> std::io::Result<Engine> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    let (stop, stopped) = oneshot::channel::<()>();
    thread::Builder::new().name("netbird-tokens".to_owned()).spawn(move || {
        // An error means that the sender is gone, which is the signal.
        let _ = runtime.block_on(stopped);
        runtime.shutdown_background();
    })?;
    Ok(Engine { handle, _stop: stop })
}

/// Why the engine gave no result.
#[derive(Debug)]
pub(crate) enum EngineError {
    /// It could not be started: the system gives no thread or no file descriptor.
    Start(std::io::Error),
    /// The task panicked, which is a bug here.
    Panicked,
}

impl From<EngineError> for Error {
    fn from(error: EngineError) -> Self {
        let message = match error {
            EngineError::Start(error) => format!("the background thread cannot be started: {error}"),
            EngineError::Panicked => "a bug in netbird-tokens: please report it".to_owned(),
        };
        Error::new(ErrorKind::Internal, message)
    }
}

/// A task that ends when nobody waits for it any more, so that dropping a call cancels its request.
struct Task<T>(JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, EngineError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map_err(|_| EngineError::Panicked)
    }
}

/// Runs a future on the engine. Can be awaited from any executor.
pub(crate) async fn on_engine<F>(future: F) -> Result<F::Output, EngineError>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    let engine = ENGINE.get(start_engine).map_err(EngineError::Start)?;
    Task(engine.handle.spawn(future)).await
}

/// Waits without a thread of its own. Can be awaited from any executor.
pub(crate) async fn sleep(duration: Duration) -> Result<(), EngineError> {
    on_engine(async move { tokio::time::sleep(duration).await }).await
}

/// The future's output, or `None` when the deadline comes first. For use on the engine.
pub(crate) async fn before<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    tokio::time::timeout_at(deadline.into(), future).await.ok()
}

/// Lets the engine look at its sockets before going on. For use on the engine.
///
/// A task that was handed over while the engine was still busy runs before it next asks the system what happened. It would be
/// given a connection whose end has come but was not seen, and write a request into it that is then lost. The first yield has
/// the engine ask; the second lets the connections that something happened to act on it.
pub(crate) async fn settle() {
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
}

/// The caller was interrupted.
#[derive(Debug)]
pub(crate) struct Interrupted;

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

/// Waits on this thread for a future whose work is done elsewhere. While it waits, `interrupted` is asked every 20 ms or so.
pub(crate) fn block_on<F: Future>(future: F, interrupted: Option<&dyn Fn() -> bool>) -> Result<F::Output, Interrupted> {
    // Inside somebody's tokio task this poll would use up the task's budget, never to get it back, since we do not yield to
    // their scheduler: after some hundred calls every poll would be refused for ever.
    let mut future = pin!(unconstrained(future));
    let wakeup = Arc::new(Wakeup { thread: thread::current(), woken: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&wakeup));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Ok(output);
        }
        while !wakeup.woken.swap(false, Ordering::Acquire) {
            match interrupted {
                None => thread::park(),
                Some(interrupted) => {
                    thread::park_timeout(TICK);
                    if !wakeup.woken.load(Ordering::Acquire) && interrupted() {
                        return Err(Interrupted);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_on_the_engine_is_an_error_and_the_engine_goes_on() {
        let panicked = block_on(on_engine(async { panic!("deliberate, in a test") }), None).unwrap();
        assert!(matches!(panicked, Err::<(), _>(EngineError::Panicked)));
        assert_eq!(block_on(on_engine(async { 7 }), None).unwrap().unwrap(), 7);
    }

    #[test]
    fn an_interrupt_ends_the_wait() {
        let started = Instant::now();
        let result = block_on(sleep(Duration::from_secs(60)), Some(&|| true));
        assert!(result.is_err());
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_value_is_made_once_a_process() {
        let cell = PerProcess::new();
        let first = cell.get(|| Ok::<_, ()>(1)).unwrap();
        let second = cell.get(|| Ok::<_, ()>(2)).unwrap();
        assert_eq!((*first, *second), (1, 1));
    }

    #[test]
    fn more_calls_than_a_task_has_budget_work_inside_a_runtime() {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            tokio::spawn(async {
                for _ in 0..1_000 {
                    block_on(on_engine(async {}), None).unwrap().unwrap();
                }
            })
            .await
            .unwrap();
        });
    }
}
