//! A user as the API describes it, and lists of them.

use std::ffi::c_char;
use std::ptr;

use netbird_tokens::User;

use crate::text::Texts;
use crate::{boundary, time};

/// A person or a service user, as the server describes it.
#[derive(Clone)]
pub struct nbt_user {
    user: User,
    texts: Texts<5>,
}

impl nbt_user {
    pub(crate) fn new(user: User) -> Self {
        let texts = Texts::new([user.id(), user.name(), user.email(), user.role(), user.status()]);
        nbt_user { user, texts }
    }

    fn text(user: Option<&Self>, which: usize) -> *const c_char {
        boundary::infallible(ptr::null(), || user.map_or(ptr::null(), |user| user.texts.pointer(which)))
    }
}

/// Some users.
pub struct nbt_user_list(Box<[nbt_user]>);

impl nbt_user_list {
    pub(crate) fn new(users: Vec<User>) -> Box<Self> {
        Box::new(nbt_user_list(users.into_iter().map(nbt_user::new).collect()))
    }
}

/// What token calls take as the user id.
///
/// Parameters: `user` may be NULL.
/// Returns: the id; NULL for NULL.
/// Memory: the text is the user's, good for as long as it is.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_id(user: Option<&nbt_user>) -> *const c_char {
    nbt_user::text(user, 0)
}

/// The display name; not unique.
///
/// Parameters: `user` may be NULL.
/// Returns: the name, UTF-8; NULL for NULL.
/// Memory: the text is the user's, good for as long as it is.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_name(user: Option<&nbt_user>) -> *const c_char {
    nbt_user::text(user, 1)
}

/// The e-mail address.
///
/// Parameters: `user` may be NULL.
/// Returns: the address, empty for a service user; NULL for NULL.
/// Memory: the text is the user's, good for as long as it is.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_email(user: Option<&nbt_user>) -> *const c_char {
    nbt_user::text(user, 2)
}

/// The role.
///
/// Parameters: `user` may be NULL.
/// Returns: `owner`, `admin`, `network_admin`, `auditor`, `user`, `billing_admin`, or one that a newer server adds; NULL for NULL.
/// Memory: the text is the user's, good for as long as it is.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_role(user: Option<&nbt_user>) -> *const c_char {
    nbt_user::text(user, 3)
}

/// Whether the user is in use.
///
/// Parameters: `user` may be NULL.
/// Returns: `active`, `invited`, `blocked`, or one that a newer server adds; NULL for NULL.
/// Memory: the text is the user's, good for as long as it is.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_status(user: Option<&nbt_user>) -> *const c_char {
    nbt_user::text(user, 4)
}

/// Whether the credential in use is this user's.
///
/// Parameters: `user` may be NULL.
/// Returns: whether it is so; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_is_current(user: Option<&nbt_user>) -> bool {
    boundary::infallible(false, || user.is_some_and(|user| user.user.is_current()))
}

/// Whether it is a service user.
///
/// Parameters: `user` may be NULL.
/// Returns: whether it is so; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_is_service_user(user: Option<&nbt_user>) -> bool {
    boundary::infallible(false, || user.is_some_and(|user| user.user.is_service_user()))
}

/// Whether an administrator has blocked it.
///
/// Parameters: `user` may be NULL.
/// Returns: whether it is so; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_is_blocked(user: Option<&nbt_user>) -> bool {
    boundary::infallible(false, || user.is_some_and(|user| user.user.is_blocked()))
}

/// Whether it waits for an administrator's approval.
///
/// Parameters: `user` may be NULL.
/// Returns: whether it is so; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_pending_approval(user: Option<&nbt_user>) -> bool {
    boundary::infallible(false, || user.is_some_and(|user| user.user.pending_approval()))
}

/// When the user last logged in.
///
/// Parameters: `user` may be NULL. `seconds` (since 1970, UTC, negative before) and `nanoseconds` (0 to 999999999 after that)
/// are where the instant is put, zeros when there is none; either may be NULL.
/// Returns: whether the user ever did; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_user_last_login(
    user: Option<&nbt_user>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    boundary::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(user.and_then(|user| user.user.last_login()), seconds, nanoseconds) }
    })
}

/// A copy of a user, to keep one of a list when the list is freed.
///
/// Parameters: `user` may be NULL.
/// Returns: the copy; NULL for NULL.
/// Memory: free the copy with `nbt_user_free`.
/// Threads: any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_clone(user: Option<&nbt_user>) -> Option<Box<nbt_user>> {
    boundary::infallible(None, || user.cloned().map(Box::new))
}

/// Frees a user that was handed over; never one that belongs to a list.
///
/// Parameters: `user` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: the user and every text of it are gone afterwards.
/// Threads: any, once no other uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_free(user: Option<Box<nbt_user>>) {
    boundary::infallible((), || drop(user));
}

/// How many users a list has.
///
/// Parameters: `list` may be NULL.
/// Returns: the number; 0 for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one list may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_list_len(list: Option<&nbt_user_list>) -> usize {
    boundary::infallible(0, || list.map_or(0, |list| list.0.len()))
}

/// One user of a list.
///
/// Parameters: `list` may be NULL. `index` counts from 0.
/// Returns: the user; NULL when there is none at that index.
/// Memory: the user is the list's, good until `nbt_user_list_free`; never free it by itself.
/// Threads: any; one list may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_list_at(list: Option<&nbt_user_list>, index: usize) -> Option<&nbt_user> {
    boundary::infallible(None, || list.and_then(|list| list.0.get(index)))
}

/// Frees a list and all its users.
///
/// Parameters: `list` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: the list and its users are gone afterwards.
/// Threads: any, once no other uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_list_free(list: Option<Box<nbt_user_list>>) {
    boundary::infallible((), || drop(list));
}
