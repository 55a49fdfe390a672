//! What a run needs to know.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::launch::Launch;
use crate::live::Session;

/// How long one command may take.
const CALL_LIMIT: Duration = Duration::from_secs(20);

/// The settings of a run.
pub struct Settings {
    /// The adapter.
    pub launch: Launch,
    /// The folder in which adapters start.
    pub root: PathBuf,
    /// A real server instead of mocks.
    pub live: Option<Arc<Session>>,
    /// The time limit of one command.
    pub call_limit: Duration,
}

impl Settings {
    /// Mock servers and the default limits.
    #[must_use]
    pub fn new(launch: Launch, root: PathBuf) -> Self {
        Self { launch, root, live: None, call_limit: CALL_LIMIT }
    }
}
