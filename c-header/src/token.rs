//! A token as the API describes it, and lists of them.

use std::ffi::c_char;
use std::ptr;

use netbird_tokens::{NewToken, Timestamp, Token};
use serde::{Serialize, Serializer};

use crate::error::nbt_error;
use crate::json::Json;
use crate::result::nbt_result;
use crate::text::Texts;
use crate::{arguments, boundary, guard, json, out, time};

/// The default lifetime in days.
pub const NBT_DEFAULT_EXPIRES_IN_DAYS: i64 = 90;

const _: () = assert!(NBT_DEFAULT_EXPIRES_IN_DAYS == NewToken::DEFAULT_EXPIRES_IN_DAYS);

/// What the server says about a token. The secret is not part of it: that comes once, from `nbt_client_create_token`.
#[derive(Clone)]
pub struct nbt_token {
    token: Token,
    texts: Texts<4>,
    json: Json,
}

impl nbt_token {
    pub(crate) fn new(token: Token) -> Self {
        let texts = Texts::new([token.id(), token.name(), token.created_by(), token.user_id()]);
        nbt_token { token, texts, json: Json::default() }
    }

    fn text(token: Option<&Self>, which: usize) -> *const c_char {
        guard::infallible(ptr::null(), || token.map_or(ptr::null(), |token| token.texts.pointer(which)))
    }
}

impl Serialize for nbt_token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.token.serialize(serializer)
    }
}

/// A list of tokens, in no particular order.
pub struct nbt_token_list(Box<[nbt_token]>);

impl nbt_token_list {
    pub(crate) fn new(tokens: Vec<Token>) -> Box<Self> {
        Box::new(nbt_token_list(tokens.into_iter().map(nbt_token::new).collect()))
    }
}

/// The token's id, 20 characters chosen by the server. Not a secret.
///
/// @param token may be NULL
/// @return the id; NULL for NULL
/// @par Memory
/// The text belongs to the token and is valid as long as that is.
/// @par Threads
/// Any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_id(token: Option<&nbt_token>) -> *const c_char {
    nbt_token::text(token, 0)
}

/// The name it was given; not unique.
///
/// @param token may be NULL
/// @return the name, UTF-8; NULL for NULL
/// @par Memory
/// The text belongs to the token and is valid as long as that is.
/// @par Threads
/// Any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_name(token: Option<&nbt_token>) -> *const c_char {
    nbt_token::text(token, 1)
}

/// The id of the user who created it, which need not be the one who owns it.
///
/// @param token may be NULL
/// @return the id; NULL for NULL
/// @par Memory
/// The text belongs to the token and is valid as long as that is.
/// @par Threads
/// Any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_created_by(token: Option<&nbt_token>) -> *const c_char {
    nbt_token::text(token, 2)
}

/// The id of the user who owns it: the one whose tokens were requested.
///
/// @param token may be NULL
/// @return the id; NULL for NULL
/// @par Memory
/// The text belongs to the token and is valid as long as that is.
/// @par Threads
/// Any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_user_id(token: Option<&nbt_token>) -> *const c_char {
    nbt_token::text(token, 3)
}

/// When it stops working. `0001-01-01T00:00:00Z` if the server keeps none; it treats such a token as expired.
///
/// @param token may be NULL
/// @param[out] seconds receives the seconds since 1970, UTC, negative before; may be NULL
/// @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
/// @return true; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_token_expiration_date(
    token: Option<&nbt_token>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    guard::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(token.map(|token| token.token.expiration_date()), seconds, nanoseconds) }
    })
}

/// When it was created.
///
/// @param token may be NULL
/// @param[out] seconds receives the seconds since 1970, UTC, negative before; may be NULL
/// @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
/// @return true; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_token_created_at(
    token: Option<&nbt_token>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    guard::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(token.map(|token| token.token.created_at()), seconds, nanoseconds) }
    })
}

/// When it last authenticated a request. Reading a token with that same token counts as a use.
///
/// @param token may be NULL
/// @param[out] seconds receives the seconds since 1970, UTC, negative before, 0 if there is none; may be NULL
/// @param[out] nanoseconds receives the nanoseconds after that, 0 to 999999999; may be NULL
/// @return whether it ever did; false for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_token_last_used(
    token: Option<&nbt_token>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    guard::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(token.and_then(|token| token.token.last_used()), seconds, nanoseconds) }
    })
}

