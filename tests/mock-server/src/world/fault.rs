//! Faults: what goes wrong, and with which requests.

use serde::{Deserialize, Serialize};

/// Something that goes wrong with some requests.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only requests with this method. Default: any.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose target, still percent-encoded, contains this. Default: any.
    #[serde(default)]
    pub target_contains: Option<String>,
    /// Ignore the first N matching requests.
    #[serde(default)]
    pub skip: u32,
    /// How many requests it applies to; then it is used up. Default: 1. 0: no limit.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    pub action: Action,
}

/// What happens to a request that a fault applies to.
///
/// "Act" means: do what the request asks for, as without the fault. A request that was read in full is acted on even if
/// the client has closed the connection in the meantime.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Hold the request, then act and answer.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Act at once, hold the answer.
    DelayAnswer {
        /// Milliseconds.
        ms: u64,
    },
    /// Wait until the test releases it, then act and answer.
    Hold {},
    /// Act at once, but answer only when the test releases it.
    HoldAnswer {},
    /// Read the request, then close the connection without acting.
    DropBefore {
        /// End with RST instead of FIN.
        #[serde(default)]
        reset: bool,
    },
    /// Act, then close the connection without an answer.
    DropAfter {
        /// End with RST instead of FIN.
        #[serde(default)]
        reset: bool,
    },
    /// Act, send the complete head but only the first bytes of the body, then close the connection.
    CutBody {
        /// How many bytes of the body to send.
        at: usize,
    },
    /// Send this answer instead of the server's own.
    Answer {
        /// The status.
        status: u16,
        /// Header fields. `Date` and `Content-Length` are added unless they are named here.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// The body's text.
        #[serde(default)]
        body: String,
        /// Act on the request first and discard the server's own answer.
        #[serde(default)]
        act: bool,
    },
    /// Answer with a redirect instead of acting.
    Redirect {
        /// The status, as 301, 307 or 308.
        status: u16,
        /// The target: a path or a complete URL.
        location: String,
    },
    /// Write exactly this text in place of an answer, then close the connection: an impossible `Content-Length`, no
    /// `Date`, a broken status line, something that is not HTTP.
    Raw {
        /// Every byte of the answer, head included.
        text: String,
        /// Act on the request first and discard the server's own answer.
        #[serde(default)]
        act: bool,
    },
    /// Change header fields of the answer, as a proxy does. Unlike every other action it applies in addition: to the
    /// server's own answer, and to an answer that another fault makes (but not to `raw`).
    EditHeaders {
        /// Fields to replace, or to add if the answer does not have them.
        #[serde(default)]
        set: Vec<(String, String)>,
        /// Fields to leave out. `Date`, `Content-Length` and `Transfer-Encoding` too can be left out.
        #[serde(default)]
        remove: Vec<String>,
        /// Shift `Date` by this many seconds; negative: into the past.
        #[serde(default)]
        date_shift_secs: i64,
    },
    /// Act, then send the body a few bytes at a time.
    Drip {
        /// Bytes at a time.
        bytes: usize,
        /// Milliseconds between.
        every_ms: u64,
    },
    /// Act and answer, then close the connection although the answer did not announce it.
    CloseAfter {},
    /// Act, and answer with a body of this many bytes: the JSON, followed by white space.
    Pad {
        /// The body's length in bytes.
        to: usize,
    },
}

impl Action {
    /// Whether the server acts on the request.
    pub(crate) fn acts(&self) -> bool {
        match self {
            Self::Answer { act, .. } | Self::Raw { act, .. } => *act,
            Self::DropBefore { .. } | Self::Redirect { .. } => false,
            _ => true,
        }
    }
}
