//! Logging what the core reports on its own thread: how interrupted creates were finished. A logging handler may take long, and
//! may itself call a client.

use pyo3::prelude::*;

use super::logger::write;
use crate::worker::Worker;

struct Record {
    level: u8,
    message: String,
}

static LOGGER: Worker<Record> = Worker::new("netbird-tokens-log", work);

fn work(py: Python<'_>, Record { level, message }: Record) {
    write(py, level, &message);
}

/// Has a record logged soon. Without a thread it is lost; the create is finished nevertheless.
pub(super) fn log(level: u8, message: String) {
    LOGGER.submit(Record { level, message });
}

/// Waits until all records are logged, until a signal handler raises, and at most a second. Called without the GIL.
pub(crate) fn flush() {
    LOGGER.flush();
}

/// Waits until all records are logged, as [`flush`] does, and lets no more be logged.
pub(crate) fn end() {
    LOGGER.end();
}
