//! Who drives the sockets: the caller's thread on a lane, or the engine, one background thread. Only this module and its own name tokio.
//!
//! The engine carries asynchronous calls, blocking calls inside somebody's runtime, and what goes on without a caller. It is
//! handed a future and the result is waited for, so that works the same from any thread and executor. After a `fork` the
//! child has the parent's memory but not its threads; everything here is therefore kept per process, and what the parent
//! made is leaked in the child, never dropped: dropping it would reach through the shared epoll instance into the parent.

pub(crate) mod lane;
pub(crate) mod stream;
mod wait;

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;
use std::time::Instant;

use arc_swap::ArcSwapOption;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::boxed::Boxed;
use crate::error::{Error, ErrorKind};
use crate::host;

pub(crate) use self::wait::{Waited, block_on};

/// A value that each process makes for itself, on first use.
pub(crate) struct PerProcess<T>(ArcSwapOption<Owned<T>>);

struct Owned<T> {
    process: u64,
    // None only while it is being dropped.
    value: Option<T>,
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if self.process != host::process_key() {
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
        let process = host::process_key();
        let current = self.0.load();
        if let Some(owned) = &*current
            && owned.process == process
        {
            return Ok(PerProcessRef(Arc::clone(owned)));
        }
        let made = Arc::new(Owned { process, value: Some(make()?) });
        let before = self.0.compare_and_swap(&current, Some(Arc::clone(&made)));
        match &*before {
            // Another thread was faster; what we made is dropped.
            Some(theirs) if theirs.process == process => Ok(PerProcessRef(Arc::clone(theirs))),
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
    let drive = move || {
        // An error means that the sender is gone, which is the signal.
        let _ = runtime.block_on(stopped);
        runtime.shutdown_background();
    };
    host::with_signals_blocked(|| thread::Builder::new().name("netbird-tokens".to_owned()).spawn(drive))?;
    Ok(Engine { handle, _stop: stop })
}

/// Why the engine gave no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    /// It could not be started: the system gives no thread or no file descriptor.
    #[error(
        "nothing was sent: the system gives no background thread or descriptor ({0}): raise the limit, or end other threads"
    )]
    Start(#[source] std::io::Error),
    /// The task panicked, or the engine stopped. Both are bugs here.
    #[error("a bug in netbird-tokens stopped the request: please report it with what you called")]
    Died,
    /// What a forked child was to go on with belongs to its parent.
    #[error("this was started before the process was forked, and goes on in the parent: start another one")]
    Forked,
}

impl From<EngineError> for Error {
    fn from(error: EngineError) -> Self {
        let kind = match error {
            EngineError::Start(_) => ErrorKind::Connect,
            EngineError::Died => ErrorKind::Internal,
            EngineError::Forked => ErrorKind::InvalidArgument,
        };
        Error::new(kind, error.to_string())
    }
}

/// A task that is aborted when nobody waits for it any more, so that dropping a call cancels its request.
pub(crate) struct Task<T>(JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, EngineError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map_err(|_| EngineError::Died)
    }
}

/// Runs a future on the engine. Can be awaited from any executor.
pub(crate) async fn on_engine<F>(future: F) -> Result<F::Output, EngineError>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    let engine = background()?.0;
    Task(engine.handle.spawn(future)).await
}

/// The engine, for work that nobody waits for.
pub(crate) struct Background(PerProcessRef<Engine>);

impl Background {
    /// Runs a future to its end.
    pub(crate) fn run(&self, future: Boxed<'static, ()>) {
        drop(self.0.handle.spawn(future));
    }

    /// Runs a future until the task is dropped.
    #[cfg(feature = "async")]
    pub(crate) fn start(&self, future: impl Future<Output = ()> + Send + 'static) -> Task<()> {
        Task(self.0.handle.spawn(future))
    }
}

/// The engine, started if need be.
pub(crate) fn background() -> Result<Background, EngineError> {
    ENGINE.get(start_engine).map(Background).map_err(EngineError::Start)
}

/// Waits without a thread of its own. Can be awaited from any executor.
#[cfg(feature = "async")]
pub(crate) async fn sleep(duration: std::time::Duration) -> Result<(), EngineError> {
    on_engine(async move { tokio::time::sleep(duration).await }).await
}

/// Waits until that instant. For use on the engine.
pub(crate) async fn sleep_until(instant: Instant) {
    tokio::time::sleep_until(instant.into()).await;
}

/// The future's output, or `None` when the deadline comes first. The deadline may move away while the future goes on. For use on
/// the engine and on lanes.
pub(crate) async fn before<F: Future>(deadline: impl Fn() -> Instant, future: F) -> Option<F::Output> {
    let (mut future, mut timer) = (pin!(future), pin!(tokio::time::sleep_until(deadline().into())));
    std::future::poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        while timer.as_mut().poll(context).is_ready() {
            let deadline = deadline();
            if deadline <= Instant::now() {
                return Poll::Ready(None);
            }
            timer.as_mut().reset(deadline.into());
        }
        Poll::Pending
    })
    .await
}

/// Has the runtime look at its sockets before going on. For use on the engine and on lanes, in a task.
///
/// A connection that the server has closed may look usable until then, and a request that is written into it is lost: a lane
/// looks at nothing between two calls, and the engine may be busy. The runtime takes this task up again after the connections
/// on which something happened, so that one that is closed is no longer offered.
pub(crate) async fn settle() {
    tokio::task::yield_now().await;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn a_panic_on_the_engine_is_an_error_and_the_engine_goes_on() {
        let panicked = block_on(on_engine(async { panic!("deliberate, in a test") }), later(), None).unwrap();
        assert!(matches!(panicked, Err::<(), _>(EngineError::Died)));
        assert_eq!(block_on(on_engine(async { 7 }), later(), None).unwrap().unwrap(), 7);
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
                    block_on(on_engine(async {}), later(), None).unwrap().unwrap();
                }
            })
            .await
            .unwrap();
        });
    }
}
