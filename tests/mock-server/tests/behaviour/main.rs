//! What the recordings do not show. Each file is about one topic.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod clock;
mod connection;
mod control;
mod credentials;
mod faults;
mod limiter;
mod login;
mod program;
mod setup;
mod tls;
mod tokens;
mod users;
mod versions;
