//! The client for NetBird's API tokens (personal access tokens, PATs) that does not lose one.
//!
//! ```no_run
//! use netbird_tokens::{Client, NewToken};
//!
//! let client = Client::from_env()?; // NB_PAT, and NB_MANAGEMENT_URL for a server of one's own
//! let created = client.create_token(&NewToken::new("ci").expires_in_days(30), None)?;
//! println!("{} is good until {}", created.token.id(), created.token.expiration_date());
//! # fn store(_: &str) {}
//! store(created.plain_token.expose()); // shown this once
//! # Ok::<(), netbird_tokens::Error>(())
//! ```
//!
//! * A call says success only if the server did it. A create is never sent twice while the first may have been acted on; one
//!   whose answer was lost is looked for, and reported with the ids of the tokens that it may have made.
//! * A [`Secret`] never prints; an [`Error`] never holds one.
//! * Calls block and may be made from anywhere. With the feature `async` each has a twin that is awaited.
#![forbid(unsafe_code)]

mod answer;
mod check;
mod client;
mod credential;
mod endpoint;
mod environment;
mod error;
mod event;
mod exchange;
mod json;
mod operations;
mod reconcile;
mod retry;
mod runtime;
mod secret;
mod timestamp;
mod tls;
mod token;
mod transport;
mod user;

pub use check::{CredentialCheck, CredentialState};
pub use client::{CancelToken, Client, ClientBuilder};
pub use credential::{Credential, CredentialKind};
pub use environment::{CREDENTIAL_VARIABLES, URL_VARIABLES};
pub use error::{Error, ErrorKind, Result};
pub use event::Event;
pub use exchange::OnUnknown;
pub use secret::Secret;
pub use timestamp::Timestamp;
pub use token::{CreatedToken, NewToken, Token};
pub use user::User;

/// The guide's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/rust.md")]
struct Guide;
