//! A token as the API describes it, and lists of them.

use std::ffi::c_char;
use std::ptr;

use netbird_tokens::{NewToken, Timestamp, Token};

use crate::error::nbt_error;
use crate::result::nbt_result;
use crate::text::Texts;
use crate::{boundary, out, time};

/// The lifetime that a token gets where nothing speaks for another, in days.
pub const NBT_DEFAULT_EXPIRES_IN_DAYS: i64 = 90;

const _: () = assert!(NBT_DEFAULT_EXPIRES_IN_DAYS == NewToken::DEFAULT_EXPIRES_IN_DAYS);

/// What the server tells of a token. The plain text is not among it: that comes once, from `nbt_client_create_token`.
#[derive(Clone)]
pub struct nbt_token {
    token: Token,
    texts: Texts<4>,
}

impl nbt_token {
    pub(crate) fn new(token: Token) -> Self {
        let texts = Texts::new([token.id(), token.name(), token.created_by(), token.user_id()]);
        nbt_token { token, texts }
    }

    fn text(token: Option<&Self>, which: usize) -> *const c_char {
        boundary::infallible(ptr::null(), || token.map_or(ptr::null(), |token| token.texts.pointer(which)))
    }
}

/// Some tokens, in no particular order.
pub struct nbt_token_list(Box<[nbt_token]>);

impl nbt_token_list {
    pub(crate) fn new(tokens: Vec<Token>) -> Box<Self> {
        Box::new(nbt_token_list(tokens.into_iter().map(nbt_token::new).collect()))
    }
}

/// The token's id, 20 characters that the server chose. Not a secret.
///
/// Parameters: `token` may be NULL.
/// Returns: the id; NULL for NULL.
/// Memory: the text is the token's, good for as long as it is.
/// Threads: any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_id(token: Option<&nbt_token>) -> *const c_char {
    nbt_token::text(token, 0)
}

/// The name it was given; not unique.
///
/// Parameters: `token` may be NULL.
/// Returns: the name, UTF-8; NULL for NULL.
/// Memory: the text is the token's, good for as long as it is.
/// Threads: any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_name(token: Option<&nbt_token>) -> *const c_char {
    nbt_token::text(token, 1)
}

/// The id of the user who created it, which need not be the one who owns it.
///
/// Parameters: `token` may be NULL.
/// Returns: the id; NULL for NULL.
/// Memory: the text is the token's, good for as long as it is.
/// Threads: any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_created_by(token: Option<&nbt_token>) -> *const c_char {
    nbt_token::text(token, 2)
}

/// The id of the user who owns it: the one whose tokens were asked for.
///
/// Parameters: `token` may be NULL.
/// Returns: the id; NULL for NULL.
/// Memory: the text is the token's, good for as long as it is.
/// Threads: any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_user_id(token: Option<&nbt_token>) -> *const c_char {
    nbt_token::text(token, 3)
}

/// When it stops working. `0001-01-01T00:00:00Z` where the server keeps none, which it treats as expired.
///
/// Parameters: `token` may be NULL. `seconds` (since 1970, UTC, negative before) and `nanoseconds` (0 to 999999999 after that)
/// are where the instant is put; either may be NULL.
/// Returns: true; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_token_expiration_date(
    token: Option<&nbt_token>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    boundary::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(token.map(|token| token.token.expiration_date()), seconds, nanoseconds) }
    })
}

/// When it was created.
///
/// Parameters: `token` may be NULL. `seconds` (since 1970, UTC, negative before) and `nanoseconds` (0 to 999999999 after that)
/// are where the instant is put; either may be NULL.
/// Returns: true; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_token_created_at(
    token: Option<&nbt_token>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    boundary::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(token.map(|token| token.token.created_at()), seconds, nanoseconds) }
    })
}

