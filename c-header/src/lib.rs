//! The C front end of `netbird-tokens`. It converts types and does nothing else.
//!
//! What C programmers read is `include/netbird_tokens.h`, made of the comments here; a test makes it anew and compares.
//! Conventions, which the functions' own comments do not repeat in full:
//!
//! * A handle that C borrows is `Option<&T>`, one that C gives up is `Option<Box<T>>`: who owns what is in the types, and NULL
//!   is `None`.
//! * The body of every function runs within `boundary`, inside which it may panic. The functions are written out, never
//!   made by a macro, because cbindgen sees only those.
//! * Texts come in through `text` and results go out through `out`; nothing else touches a raw pointer.
#![allow(non_camel_case_types, reason = "types have the names that C sees")]
#![allow(
    clippy::missing_safety_doc,
    reason = "what a caller must keep is said under Memory, for readers of the header"
)]

#[cfg(panic = "abort")]
compile_error!("build with panic=unwind: a panic must become NBT_INTERNAL, not the end of somebody's program");

mod boundary;
pub mod cancel;
pub mod client;
pub mod client_builder;
pub mod credential;
pub mod error;
pub mod log;
mod out;
pub mod result;
pub mod secret;
mod text;
mod time;
pub mod token;
pub mod user;
pub mod version;
