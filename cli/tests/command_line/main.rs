//! The command as its users meet it: the real program, against a test server in this process.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod check;
mod create;
mod demo;
mod exit_statuses;
mod help;
mod mock_server;
mod netbird_manage;
mod output;
mod revoke;
mod secrets;
mod support;
