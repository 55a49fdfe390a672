//! Waiting for the person, with a countdown on a terminal.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use netbird_tokens::{DeviceLogin, LoginSession, Timestamp};

use super::failed::failed;
use crate::failure::Failure;
use crate::session::Session;

pub(super) fn wait(session: &Session, device: &DeviceLogin) -> Result<LoginSession, Failure> {
    let left = time_left(device);
    let countdown = Countdown::start(session, left);
    let login = device.wait();
    drop(countdown);
    login.map_err(|error| failed(session, error))
}

/// How long the code is valid. From here on it is measured by a clock that does not jump.
fn time_left(device: &DeviceLogin) -> Duration {
    let seconds = device.expires_at().unix_seconds().saturating_sub(Timestamp::now().unix_seconds());
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}

/// Counts down on standard error, if that is a terminal. Removed again when dropped.
struct Countdown(ProgressBar);

impl Countdown {
    fn start(session: &Session, left: Duration) -> Self {
        // With -v each request is a line there.
        if session.connection.verbose || !io::stderr().is_terminal() {
            session.note(&format!("Waiting for you to confirm the code. It expires in {}.", clock(left)));
            return Countdown(ProgressBar::hidden());
        }
        let end = Instant::now() + left;
        let style = ProgressStyle::with_template("Waiting for you to confirm the code. It expires in {left}.")
            .expect("it is well-formed")
            .with_key("left", move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                // The line is for watching.
                let _ = out.write_str(&clock(end.saturating_duration_since(Instant::now())));
            });
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style);
        bar.tick();
        bar.enable_steady_tick(Duration::from_millis(500));
        Countdown(bar)
    }
}

impl Drop for Countdown {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Minutes and seconds.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_has_minutes_and_seconds() {
        assert_eq!(clock(Duration::from_secs(299)), "4:59");
        assert_eq!(clock(Duration::from_millis(5_900)), "0:05");
        assert_eq!(clock(Duration::from_secs(86_400)), "1440:00");
    }
}