/// When it last authenticated a request. Reading a token with that same token counts as a use.
///
/// Parameters: `token` may be NULL. `seconds` (since 1970, UTC, negative before) and `nanoseconds` (0 to 999999999 after that)
/// are where the instant is put, zeros when there is none; either may be NULL.
/// Returns: whether it ever did; false for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nbt_token_last_used(
    token: Option<&nbt_token>,
    seconds: *mut i64,
    nanoseconds: *mut u32,
) -> bool {
    boundary::infallible(false, || {
        // SAFETY: C gives places that can be written, or NULL.
        unsafe { time::put(token.and_then(|token| token.token.last_used()), seconds, nanoseconds) }
    })
}

/// Whether the server refuses it at an instant (it does so after the expiration date, not at it).
///
/// Parameters: `now_seconds` since 1970, UTC, and `now_nanoseconds` (0 to 999999999) say the instant; `time(NULL)` and 0 say now.
/// `out` is where the answer is put, false on failure. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for an instant outside the years -9999 to 9999.
/// Memory: free the error with `nbt_error_free`.
/// Threads: any; one token may be read by several at once.
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
            out::required(out, "out")?;
            let token = out::handle(token, "token")?;
            out::put_value(out, token.token.is_expired(Timestamp::from_unix(now_seconds, now_nanoseconds)?));
            Ok(())
        })
    }
}

/// Whole days of 24 hours from an instant to the expiration date, rounded down: 0 on the last day, negative once expired.
///
/// Parameters: `now_seconds` since 1970, UTC, and `now_nanoseconds` (0 to 999999999) say the instant; `time(NULL)` and 0 say now.
/// `out` is where the answer is put, 0 on failure. `error` is where the error is put; may be NULL.
/// Returns: `NBT_OK`; `NBT_INVALID_ARGUMENT` for NULL and for an instant outside the years -9999 to 9999.
/// Memory: free the error with `nbt_error_free`.
/// Threads: any; one token may be read by several at once.
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
            out::required(out, "out")?;
            let token = out::handle(token, "token")?;
            out::put_value(out, token.token.days_left(Timestamp::from_unix(now_seconds, now_nanoseconds)?));
            Ok(())
        })
    }
}

/// A copy of a token, to keep one of a list when the list is freed.
///
/// Parameters: `token` may be NULL.
/// Returns: the copy; NULL for NULL.
/// Memory: free the copy with `nbt_token_free`.
/// Threads: any; one token may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_clone(token: Option<&nbt_token>) -> Option<Box<nbt_token>> {
    boundary::infallible(None, || token.cloned().map(Box::new))
}

/// Frees a token that was handed over; never one that belongs to a list.
///
/// Parameters: `token` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: the token and every text of it are gone afterwards.
/// Threads: any, once no other uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_free(token: Option<Box<nbt_token>>) {
    boundary::infallible((), || drop(token));
}

/// How many tokens a list has.
///
/// Parameters: `list` may be NULL.
/// Returns: the number; 0 for NULL.
/// Memory: nothing is handed over.
/// Threads: any; one list may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_list_len(list: Option<&nbt_token_list>) -> usize {
    boundary::infallible(0, || list.map_or(0, |list| list.0.len()))
}

/// One token of a list.
///
/// Parameters: `list` may be NULL. `index` counts from 0.
/// Returns: the token; NULL when there is none at that index.
/// Memory: the token is the list's, good until `nbt_token_list_free`; never free it by itself.
/// Threads: any; one list may be read by several at once.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_list_at(list: Option<&nbt_token_list>, index: usize) -> Option<&nbt_token> {
    boundary::infallible(None, || list.and_then(|list| list.0.get(index)))
}

/// Frees a list and all its tokens.
///
/// Parameters: `list` may be NULL, and then nothing is done.
/// Returns: nothing.
/// Memory: the list and its tokens are gone afterwards.
/// Threads: any, once no other uses it.
#[unsafe(no_mangle)]
pub extern "C" fn nbt_token_list_free(list: Option<Box<nbt_token_list>>) {
    boundary::infallible((), || drop(list));
}
