//! Telling event loops, on a thread of ours, that calls have ended.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::worker::Worker;

/// The end of a call.
pub(super) struct Delivery {
    /// The asyncio.Future that its caller awaits.
    pub(super) future: Py<PyAny>,
    /// What to do if the caller will never take the result.
    pub(super) undo: Box<dyn FnOnce() + Send>,
}

static LOOPS: Worker<Delivery> = Worker::new("netbird-tokens-loops", deliver);

fn deliver(py: Python<'_>, Delivery { future, undo }: Delivery) {
    if wake_soon(future.bind(py)).is_err() {
        // The loop is closed.
        undo();
    }
}

fn wake_soon(future: &Bound<'_, PyAny>) -> PyResult<()> {
    static WAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = future.py();
    let wake = WAKE.get_or_try_init(py, || wrap_pyfunction!(wake, py).map(|wake| wake.into_any().unbind()))?;
    let event_loop = future.call_method0(intern!(py, "get_loop"))?;
    event_loop.call_method1(intern!(py, "call_soon_threadsafe"), (wake, future)).map(drop)
}

/// Has the caller go on, unless it was cancelled meanwhile. On the loop's thread.
#[pyfunction]
fn wake(py: Python<'_>, future: &Bound<'_, PyAny>) -> PyResult<()> {
    if !future.call_method0(intern!(py, "done"))?.is_truthy()? {
        future.call_method1(intern!(py, "set_result"), (py.None(),))?;
    }
    Ok(())
}

/// Whether there is a thread that delivers: not at the end of the interpreter.
pub(super) fn start() -> bool {
    !LOOPS.has_ended() && LOOPS.start()
}

/// Has the caller go on soon.
pub(super) fn submit(delivery: Delivery) {
    LOOPS.submit(delivery);
}

/// The end of the interpreter follows: delivers what there is, and nothing after that.
pub(crate) fn end() {
    LOOPS.end();
}
