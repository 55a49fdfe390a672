//! Runs the shared scenarios against one front end at a time.
//!
//! A scenario describes the users and tokens on a server, the faults, the calls, their results and the requests that
//! reach the server. A front end is driven through its adapter, a small program that speaks the protocol of
//! `tests/adapters/README.md`. Every comparison happens in this crate.

pub mod adapter;
pub mod error_kinds;
pub mod expectation;
pub mod launch;
pub mod live;
pub mod matcher;
pub mod operations;
pub mod process;
pub mod proxy;
pub mod report;
pub mod requests;
pub mod runner;
pub mod scenario;
pub mod scenario_file;
pub mod schema;
pub mod secrets;
pub mod server;
pub mod skips;
mod stderr;
pub mod variables;
mod versions;
