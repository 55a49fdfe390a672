//! Where the new secret goes, checked before anything is created.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use netbird_tokens::{CancelToken, Secret};

use crate::arguments::Destination;
use crate::atomic_file::ReplaceError;
use crate::failure::Failure;
use crate::program::Program;
use crate::secret_exec;
use crate::secret_file::{PreparedFile, RotatedFile};
use crate::secret_output::{SecretText, require_reader};
use crate::session::Session;

/// Where the secret goes.
pub(super) enum Target {
    Stdout,
    File(RotatedFile),
    Program { program: Program, time_limit: Duration },
}

/// A target that is ready to take the secret.
pub(super) enum Ready<'a> {
    /// The secret is printed with the result.
    Stdout,
    File(PreparedFile),
    Program {
        program: &'a Program,
        time_limit: Duration,
    },
}

/// Why the secret did not get there.
pub(super) enum NotThere {
    /// Nobody has it.
    Nowhere(String),
    /// It is there, but may be lost again if the machine crashes.
    Uncertain(io::Error),
}

impl Target {
    /// Finds the target, and refuses one that cannot take a secret. Changes nothing.
    pub(super) fn find(session: &Session, destination: &Destination) -> Result<Self, Failure> {
        match destination {
            Destination::Stdout => {
                require_reader("--write-to FILE")?;
                Ok(Target::Stdout)
            }
            Destination::File(path) => {
                let file = RotatedFile::find(path)?;
                if file.path().to_str().is_none() {
                    return Err(Failure::usage("the path of --write-to is not UTF-8, so the journal cannot hold it"));
                }
                Ok(Target::File(file))
            }
            Destination::Program { command, time_limit } => {
                let program = Program::parse("--exec", command, session.source.shell)?;
                if !program.exists() {
                    let missing = io::Error::from(io::ErrorKind::NotFound);
                    return Err(Failure::usage(program.not_started("--exec", &missing) + ". Nothing was changed"));
                }
                Ok(Target::Program { program, time_limit: *time_limit })
            }
        }
    }

    pub(super) fn file(&self) -> Option<&RotatedFile> {
        match self {
            Target::File(file) => Some(file),
            Target::Stdout | Target::Program { .. } => None,
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        self.file().map(RotatedFile::path)
    }

    /// Where the journal is kept unless an option says where.
    pub(super) fn journal_path(&self) -> Option<PathBuf> {
        self.path().map(journal_beside)
    }

    /// Does all that can fail before the secret is there.
    pub(super) fn prepare(&self, session: &Session) -> Result<Ready<'_>, Failure> {
        Ok(match self {
            Target::Stdout => Ready::Stdout,
            Target::File(file) => {
                if let Some(warning) = file.warning() {
                    session.warn(&warning);
                }
                Ready::File(file.prepare()?)
            }
            Target::Program { program, time_limit } => Ready::Program { program, time_limit: *time_limit },
        })
    }
}

impl Ready<'_> {
    /// Hands the secret over. `json` gives what is printed instead of the bare secret.
    pub(super) fn hand_over(
        self,
        secret: &Secret,
        cancel: &CancelToken,
        json: Option<impl FnOnce() -> SecretText>,
    ) -> Result<(), NotThere> {
        match self {
            Ready::Stdout => {
                // A newline is for people: a program that reads to the end would take it for a part of the secret.
                let end = if io::stdout().is_terminal() { "\n" } else { "" };
                let text = json.map_or_else(|| SecretText::new(&[secret.expose(), end]), |json| json());
                let written = text.print(cancel);
                written.map_err(|error| NotThere::Nowhere(format!("standard output cannot be written: {error}")))
            }
            Ready::File(file) => file.store(secret).map_err(|error| match error {
                ReplaceError::NotReplaced(error) => NotThere::Nowhere(format!("the file cannot be written: {error}")),
                ReplaceError::NotDurable(error) => NotThere::Uncertain(error),
            }),
            Ready::Program { program, time_limit } => {
                secret_exec::hand_over(program, secret, time_limit, cancel, json.is_some()).map_err(NotThere::Nowhere)
            }
        }
    }
}

/// The journal of a file, beside it.
pub(super) fn journal_beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".rotation");
    name.into()
}
