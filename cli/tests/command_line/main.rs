//! The command as its users see it: the real program, against a test server in this process.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod audit_guide;
mod audit_html;
mod check;
mod create;
mod demo;
mod environment;
mod exit_statuses;
mod help;
mod input;
mod interrupt;
mod messages;
mod mock_server;
mod netbird_manage;
mod options;
mod output;
mod revoke;
mod secret_output;
mod secrets;
mod support;
