//! The log of the library under test: lines with a credential in them are kept, as evidence.

use std::sync::{Mutex, Once, PoisonError};

static KEPT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// How many lines are kept: one is enough to fail.
const MOST: usize = 1_000;

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = record.args().to_string();
        if line.replace("nbp_****", "").contains("nbp_") {
            let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() < MOST {
                kept.push(line);
            }
        }
    }

    fn flush(&self) {}
}

/// Listens to the process's log.
pub fn listen() {
    static LOGGER: Logger = Logger;
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Another logger can only have been set by the program that uses this crate, which then keeps its own.
        if log::set_logger(&LOGGER).is_ok() {
            log::set_max_level(log::LevelFilter::Trace);
        }
    });
}

/// The lines so far that have a credential in them. They stay: which run a line belongs to, its secret tells.
pub(crate) fn with_credentials() -> String {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
}
