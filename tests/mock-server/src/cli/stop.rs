//! When the program stops: on a signal or at the end of standard input.

use std::io::{self, Read as _};
use std::sync::Arc;

use tokio::sync::Notify;

/// Calls this function in a thread of its own when standard input ends or cannot be read.
///
/// # Errors
///
/// If no thread is available.
pub fn on_stdin_end(then: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let read_to_end = move || {
        let mut scrap = [0; 1024];
        let mut stdin = io::stdin().lock();
        while matches!(stdin.read(&mut scrap), Ok(1..)) {}
        then();
    };
    std::thread::Builder::new().name("netbird-mock-stdin".to_owned()).spawn(read_to_end).map(drop)
}

/// Tells the program to stop. It listens from the moment it is created.
pub(super) struct Stop {
    runtime: tokio::runtime::Runtime,
    signals: Signals,
    stdin_closed: Arc<Notify>,
}

impl Stop {
    pub(super) fn listen(until_stdin_closes: bool) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let signals = {
            let _guard = runtime.enter();
            Signals::listen()?
        };
        let stdin_closed = Arc::new(Notify::new());
        if until_stdin_closes {
            let closed = Arc::clone(&stdin_closed);
            on_stdin_end(move || closed.notify_one())?;
        }
        Ok(Self { runtime, signals, stdin_closed })
    }

    pub(super) fn wait(mut self) {
        self.runtime.block_on(async {
            tokio::select! {
                () = self.signals.arrive() => {}
                () = self.stdin_closed.notified() => {}
            }
        });
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn arrive(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    async fn arrive(&mut self) {
        // `None` only if no signal can arrive any more.
        let _ = self.interrupt.recv().await;
    }
}
