//! What to rotate, when, and where the new secret goes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::values::{duration, seconds};

/// The word in place of a token id that finishes an interrupted rotation.
const RESUME: &str = "resume";

/// The options of `rotate`.
#[derive(Args, Debug)]
pub(crate) struct RotateForm {
    /// Id of the token to rotate, as shown by `list`; or the word `resume`, to finish an interrupted rotation and start none
    #[arg(value_name = "TOKEN_ID|resume", conflicts_with_all = ["token_id", "name"])]
    target: Option<String>,

    /// The same as TOKEN_ID
    #[arg(long, value_name = "TOKEN_ID", conflicts_with = "name")]
    token_id: Option<String>,

    /// Rotate the one token with this name; a tag at its end does not count
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Name of the successor [default: the same name]
    #[arg(long, value_name = "NAME")]
    new_name: Option<String>,

    /// Give the successor its name without a tag. If its answer is lost, or this run is killed meanwhile, nothing tells it from
    /// other tokens of that name, so the rotation cannot be resumed
    #[arg(long)]
    no_tag: bool,

    /// Lifetime of the successor: a number of days, a length of time (30d, 4w), or a date [default: the same lifetime]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    expires_in: Option<String>,

    /// Replace the content of this file by the new secret instead of printing it
    #[arg(long, value_name = "FILE", conflicts_with = "exec")]
    write_to: Option<PathBuf>,

    /// Start this program with the new secret on its standard input; if it fails, the new token is revoked again
    #[arg(long, value_name = "COMMAND")]
    exec: Option<String>,

    /// Time limit for the program of --exec
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "60", requires = "exec", allow_negative_numbers = true)]
    exec_timeout: Duration,

    /// Keep the state of the rotation in this file, so that the next run can finish it [default: FILE.rotation, beside the file
    /// of --write-to]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,

    /// Rotate only if the token expires within this time, for example 14d
    #[arg(long, value_name = "TIME", value_parser = duration)]
    if_expires_within: Option<Duration>,

    /// Revoke the old token this long after the rotation, in a later run; for example 24h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    overlap: Option<Duration>,

    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,

    /// Do not say what was done, only what failed: for cron, which mails what a command prints
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Where a new secret goes.
#[derive(Debug)]
pub(crate) enum Destination {
    Stdout,
    File(PathBuf),
    Program { command: String, time_limit: Duration },
}

/// A rotation, as it was ordered.
#[derive(Debug)]
pub(crate) struct RotateOrder {
    pub(crate) token_id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) new_name: Option<String>,
    pub(crate) tag: bool,
    pub(crate) expires_in: Option<String>,
    pub(crate) destination: Destination,
    pub(crate) journal: Option<PathBuf>,
    pub(crate) if_expires_within: Option<Duration>,
    pub(crate) overlap: Option<Duration>,
    pub(crate) dry_run: bool,
}

/// What `resume` needs: one of the two.
#[derive(Debug)]
pub(crate) struct ResumeOrder {
    pub(crate) file: Option<PathBuf>,
    pub(crate) journal: Option<PathBuf>,
}

/// What `rotate` is to do.
#[derive(Debug)]
pub(crate) enum RotateAction {
    Rotate(Box<RotateOrder>),
    Resume(ResumeOrder),
}

impl RotateForm {
    /// The requested action, or what is wrong with the request.
    pub(crate) fn into_action(self) -> Result<RotateAction, &'static str> {
        if self.target.as_deref() == Some(RESUME) {
            return self.into_resume().map(RotateAction::Resume);
        }
        let RotateForm { target, token_id, name, new_name, expires_in, write_to, exec, exec_timeout, journal, .. } =
            self;
        let destination = match (write_to.filter(|path| path != Path::new("-")), exec) {
            (Some(path), _) => Destination::File(path),
            (None, Some(command)) => Destination::Program { command, time_limit: exec_timeout },
            (None, None) => Destination::Stdout,
        };
        if self.overlap.is_some() && journal.is_none() && !matches!(destination, Destination::File(_)) {
            return Err(
                "--overlap needs --journal FILE (or --write-to), so that a later run knows which token to revoke",
            );
        }
        Ok(RotateAction::Rotate(Box::new(RotateOrder {
            token_id: target.or(token_id),
            name,
            new_name,
            tag: !self.no_tag,
            expires_in,
            destination,
            journal,
            if_expires_within: self.if_expires_within,
            overlap: self.overlap,
            dry_run: self.dry_run,
        })))
    }

    fn into_resume(self) -> Result<ResumeOrder, &'static str> {
        let only_for_new = self.new_name.is_some()
            || self.no_tag
            || self.expires_in.is_some()
            || self.exec.is_some()
            || self.if_expires_within.is_some()
            || self.overlap.is_some()
            || self.dry_run;
        if only_for_new {
            return Err(
                "`rotate resume` finishes what an earlier run began: it takes only --write-to, --journal and the options about the connection",
            );
        }
        if self.write_to.is_none() && self.journal.is_none() {
            return Err("`rotate resume` needs --journal FILE, or --write-to FILE with the file that is being rotated");
        }
        Ok(ResumeOrder { file: self.write_to, journal: self.journal })
    }
}
