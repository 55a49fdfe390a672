//! The command as its users see it: the real program, against a test server in this process.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod audit_guide;
mod audit_html;
mod browser;
mod check;
mod create;
mod demo;
mod documents;
mod environment;
mod exit_statuses;
mod help;
mod home;
mod input;
mod interrupt;
mod keyring;
mod login;
mod login_asks;
mod login_create;
mod login_guide;
mod login_kept;
mod login_refresh;
mod logout;
mod messages;
mod mock_server;
mod netbird_manage;
mod options;
mod output;
mod revoke;
mod rotate;
mod rotate_crash;
mod rotate_cron;
mod rotate_desk;
mod rotate_exec;
mod rotate_guides;
mod rotate_no_tag;
mod rotate_refused;
mod secret_output;
mod secrets;
mod support;
mod token_command;
