//! The question before something that cannot be undone.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::failure::Failure;
use crate::interrupt::wait_for;
use crate::session::Session;

impl Session {
    /// Fails unless there is somebody to ask.
    pub(crate) fn require_person(&self) -> Result<(), Failure> {
        if io::stdin().is_terminal() {
            return Ok(());
        }
        Err(Failure::NotConfirmed(
            "standard input is not a terminal, so nobody can be asked: pass --yes to revoke without asking. Nothing was done"
                .to_owned(),
        ))
    }

    /// Asks on standard error. Anything but `y` or `yes` is a no.
    pub(crate) fn confirm(&self, question: &str) -> Result<(), Failure> {
        let mut err = io::stderr();
        let asked = write!(err, "{question} [y/N] ").and_then(|()| err.flush());
        asked.map_err(|error| {
            Failure::NotConfirmed(format!("the question cannot be shown ({error}). Nothing was done"))
        })?;
        let read = || {
            let mut answer = String::new();
            io::stdin().lock().read_line(&mut answer).map(|_| answer)
        };
        match wait_for(read, &self.cancel, None) {
            Ok(Ok(answer)) if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") => Ok(()),
            Ok(_) => Err(Failure::NotConfirmed("not confirmed. Nothing was done".to_owned())),
            Err(_) => {
                self.note("");
                Err(Failure::cancelled("interrupted. Nothing was done"))
            }
        }
    }
}
