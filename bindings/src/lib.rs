//! The lower layer of the Kotlin and the Swift package: the core's operations in the forms that UniFFI can carry.
//!
//! It converts types and does nothing else. Users never see it: each package has a layer above that speaks its language.
//! Types are called `Native…`, so that the layer above can give the plain names to its own.
//!
//! * Every export can fail, unless nothing in it can panic: UniFFI turns a panic in one that cannot fail into a crash of a Swift
//!   program. A panic in the core arrives as an error of the kind `internal`.
//! * Asynchronous exports run on the core's engine; whoever polls them needs no runtime. Dropping one interrupts its call.
//! * Times and durations cross as whole numbers, since `SystemTime` loses the year 1 on Windows and a duration out of range is
//!   fatal in Swift.

mod audit;
mod cancel;
mod check;
mod client;
mod credential;
mod error;
mod event;
mod guard;
mod login;
mod options;
mod rotation;
mod secret;
mod slot;
mod time;
mod token;
mod user;

pub use audit::{
    NativeAudit, NativeAuditOptions, NativeAuditSummary, NativeAuditedToken, NativeTokenState, NativeUserAudit,
};
pub use cancel::NativeCancel;
pub use check::{NativeCredentialCheck, NativeCredentialState};
pub use client::{NativeClient, wait_before_exit};
pub use credential::{NativeCredential, NativeCredentialKind};
pub use error::{NativeError, NativeErrorKind, NativeFailure, bug, invalid_argument};
pub use event::{NativeEvent, NativeEventKind, NativeObserver};
pub use login::{NativeDeviceLogin, NativeLoginOptions, NativeLoginSession, start_login, start_login_blocking};
pub use options::{NativeOnUnknown, NativeOptions};
pub use rotation::{
    NativeRotateToken, NativeRotation, NativeRotationRecord, NativeRotationSlot, NativeRotationStage,
    rotation_record_from_json, rotation_record_to_json,
};
pub use secret::NativeSecret;
pub use slot::NativeCreateSlot;
pub use time::{NativeTimestamp, days_left, is_expired};
pub use token::{NativeCreatedToken, NativeNewToken, NativeToken};
pub use user::NativeUser;

uniffi::setup_scaffolding!("netbird_tokens");
