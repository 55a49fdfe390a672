//! The lower layer of the Kotlin and the Swift package: the core's operations in the forms that UniFFI can carry.
//!
//! It converts types and does nothing else. Users never see it: each package has a layer above that speaks its language.
//! Everything is called `Native…`, so that the layer above can give the plain names to its own types.
//!
//! * Every export can fail: UniFFI turns a panic in one that cannot into a crash of a Swift program. A panic in the core
//!   arrives as an error of the kind `internal`.
//! * Asynchronous exports run on the core's engine; whoever polls them needs no runtime. Dropping one cancels its request.
//! * Times and durations cross as whole numbers, since `SystemTime` loses the year 1 on Windows and a duration out of range is
//!   fatal in Swift.

mod cancel;
mod check;
mod client;
mod credential;
mod error;
mod guard;
mod options;
mod secret;
mod time;
mod token;
mod user;

pub use cancel::NativeCancel;
pub use check::{NativeCredentialCheck, NativeCredentialState};
pub use client::NativeClient;
pub use credential::{NativeCredential, NativeCredentialKind};
pub use error::{NativeError, NativeErrorKind, NativeFailure};
pub use options::{NativeOnUnknown, NativeOptions};
pub use secret::NativeSecret;
pub use time::NativeTimestamp;
pub use token::{NativeCreatedToken, NativeToken};
pub use user::NativeUser;

uniffi::setup_scaffolding!("netbird_tokens");
