//! How calls reach a front end: the Rust crate in this process, or any front end through its conformance adapter.

mod adapter;
mod rust;

use std::path::Path;

use crate::call::{Failure, Made, Record};
use crate::link::Link;
use crate::story::{ClientPlan, Moment};

pub use adapter::AdapterFront;
pub use rust::RustFront;

/// A front end for one run at a time.
pub trait Front: Send {
    /// Opens one seat for each actor of the run: the number of its client for each.
    ///
    /// # Errors
    /// The front end does not start, or refuses the options.
    fn seats(&mut self, clients: &[Opening<'_>], actors: &[usize]) -> anyhow::Result<Vec<Box<dyn Seat>>>;

    /// What it has printed and reported since the last time: logs, events, standard error.
    fn take_output(&mut self) -> Output;
}

/// What a front end reported besides the results of calls.
#[derive(Debug, Default)]
pub struct Output {
    /// All text.
    pub text: String,
    /// The part that names what was left behind.
    pub reports: Vec<String>,
    /// Whether these name everything that was left behind. If not, an interrupted call may leave what its error says.
    pub is_complete: bool,
}

/// What a client is opened with.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The story's part.
    pub plan: &'a ClientPlan,
    /// The proxy.
    pub link: &'a Link,
    /// The credential.
    pub secret: &'a str,
    /// The file that holds it, for a client that follows one.
    pub token_file: Option<&'a Path>,
}

/// What a call gives.
pub type Reply<T> = Option<Result<T, Failure>>;

/// What a token is created with.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// The name.
    pub name: &'a str,
    /// The lifetime.
    pub days: i64,
    /// Whether the name gets a tag.
    pub tag: bool,
}

/// What a token is rotated with.
#[derive(Clone, Copy, Debug)]
pub struct Rotating<'a> {
    /// The token to be replaced.
    pub old: &'a str,
    /// The successor's lifetime.
    pub days: i64,
    /// Whether its name gets a tag.
    pub tag: bool,
    /// Whether the client goes on with it.
    pub adopt: bool,
    /// Whether nothing is created yet.
    pub prepare: bool,
}

/// One caller's access to a front end. It has one rotation at a time. A reply is `None` if the process was killed.
pub trait Seat: Send {
    /// `create_token`.
    fn create(&mut self, new: New<'_>, interrupt: Option<Moment>) -> Reply<Made>;
    /// `delete_token`.
    fn delete(&mut self, id: &str, interrupt: Option<Moment>) -> Reply<()>;
    /// `list_tokens`: the ids.
    fn list(&mut self) -> Reply<Vec<String>>;
    /// `current_user`: its id.
    fn current_user(&mut self) -> Reply<String>;
    /// `check_credential`: the state.
    fn check(&mut self) -> Reply<String>;
    /// `audit_tokens`: the tokens' ids.
    fn audit(&mut self) -> Reply<Vec<String>>;
    /// `rotate_token`.
    fn rotate(&mut self, rotating: Rotating<'_>, interrupt: Option<Moment>) -> Reply<(Record, Option<Made>)>;
    /// The create of a prepared rotation, with the successor's lifetime, by which its request is known. At that moment the process is killed, where there is one; otherwise the call is
    /// interrupted.
    fn rotation_create(&mut self, days: i64, killed: Option<Moment>) -> Reply<(Record, Option<Made>)>;
    /// Notes that the secret is stored.
    fn mark_stored(&mut self) -> Reply<Record>;
    /// The commit.
    fn commit(&mut self, keep_old: bool) -> Reply<Record>;
    /// The abort.
    fn abort(&mut self) -> Reply<Record>;
    /// Lets go of the rotation.
    fn let_go(&mut self) -> Reply<()>;
    /// Ends as a crash does, and starts again, where there is a process: true. Otherwise lets go of the rotation.
    fn crash(&mut self) -> bool;
    /// Goes on in a forked child, where there is a process that can: true.
    fn fork(&mut self) -> Reply<bool>;
    /// `resume_rotation`.
    fn resume(&mut self, record: &Record, secret: Option<&str>) -> Reply<Record>;
    /// `close`.
    fn close(&mut self) -> Reply<()>;
}