/// Whether the server refuses it at an instant (it does so after the expiration date, not at it).
///
/// @param token must not be NULL
/// @param now_seconds the instant, in seconds since 1970, UTC; `time(NULL)` for now
/// @param now_nanoseconds the nanoseconds after that, 0 to 999999999
/// @param[out] out receives the answer, false on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for an instant outside the years -9999 to 9999
/// @par Memory
/// Free the error with `nbt_error_free`.
/// @par Threads
/// Any; one token may be read by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_token_is_expired(
    token: Option<&nbt_token>,
    now_seconds: i64,
    now_nanoseconds: u32,
    out: *mut bool,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::put_value(out, false);
            arguments::place(out, "out")?;
            let token = arguments::handle(token, "token")?;
            out::put_value(out, token.token.is_expired(Timestamp::from_unix(now_seconds, now_nanoseconds)?));
            Ok(())
        })
    }
}

/// Whole days of 24 hours from an instant to the expiration date, rounded down: 0 on the last day, negative once expired.
///
/// @param token must not be NULL
/// @param now_seconds the instant, in seconds since 1970, UTC; `time(NULL)` for now
/// @param now_nanoseconds the nanoseconds after that, 0 to 999999999
/// @param[out] out receives the answer, 0 on failure
/// @param[out] error receives the error, NULL on success; may be NULL
/// @return `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for an instant outside the years -9999 to 9999
/// @par Memory
/// Free the error with `nbt_error_free`.
/// @par Threads
/// Any; one token may be read by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_token_days_left(
    token: Option<&nbt_token>,
    now_seconds: i64,
    now_nanoseconds: u32,
    out: *mut i64,
    error: *mut *mut nbt_error,
) -> nbt_result {
    // SAFETY: C gives places that can be written, or NULL.
    unsafe {
        boundary::fallible(error, || {
            out::put_value(out, 0);
            arguments::place(out, "out")?;
            let token = arguments::handle(token, "token")?;
            out::put_value(out, token.token.days_left(Timestamp::from_unix(now_seconds, now_nanoseconds)?));
            Ok(())
        })
    }
}

/// A token as JSON: an object with the names of the API and `user_id`; times in RFC 3339 and UTC, `last_used` null for never.
///
/// @param token may be NULL
/// @return the JSON, UTF-8; NULL for NULL
/// @par Memory
/// The text belongs to the token and is valid as long as that is.
/// @par Threads
/// Any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_to_json(token: Option<&nbt_token>) -> *const c_char {
    json::of(token, |token| &token.json)
}

/// Whether two tokens are the same in every field.
///
/// @param token may be NULL
/// @param other may be NULL
/// @return whether they are equal; true for two NULL, false for one
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_equals(token: Option<&nbt_token>, other: Option<&nbt_token>) -> bool {
    guard::infallible(false, || token.map(|token| &token.token) == other.map(|other| &other.token))
}

/// Copies a token, for example to keep one of a list that is freed.
///
/// @param token may be NULL
/// @return the copy; NULL for NULL
/// @par Memory
/// Free the copy with `nbt_token_free`.
/// @par Threads
/// Any; one token may be read by several at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_clone(token: Option<&nbt_token>) -> Option<Box<nbt_token>> {
    guard::infallible(None, || token.cloned().map(Box::new))
}

/// Frees a token that was handed over. Never call it for one that belongs to a list or a check.
///
/// @param token may be NULL; then nothing happens
/// @par Memory
/// The token and its texts are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_free(token: Option<Box<nbt_token>>) {
    guard::infallible((), || drop(token));
}

/// How many tokens a list has.
///
/// @param list may be NULL
/// @return the number; 0 for NULL
/// @par Memory
/// Nothing is handed over.
/// @par Threads
/// Any; one list may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_list_len(list: Option<&nbt_token_list>) -> usize {
    guard::infallible(0, || list.map_or(0, |list| list.0.len()))
}

/// A token of a list.
///
/// @param list may be NULL
/// @param index counts from 0
/// @return the token; NULL if the index is out of range
/// @par Memory
/// The token belongs to the list and is valid until `nbt_token_list_free`; never free it by itself.
/// @par Threads
/// Any; one list may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_list_at(list: Option<&nbt_token_list>, index: usize) -> Option<&nbt_token> {
    guard::infallible(None, || list.and_then(|list| list.0.get(index)))
}

/// Frees a list and all its tokens.
///
/// @param list may be NULL; then nothing happens
/// @par Memory
/// The list and its tokens are gone afterwards.
/// @par Threads
/// Any, once no other thread uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_list_free(list: Option<Box<nbt_token_list>>) {
    guard::infallible((), || drop(list));
}
