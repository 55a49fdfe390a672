//! A progress bar on standard error, if that is a terminal.

use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Removed again when dropped.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// `is_alone`: nothing else is written to the terminal meanwhile.
    pub(super) fn start(users: usize, is_alone: bool) -> Self {
        let target = if is_alone && io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} users, {msg}").expect("it is well-formed");
        let bar = ProgressBar::with_draw_target(u64::try_from(users).ok(), target).with_style(style);
        bar.set_message("0 tokens");
        bar.tick();
        Progress(bar)
    }

    pub(super) fn advance(&self, tokens: String) {
        self.0.set_message(tokens);
        self.0.inc(1);
    }

    /// Writes something else to standard error.
    pub(super) fn pause(&self, write: impl FnOnce()) {
        self.0.suspend(write);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
