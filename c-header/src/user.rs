//! A user as the API describes it, and lists of them.

use std::ffi::c_char;
use std::ptr;

use netbird_tokens::User;
use serde::{Serialize, Serializer};

use crate::json::Json;
use crate::text::Texts;
use crate::{guard, json, time};

/// A person or a service user, as the server describes it.
#[derive(Clone)]
pub struct nbt_user {
    user: User,
    texts: Texts<5>,
    json: Json,
}

impl nbt_user {
    pub(crate) fn new(user: User) -> Self {
        let texts = Texts::new([user.id(), user.name(), user.email(), user.role(), user.status()]);
        nbt_user { user, texts, json: Json::default() }
    }

    fn text(user: Option<&Self>, which: usize) -> *const c_char {
        guard::infallible(ptr::null(), || user.map_or(ptr::null(), |user| user.texts.pointer(which)))
    }
}

impl Serialize for nbt_user {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.user.serialize(serializer)
    }
}

/// A list of users.
pub struct nbt_user_list(Box<[nbt_user]>);

impl nbt_user_list {
    pub(crate) fn new(users: Vec<User>) -> Box<Self> {
        Box::new(nbt_user_list(users.into_iter().map(nbt_user::new).collect()))
    }
}

/// The id, which token calls take as the user id.
///
/// @param user may be NULL
/// @return the id; NULL for NULL
/// @par Memory
/// The text belongs to the user and is valid as long as that is.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_id(user: Option<&nbt_user>) -> *const c_char {
    nbt_user::text(user, 0)
}

/// The display name; not unique.
///
/// @param user may be NULL
/// @return the name, UTF-8; NULL for NULL
/// @par Memory
/// The text belongs to the user and is valid as long as that is.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_name(user: Option<&nbt_user>) -> *const c_char {
    nbt_user::text(user, 1)
}

/// The e-mail address.
///
/// @param user may be NULL
/// @return the address, empty for a service user; NULL for NULL
/// @par Memory
/// The text belongs to the user and is valid as long as that is.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_email(user: Option<&nbt_user>) -> *const c_char {
    nbt_user::text(user, 2)
}

/// The role.
///
/// @param user may be NULL
/// @return `owner`, `admin`, `network_admin`, `auditor`, `user`, `billing_admin`, or one that a newer server adds; NULL
/// for NULL
/// @par Memory
/// The text belongs to the user and is valid as long as that is.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_role(user: Option<&nbt_user>) -> *const c_char {
    nbt_user::text(user, 3)
}

/// The status.
///
/// @param user may be NULL
/// @return `active`, `invited`, `blocked`, or one that a newer server adds; NULL for NULL
/// @par Memory
/// The text belongs to the user and is valid as long as that is.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_status(user: Option<&nbt_user>) -> *const c_char {
    nbt_user::text(user, 4)
}

/// Whether the credential in use belongs to this user.
///
/// @param user may be NULL
/// @return whether it is; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_is_current(user: Option<&nbt_user>) -> bool {
    guard::infallible(false, || user.is_some_and(|user| user.user.is_current()))
}

/// Whether it is a service user.
///
/// @param user may be NULL
/// @return whether it is; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_is_service_user(user: Option<&nbt_user>) -> bool {
    guard::infallible(false, || user.is_some_and(|user| user.user.is_service_user()))
}

/// Whether an administrator has blocked it.
///
/// @param user may be NULL
/// @return whether it is; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_is_blocked(user: Option<&nbt_user>) -> bool {
    guard::infallible(false, || user.is_some_and(|user| user.user.is_blocked()))
}

/// Whether it is waiting for an administrator's approval.
///
/// @param user may be NULL
/// @return whether it is; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_pending_approval(user: Option<&nbt_user>) -> bool {
    guard::infallible(false, || user.is_some_and(|user| user.user.pending_approval()))
}

/// When the user last logged in.
///
/// @param user may be NULL
/// @param[out] seconds receives the seconds since 1970, UTC, negative before, 0 if there is none; may be NULL
/// @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
/// @return whether the user ever did; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_user_last_login(
    user: Option<&nbt_user>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    guard::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(user.and_then(|user| user.user.last_login()), seconds, nanoseconds) }
    })
}

/// A user as JSON: an object with the names of the API; `last_login` in RFC 3339 and UTC, null for never.
///
/// @param user may be NULL
/// @return the JSON, UTF-8; NULL for NULL
/// @par Memory
/// The text belongs to the user and is valid as long as that is.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_to_json(user: Option<&nbt_user>) -> *const c_char {
    json::of(user, |user| &user.json)
}

/// Whether two users are the same in every field.
///
/// @param user may be NULL
/// @param other may be NULL
/// @return whether they are equal; true for two NULL, false for one
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one user may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_equals(user: Option<&nbt_user>, other: Option<&nbt_user>) -> bool {
    guard::infallible(false, || user.map(|user| &user.user) == other.map(|other| &other.user))
}

/// Copies a user, for example to keep one of a list that is freed.
///
/// @param user may be NULL
/// @return the copy; NULL for NULL
/// @par Memory
/// Free the copy with `nbt_user_free`.
/// @par Threads
/// Any; one user may be read by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_clone(user: Option<&nbt_user>) -> Option<Box<nbt_user>> {
    guard::infallible(None, || user.cloned().map(Box::new))
}

/// Frees a user that was handed over. Never call it for one that belongs to a list or a check.
///
/// @param user may be NULL; then nothing happens
/// @par Memory
/// The user and its texts are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_free(user: Option<Box<nbt_user>>) {
    guard::infallible((), || drop(user));
}

/// How many users a list has.
///
/// @param list may be NULL
/// @return the number; 0 for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one list may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_list_len(list: Option<&nbt_user_list>) -> usize {
    guard::infallible(0, || list.map_or(0, |list| list.0.len()))
}

/// A user of a list.
///
/// @param list may be NULL
/// @param index counts from 0
/// @return the user; NULL if the index is out of range
/// @par Memory
/// The user belongs to the list and is valid until `nbt_user_list_free`; never free it by itself.
/// @par Threads
/// Any; one list may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_list_at(list: Option<&nbt_user_list>, index: usize) -> Option<&nbt_user> {
    guard::infallible(None, || list.and_then(|list| list.0.get(index)))
}

/// Frees a list and all its users.
///
/// @param list may be NULL; then nothing happens
/// @par Memory
/// The list and its users are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_user_list_free(list: Option<Box<nbt_user_list>>) {
    guard::infallible((), || drop(list));
}
