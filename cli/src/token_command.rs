//! `--token-command`: the credential is the first line that a program prints, as password managers and vaults do.

use std::process::Stdio;
use std::time::{Duration, Instant};

use netbird_tokens::ErrorKind;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::input::{Limits, content};
use crate::interrupt::{Stopped, wait_for};
use crate::program::{Program, Running};

const OPTION: &str = "--token-command";

/// The first line of what the program prints. The rest, and all of it after a failure, is wiped and never shown.
pub(crate) fn first_line(program: &Program, limits: &Limits<'_>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut command = program.command();
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let started = Running::start(command);
    let mut running = started.map_err(|error| Failure::configuration(program.not_started(OPTION, &error)))?;
    let deadline = limits.time.and_then(|time| Instant::now().checked_add(time));
    let deadline = deadline.unwrap_or_else(|| Instant::now() + Duration::from_secs(86_400));

    let stdout = running.child().stdout.take().expect("it was piped");
    let bytes = limits.bytes;
    let left = deadline.saturating_duration_since(Instant::now());
    let printed = wait_for(move || content(stdout, bytes), limits.cancel, Some(left));
    // Whether it succeeded is known only at its end. What it printed counts only then.
    let ended = match &printed {
        Ok(Ok(_)) => running.wait(limits.cancel, deadline),
        _ => running.wait(limits.cancel, Instant::now()),
    };
    let unusable = |why: &str| Failure::configuration(format!("{OPTION}: {why}; nothing was sent"));
    let printed = match printed {
        Ok(Ok(printed)) => printed,
        Ok(Err(error)) => return Err(unusable(&format!("what {} prints cannot be used: {error}", program.name()))),
        Err(stopped) => return Err(not_ended(program, stopped)),
    };
    match ended {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => return Err(Failure::configuration(program.failed(OPTION, status) + "; nothing was sent")),
        Ok(Err(stopped)) => return Err(not_ended(program, stopped)),
        Err(error) => return Err(unusable(&format!("{} cannot be waited for: {error}", program.name()))),
    }
    let line = printed.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.trim_ascii().is_empty() {
        return Err(unusable(&format!("the first line that {} prints is empty", program.name())));
    }
    Ok(Zeroizing::new(line.to_vec()))
}

fn not_ended(program: &Program, stopped: Stopped) -> Failure {
    let name = program.name();
    match stopped {
        Stopped::Interrupted => Failure::cancelled(format!("interrupted while {name} was running; nothing was sent")),
        Stopped::TimeOver => Failure::refused(
            ErrorKind::Timeout,
            format!("{OPTION}: {name} did not end within the time limit (--timeout); nothing was sent"),
        ),
    }
}
