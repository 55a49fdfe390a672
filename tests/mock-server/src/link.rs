//! How connections end, on their own or because a test asks for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::Notify;
use tokio::time::timeout;

/// How long a refused client gets to read the answer.
const LINGER: Duration = Duration::from_millis(500);

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// In an orderly way; over TLS with `close_notify`.
    Shut,
    /// The same, but first what the client still sends is read, so that it receives the answer and not a reset.
    Linger,
    /// Without notice: FIN.
    Drop,
    /// Without notice: RST.
    Reset,
}

/// The server's handle on an open connection, to close it from outside.
#[derive(Default)]
pub(crate) struct Link {
    idle: AtomicBool,
    close: Notify,
    closed: Notify,
}

impl Link {
    /// Tells an idle connection to close. Returns whether it was idle.
    pub(crate) fn close_if_idle(&self) -> bool {
        let idle = self.idle.swap(false, Ordering::AcqRel);
        if idle {
            self.close.notify_one();
        }
        idle
    }

    pub(crate) fn mark_idle(&self) {
        self.idle.store(true, Ordering::Release);
    }

    /// The connection has work to do. Returns `false` if it was told to close first.
    pub(crate) fn mark_busy(&self) -> bool {
        self.idle.swap(false, Ordering::AcqRel)
    }

    /// Waits until the connection is told to close.
    pub(crate) async fn told_to_close(&self) {
        self.close.notified().await;
    }

    /// Waits until the connection is closed; for the caller of [`close_if_idle`](Self::close_if_idle).
    pub(crate) async fn wait_closed(&self) {
        self.closed.notified().await;
    }

    pub(crate) fn mark_closed(&self) {
        self.closed.notify_one();
    }
}

/// Reads and discards what a refused client still sends, for a limited time.
pub(crate) async fn drain<S: AsyncRead + Unpin>(io: &mut S) {
    let mut scrap = [0; 4096];
    let drained = async { while matches!(io.read(&mut scrap).await, Ok(1..)) {} };
    // Running out of time is as good as reaching the end.
    let _ = timeout(LINGER, drained).await;
}
