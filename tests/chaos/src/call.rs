//! A call as its caller saw it: what was asked for, what came back, and when.

use std::time::{Duration, Instant};

use crate::world::{ALLOWANCE, SLACK, TIMEOUT};

/// What a fork says where there is a process that can.
pub(crate) const FORKED: &str = "a child";

/// A token that a caller was given.
#[derive(Clone)]
pub struct Made {
    /// Its id.
    pub id: String,
    /// Its name, with its tag.
    pub name: String,
    /// Its secret.
    pub secret: String,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Made").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// An error, as its caller saw it.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    /// The name of its kind.
    pub kind: String,
    /// The tokens that it names.
    pub ids: Vec<String>,
    /// The token's name that it tells to look for.
    pub token_name: Option<String>,
    /// Everything that can be printed of it.
    pub text: String,
}

/// A rotation's record, as far as the checker looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its JSON form.
    pub json: String,
    /// The token to be replaced.
    pub old_id: String,
    /// The successor's name.
    pub name: String,
    /// The successor, once its id is known.
    pub new_id: Option<String>,
    /// The name of its stage.
    pub stage: String,
}

/// What was called.
#[derive(Clone, Debug)]
pub enum What {
    /// `create_token`.
    Create {
        /// The name, without a tag.
        name: &'static str,
        /// The lifetime.
        days: i64,
        /// Whether the name gets a tag.
        tag: bool,
    },
    /// `delete_token`.
    Delete {
        /// The token.
        id: String,
    },
    /// `list_tokens`.
    List,
    /// `current_user`.
    CurrentUser,
    /// `check_credential`.
    Check,
    /// `audit_tokens`.
    Audit,
    /// `rotate_token`.
    Rotate {
        /// The token to be replaced.
        old: String,
        /// The successor's lifetime.
        days: i64,
        /// Whether nothing is created yet.
        prepare: bool,
    },
    /// The create of a prepared rotation.
    RotationCreate {
        /// The token to be replaced.
        old: String,
        /// The successor's lifetime.
        days: i64,
    },
    /// The commit of a rotation.
    Commit {
        /// The token to be replaced.
        old: String,
        /// The successor.
        new: String,
        /// Whether the old one is kept.
        keep_old: bool,
    },
    /// The abort of a rotation.
    Abort {
        /// The token that was to be replaced.
        old: String,
        /// The successor, if its id is known.
        new: Option<String>,
    },
    /// Letting go of a rotation.
    Drop,
    /// The end of the process, by SIGKILL.
    Crash,
    /// Going on in a forked child of the process.
    Fork,
    /// `resume_rotation`.
    Resume {
        /// The record that it was given.
        record: Record,
        /// Whether the successor's secret was given too.
        with_secret: bool,
    },
    /// `close`.
    Close,
}

/// What a call gave.
#[derive(Clone, Debug)]
pub enum Success {
    /// Nothing.
    Done,
    /// A token.
    Made(Made),
    /// Ids of tokens.
    Ids(Vec<String>),
    /// A word.
    Word(String),
    /// A rotation that has begun, with the successor if there is one already.
    Begun(Record, Option<Made>),
    /// A rotation's record.
    Record(Record),
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The caller's number in the story.
    pub actor: usize,
    /// The client's number in the story.
    pub client: usize,
    /// What was called.
    pub what: What,
    /// When it began.
    pub began: Instant,
    /// How long it took.
    pub took: Duration,
    /// What came back; `None` if its process was killed before.
    pub result: Option<Result<Success, Failure>>,
}

impl Call {
    /// How long it may take at most.
    #[must_use]
    pub fn limit(&self, allowance: Duration) -> Duration {
        let beyond = match self.what {
            What::Create { .. } | What::Rotate { .. } | What::RotationCreate { .. } => allowance.min(ALLOWANCE),
            What::Close => Duration::from_secs(5),
            // Starting some languages takes long, and is no call.
            What::Crash => Duration::from_secs(90),
            _ => Duration::ZERO,
        };
        TIMEOUT + beyond + SLACK
    }

    /// Whether it succeeded.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        matches!(self.result, Some(Ok(_)))
    }

    /// Its error, if it failed.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.result.as_ref().and_then(|result| result.as_ref().err())
    }

    /// The token that its caller was given.
    #[must_use]
    pub fn made(&self) -> Option<&Made> {
        match self.result.as_ref()?.as_ref().ok()? {
            Success::Made(made) | Success::Begun(_, Some(made)) => Some(made),
            _ => None,
        }
    }

    /// The record that its caller was given.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        match self.result.as_ref()?.as_ref().ok()? {
            Success::Begun(record, _) | Success::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The lifetime of the token that it creates, by which its request is known.
    #[must_use]
    pub fn days(&self) -> Option<i64> {
        match &self.what {
            What::Create { days, .. } | What::Rotate { days, prepare: false, .. } => Some(*days),
            What::RotationCreate { days, .. } => Some(*days),
            _ => None,
        }
    }

    /// Whether its caller went on in a forked child.
    #[must_use]
    pub fn forked(&self) -> bool {
        matches!((&self.what, &self.result), (What::Fork, Some(Ok(Success::Word(place)))) if place == FORKED)
    }

    /// How it ended, in a word.
    #[must_use]
    pub fn outcome(&self) -> &str {
        match &self.result {
            None => "killed",
            Some(Ok(_)) => "success",
            Some(Err(failure)) => &failure.kind,
        }
    }
}

impl What {
    /// Whether it is an operation of the public API that can send a request.
    #[must_use]
    pub fn is_operation(&self) -> bool {
        !matches!(self, What::Drop | What::Crash | What::Fork | What::Close)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            What::Create { tag: false, .. } => "create_token",
            What::Create { tag: true, .. } => "create_token, tagged",
            What::Delete { .. } => "delete_token",
            What::List => "list_tokens",
            What::CurrentUser => "current_user",
            What::Check => "check_credential",
            What::Audit => "audit_tokens",
            What::Rotate { .. } => "rotate_token",
            What::RotationCreate { .. } => "rotation: create",
            What::Commit { .. } => "rotation: commit",
            What::Abort { .. } => "rotation: abort",
            What::Drop => "rotation: let go",
            What::Crash => "crash",
            What::Fork => "fork",
            What::Resume { .. } => "resume_rotation",
            What::Close => "close",
        }
    }
}
