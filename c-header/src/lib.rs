//! The C front end of `netbird-tokens`. It converts types and does nothing else.
//!
//! What C programmers read is `include/netbird_tokens.h`, generated from the comments here; a test generates it again and
//! compares. Conventions, which the functions' own comments do not repeat in full:
//!
//! * Comments of what C sees are Doxygen's: `@param`, `@return`, and the paragraphs Memory and Threads.
//! * A handle that C lends is `Option<&T>`, one that C gives up is `Option<Box<T>>`: who owns what is in the types, and NULL
//!   is `None`.
//! * The body of every function runs within `boundary` or `guard`, inside which it may panic. The functions are written out,
//!   not made by a macro, because cbindgen does not see what a macro makes.
//! * `#[must_use]` marks every function whose dropped result would lose an error, a secret or a handle; the header has it as
//!   `NBT_MUST_USE`.
//! * What C gives comes in through `arguments`, results go out through `out`; nothing else touches a raw pointer.
#![allow(non_camel_case_types, reason = "types have the names that C sees")]
#![allow(
    clippy::missing_safety_doc,
    reason = "what a caller must keep is said under Memory, for readers of the header"
)]
#![allow(
    rustdoc::broken_intra_doc_links,
    rustdoc::private_intra_doc_links,
    reason = "Doxygen's @param[out] is not a link"
)]

#[cfg(panic = "abort")]
compile_error!("build with panic=unwind: a panic must become NBT_INTERNAL, not the end of somebody's program");

mod arguments;
pub mod audit;
pub mod audit_options;
mod boundary;
pub mod cancel;
pub mod client;
pub mod client_builder;
pub mod client_options;
pub mod credential;
pub mod credential_check;
pub mod device_login;
pub mod error;
mod guard;
mod json;
pub mod log;
pub mod login_options;
pub mod login_session;
pub mod operations;
mod out;
pub mod result;
pub mod rotation;
pub mod rotation_record;
pub mod secret;
mod text;
mod time;
pub mod token;
pub mod user;
pub mod user_audit;
pub mod version;

// The header promises that these may be used by any number of threads at once.
const _: () = {
    const fn shared_by_threads<T: Send + Sync>() {}
    shared_by_threads::<client::nbt_client>();
    shared_by_threads::<token::nbt_token_list>();
    shared_by_threads::<user::nbt_user_list>();
    shared_by_threads::<credential::nbt_credential>();
    shared_by_threads::<credential_check::nbt_credential_check>();
    shared_by_threads::<cancel::nbt_cancel>();
    shared_by_threads::<secret::nbt_secret>();
    shared_by_threads::<error::nbt_error>();
    shared_by_threads::<rotation::nbt_rotation>();
    shared_by_threads::<rotation_record::nbt_rotation_record>();
    shared_by_threads::<audit::nbt_audit>();
    shared_by_threads::<user_audit::nbt_user_audit>();
    shared_by_threads::<device_login::nbt_device_login>();
    shared_by_threads::<login_session::nbt_login_session>();
};
