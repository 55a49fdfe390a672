#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod answer;
mod audit;
mod boxed;
#[cfg(not(feature = "deliberate-bugs"))]
mod bug;
#[cfg(feature = "deliberate-bugs")]
pub mod bug;
mod cancel;
mod client;
mod connections;
mod credential;
mod duration;
mod effect;
mod endpoint;
mod engine;
mod environment;
mod error;
mod event;
mod exchange;
mod follow;
mod host;
mod identity;
mod json;
mod login;
mod operation;
mod options;
#[cfg(feature = "serde")]
mod plain;
mod proxy;
mod quoted;
mod redact;
mod resolve;
mod retry;
mod rotation;
mod scope;
mod secret;
mod sending;
mod server_clock;
mod shared;
#[cfg(feature = "async")]
mod spawn;
mod tag;
mod timestamp;
mod tls;
mod token;
mod transport;
mod unfinished;
mod user;
mod wiped;

pub use audit::{Audit, AuditOptions, AuditSummary, AuditedToken, TokenState, UserAudit};
pub use cancel::CancelToken;
pub use client::Client;
pub use credential::{Credential, CredentialKind};
pub use duration::{parse_days, parse_duration};
pub use effect::Effect;
pub use environment::{CREDENTIAL_VARIABLES, URL_VARIABLES};
pub use error::{Advice, Error, ErrorKind, Result};
pub use event::Event;
#[cfg(feature = "async")]
pub use login::start_login_async;
pub use login::{DeviceLogin, LoginOptions, LoginSession, start_login};
pub use operation::Operation;
pub use operation::check::{CredentialCheck, CredentialState};
pub use operation::rotate::{Rotation, RotationStep};
pub use options::{ClientOptions, OnUnknown, OptionValue};
pub use rotation::{RotateToken, RotationRecord, RotationStage};
pub use secret::Secret;
#[cfg(feature = "async")]
pub use spawn::{Running, spawn};
pub use timestamp::Timestamp;
pub use token::{CreatedToken, NewToken, Token, TokenFields};
pub use unfinished::wait_before_exit;
pub use user::{User, UserFields};

/// The guide's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/rust.md")]
struct Guide;

/// So do those about logging in.
#[cfg(doctest)]
#[doc = include_str!("../../docs/login.md")]
struct LoginGuide;
