//! Handing a secret to a program: on its standard input, and nowhere else.

use std::io::{self, Read as _, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use netbird_tokens::{CancelToken, Secret};
use zeroize::Zeroizing;

use crate::interrupt::Stopped;
use crate::program::{Program, Running};

const OPTION: &str = "--exec";

/// Starts the program with the secret, without a newline, on its standard input, and waits for its end. Its output goes where
/// this program's goes, or to standard error if standard output is for JSON. The error says why the secret was not taken.
pub(crate) fn hand_over(
    program: &Program,
    secret: &Secret,
    time_limit: Duration,
    cancel: &CancelToken,
    stdout_is_taken: bool,
) -> Result<(), String> {
    let name = program.name();
    let local = |error: io::Error| format!("{OPTION}: the secret cannot be given to {name}: {error}");
    // This end stays open here: whether the program has read the secret is seen from what is left in the pipe.
    let (mut left, mut writer) = io::pipe().map_err(local)?;
    let mut command = program.command();
    command.stdin(Stdio::from(left.try_clone().map_err(local)?));
    if stdout_is_taken {
        command.stdout(Stdio::from(io::stderr()));
    }
    let mut running = Running::start(command).map_err(|error| program.not_started(OPTION, &error))?;
    // A pipe holds far more than a PAT, so this does not wait for the program.
    writer.write_all(secret.expose().as_bytes()).map_err(local)?;
    drop(writer);

    let deadline = Instant::now() + time_limit;
    match running.wait(cancel, deadline) {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => return Err(program.failed(OPTION, status)),
        Ok(Err(Stopped::TimeOver)) => {
            return Err(format!("{OPTION}: {name} did not end within its time limit (--exec-timeout), and was ended"));
        }
        Ok(Err(Stopped::Interrupted)) => return Err(format!("interrupted while {name} was running, which was ended")),
        Err(error) => return Err(format!("{OPTION}: {name} cannot be waited for: {error}")),
    }
    let mut rest = Zeroizing::new([0; 1024]);
    match left.read(&mut *rest) {
        Ok(0) => Ok(()),
        Ok(_) => Err(format!("{OPTION}: {name} ended without reading the secret from its standard input")),
        Err(error) => Err(local(error)),
    }
}
