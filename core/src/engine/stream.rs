//! Values that a task on the engine produces ahead of who takes them, and the tasks that help it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use super::{EngineError, PerProcess, Task, background};

/// Values that a task on the engine produces, a bounded number ahead. Dropping it ends the task.
pub(crate) struct Stream<T> {
    ends: PerProcess<Mutex<Ends<T>>>,
    ended: AtomicBool,
}

struct Ends<T> {
    values: mpsc::Receiver<T>,
    task: Task<()>,
}

/// Where the task puts its values.
pub(crate) struct Producer<T>(mpsc::Sender<T>);

impl<T: Send> Producer<T> {
    /// Waits until there is room for the value. An error means that nobody takes it.
    pub(crate) async fn send(&self, value: T) -> Result<(), ()> {
        self.0.send(value).await.map_err(drop)
    }
}

impl<T: Send + 'static> Stream<T> {
    /// Starts the task. It may be `ahead` values ahead.
    pub(crate) fn start<F>(ahead: usize, produce: impl FnOnce(Producer<T>) -> F) -> Result<Self, EngineError>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let engine = background()?.0;
        let (producer, values) = mpsc::channel(ahead);
        let task = Task(engine.handle.spawn(produce(Producer(producer))));
        let stream = Stream { ends: PerProcess::new(), ended: AtomicBool::new(false) };
        stream.ends.get(|| Ok::<_, EngineError>(Mutex::new(Ends { values, task })))?;
        Ok(stream)
    }

    /// The next value; `None` at the end. Several may wait at once; a wait that is dropped loses no value. Can be awaited from
    /// any executor.
    pub(crate) async fn next(&self) -> Result<Option<T>, EngineError> {
        if self.ended.load(Ordering::Acquire) {
            return Ok(None);
        }
        // A forked child has neither the task nor what it would produce.
        let ends = self.ends.get(|| {
            self.ended.store(true, Ordering::Release);
            Err(EngineError::Forked)
        })?;
        let mut ends = ends.lock().await;
        // Another one may have seen the end meanwhile, and a task is awaited once.
        if self.ended.load(Ordering::Acquire) {
            return Ok(None);
        }
        let next = match ends.values.recv().await {
            Some(value) => Ok(Some(value)),
            None => (&mut ends.task).await.map(|()| None),
        };
        if !matches!(next, Ok(Some(_))) {
            self.ended.store(true, Ordering::Release);
        }
        next
    }
}

/// Tasks that run beside the one that started them, and end with it. For use on the engine.
pub(crate) struct Helpers<T>(JoinSet<T>);

impl<T: Send + 'static> Helpers<T> {
    pub(crate) fn new() -> Self {
        Helpers(JoinSet::new())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn start(&mut self, future: impl Future<Output = T> + Send + 'static) {
        self.0.spawn(future);
    }

    /// The output of the one that ends next, of those that run.
    pub(crate) async fn next(&mut self) -> Option<Result<T, EngineError>> {
        Some(self.0.join_next().await?.map_err(|_| EngineError::Died))
    }

    /// The same, or `None` if none ends before the deadline.
    pub(crate) async fn next_before(&mut self, deadline: Instant) -> Option<Result<T, EngineError>> {
        super::before(|| deadline, self.next()).await.flatten()
    }
}
