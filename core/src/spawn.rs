//! Futures that the clients' own engine polls, for front ends whose language brings no executor for Rust's futures.

use std::fmt;

use crate::engine::{Task, background};
use crate::error::Result;
use crate::host;

/// A future that runs on the engine. Dropping it cancels the future, which is dropped on the engine soon after.
///
/// A forked child has only a copy, which does nothing: the future runs in the parent.
#[must_use = "dropping it cancels the future"]
pub struct Running {
    // None only while it is being dropped.
    task: Option<Task<()>>,
    process: u64,
}

/// Has the clients' own engine run a future. Its output goes wherever the future puts it. A future that panics ends.
///
/// # Errors
/// `connect` when the engine's thread cannot be started.
pub fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Result<Running> {
    let task = background()?.start(future);
    Ok(Running { task: Some(task), process: host::process_key() })
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.process != host::process_key() {
            // The parent's: leaked on purpose, because aborting it would reach into the parent.
            Box::leak(Box::new(self.task.take()));
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    struct SendsWhenDropped(Sender<&'static str>);

    impl Drop for SendsWhenDropped {
        fn drop(&mut self) {
            self.0.send("dropped").unwrap();
        }
    }

    #[test]
    fn a_future_runs_although_nobody_polls_it() {
        let (sender, receiver) = channel();
        let _running = spawn(async move { sender.send("ran").unwrap() }).unwrap();
        assert_eq!(receiver.recv_timeout(PATIENCE), Ok("ran"));
    }

    #[test]
    fn dropping_it_cancels_the_future() {
        let (sender, receiver) = channel();
        let dropped = SendsWhenDropped(sender.clone());
        let running = spawn(async move {
            let _dropped = dropped;
            sender.send("began").unwrap();
            pending::<()>().await;
        })
        .unwrap();
        assert_eq!(receiver.recv_timeout(PATIENCE), Ok("began"));
        drop(running);
        assert_eq!(receiver.recv_timeout(PATIENCE), Ok("dropped"));
    }
}
