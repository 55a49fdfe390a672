//! A story: who calls what, and what goes wrong on the way. Plain data that a seed gives and that can be written down.

use serde::{Deserialize, Serialize};

/// The few names that all creates share, so that they collide.
pub const NAMES: [&str; 3] = ["ci", "deploy", "backup"];

/// What happens in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// The campaign's seed.
    pub seed: u64,
    /// Which run of the campaign it is.
    pub run: u64,
    /// The server stamps times in whole multiples of this many seconds; 0: exactly.
    pub clock_step_secs: u32,
    /// The clients. Each has a connection to the server of its own, over which the faults happen.
    pub clients: Vec<ClientPlan>,
    /// The callers, which run at the same time.
    pub actors: Vec<ActorPlan>,
    /// What goes wrong.
    pub faults: Vec<PlannedFault>,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientPlan {
    /// Which of the [`CREDENTIALS`](crate::world::CREDENTIALS) it uses.
    pub credential: usize,
    /// Whether it reads the credential from a file.
    pub token_file: bool,
    /// Whether a lost tagged create is revoked and sent again.
    pub revoke_and_retry: bool,
    /// Retries of one request.
    pub max_retries: u32,
}

/// A caller: one thread, or one process where the front end is an adapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActorPlan {
    /// The client that it uses.
    pub client: usize,
    /// What it calls, in order.
    pub steps: Vec<Step>,
}

/// What a caller does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// Creates a token.
    Create {
        /// Which of the [`NAMES`].
        name: usize,
        /// Its lifetime, by which its request is told from others.
        days: i64,
        /// Whether the name gets a tag.
        tag: bool,
        /// When the call is interrupted.
        interrupt: Option<Moment>,
    },
    /// Deletes a token.
    Delete {
        /// Which.
        which: Which,
        /// When the call is interrupted.
        interrupt: Option<Moment>,
    },
    /// Lists the tokens.
    List,
    /// Asks who the credential belongs to.
    CurrentUser,
    /// Checks the credential.
    Check,
    /// Audits all tokens.
    Audit,
    /// Rotates a token.
    Rotate {
        /// Which.
        which: Which,
        /// The successor's lifetime.
        days: i64,
        /// Whether the successor's name gets a tag.
        tag: bool,
        /// Whether the client goes on with the successor.
        adopt: bool,
        /// Whether it is prepared first, so that its record is stored before the create.
        prepare: bool,
        /// When the create is interrupted.
        interrupt: Option<Moment>,
        /// How it ends.
        ending: Ending,
    },
    /// Puts another credential into the token file and revokes the one before.
    SwapTokenFile,
    /// Goes on in a forked child of its process, with the client that it has.
    Fork,
    /// Moves the server's clock.
    JumpClock {
        /// By this many seconds.
        secs: i64,
    },
}

/// Which token a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Which {
    /// One that the caller created, counted from the last; nothing happens if there is none.
    Own(usize),
    /// One that was there from the start and bears one of the names.
    Seeded(usize),
    /// The credential in use.
    Credential,
    /// One that does not exist.
    Missing,
}

/// When a call is interrupted: tied to what its request has come to, not to a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Moment {
    /// The request was sent, and the server has not seen it.
    Sent,
    /// The server has acted, and its answer is on the way.
    Acted,
}

/// How a rotation ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ending {
    /// Commit; once more if it fails.
    Commit,
    /// Commit and keep the old token.
    KeepOld,
    /// Abort; once more if it fails.
    Abort,
    /// Commit, and abort if that fails.
    CommitOrAbort,
    /// Let go of it undecided.
    Drop,
    /// Let go of it as a crash does (kill the process where there is one), and resume it from the record.
    Resume {
        /// The record says that the secret is stored.
        stored: bool,
        /// The secret is presented.
        secret: bool,
    },
}

/// A fault and where it happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedFault {
    /// The client whose connection it is.
    pub client: usize,
    /// What it is counted in.
    pub on: On,
    /// Which one, from 1.
    pub nth: u32,
    /// What happens.
    pub fault: Fault,
}

/// What faults are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum On {
    /// Requests with GET.
    Get,
    /// Requests with GET after something went wrong with one with POST: by which a client looks for what it lost.
    Look,
    /// Requests with POST.
    Post,
    /// Requests with DELETE.
    Delete,
    /// Connections.
    Connection,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fault {
    /// The connection is reset as soon as it is made.
    Refuse,
    /// Only the first bytes of the request reach the server.
    CutRequest {
        /// How many; all if the request is shorter, so that the server acts.
        at: usize,
        /// Ends with RST instead of FIN.
        reset: bool,
    },
    /// The request reaches the server late, also when the client has gone.
    DelayRequest {
        /// Milliseconds.
        ms: u64,
    },
    /// The server acts, and only the first bytes of its answer arrive.
    CutAnswer {
        /// How many.
        at: usize,
        /// Ends with RST instead of FIN.
        reset: bool,
    },
    /// The server acts, and its answer arrives late.
    HoldAnswer {
        /// Milliseconds.
        ms: u64,
    },
    /// Nothing comes back, and the connection stays open.
    Stall {
        /// Whether the server acts.
        act: bool,
    },
    /// Something in between answers.
    Answer {
        /// The status.
        status: u16,
        /// What it looks like.
        form: Form,
        /// Whether the server acts, and its own answer is lost.
        act: bool,
    },
    /// Something in between answers with a redirect.
    Redirect {
        /// The status.
        status: u16,
    },
    /// The `Date` of the answer is shifted.
    ShiftDate {
        /// By this many seconds.
        secs: i64,
    },
    /// The answer has no `Date`.
    NoDate,
    /// The connection is closed after the answer, without notice.
    CloseAfter,
    /// The body of the answer arrives byte by byte, for this long at most; then the connection breaks.
    Drip {
        /// Milliseconds.
        ms: u64,
    },
}

/// What the answer of something in between looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// A login page.
    Html,
    /// A gateway's text.
    Text,
    /// Another program's error in JSON.
    ForeignJson,
    /// NetBird's own form.
    Own,
    /// NetBird's own form, repeating the credential.
    Echo,
}

impl Story {
    /// How many things it is made of, for comparing two.
    #[must_use]
    pub fn size(&self) -> usize {
        self.clients.len() + self.faults.len() + self.actors.iter().map(|actor| 1 + actor.steps.len()).sum::<usize>()
    }

    /// Whether several callers share this client.
    #[must_use]
    pub fn is_shared(&self, client: usize) -> bool {
        self.actors.iter().filter(|actor| actor.client == client).count() > 1
    }
}
