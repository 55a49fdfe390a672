//! Runs the shared scenarios against one front end at a time.
//!
//! A scenario says who exists on a server, what goes wrong, what is called, what comes back and what arrived on the
//! wire. A front end is driven through its adapter, a small program that speaks the protocol of
//! `tests/adapters/README.md`. All comparing is done here.

pub mod adapter;
pub mod expectation;
pub mod kinds;
pub mod matcher;
pub mod process;
pub mod proxy;
pub mod registry;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod secrets;
pub mod server;
pub mod skips;
pub mod variables;
pub mod wire;
