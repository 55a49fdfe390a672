//! Reads bytes as calls of the C API with arbitrary arguments, makes them, and checks what holds for every call: a result
//! code, an error exactly on failure, results exactly on success, and texts that are valid UTF-8.
//!
//! Shared by the fuzz target and by tests/fuzz.rs, which feeds it random bytes with a stable compiler.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;

use netbird_tokens_c::audit::*;
use netbird_tokens_c::audit_options::*;
use netbird_tokens_c::cancel::*;
use netbird_tokens_c::client::*;
use netbird_tokens_c::client_builder::*;
use netbird_tokens_c::client_options::*;
use netbird_tokens_c::credential::*;
use netbird_tokens_c::credential_check::*;
use netbird_tokens_c::device_login::*;
use netbird_tokens_c::error::*;
use netbird_tokens_c::log::nbt_log_level;
use netbird_tokens_c::login_options::*;
use netbird_tokens_c::login_session::*;
use netbird_tokens_c::operations::*;
use netbird_tokens_c::result::*;
use netbird_tokens_c::rotation::*;
use netbird_tokens_c::rotation_record::*;
use netbird_tokens_c::secret::*;
use netbird_tokens_c::token::*;
use netbird_tokens_c::user::*;
use netbird_tokens_c::user_audit::*;

/// Texts that get further than random ones would.
const WORDS: &[&CStr] = &[
    c"",
    c".",
    c"..",
    c"me",
    c"robot",
    c"google-oauth2|123",
    c"a/b",
    c"a\n",
    c"http://127.0.0.1:9",
    c"https://[::1]",
    c"Token nbp_abcdefghijklmnopqrstuvwxyz01232LolCm",
    c"nbp_abcdefghijklmnopqrstuvwxyz01232LolCm",
    c"eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln",
    c"{\"version\":1,\"lifetime_secs\":86400,\"management_url\":\"http://127.0.0.1:9\",\"issuer\":\"http://127.0.0.1:9/oauth2\",\"client_id\":\"netbird-cli\",\"token_endpoint\":\"http://127.0.0.1:9/oauth2/token\",\"expires_at\":\"2026-11-26T12:00:00.5Z\",\"id_token\":\"eyJhbGciOiJub25lIn0.eyJpYXQiOjE3ODAwMDAwMDAsImV4cCI6MTc4MDA4NjQwMH0.c2ln\",\"refresh_token\":\"r3fr3sh\"}",
    c"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
];

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn number(&mut self) -> u64 {
        let bytes: [u8; 8] = std::array::from_fn(|_| self.byte());
        match self.byte() % 3 {
            0 => u64::from_le_bytes(bytes),
            1 => u64::from(bytes[0]),
            _ => [0, u64::MAX, i64::MAX as u64, i64::MIN as u64, 365, 366][usize::from(bytes[0] % 6)],
        }
    }

    /// NULL, a word of the list, or arbitrary bytes.
    fn text(&mut self) -> Option<CString> {
        let kind = self.byte();
        match kind {
            0..=15 => None,
            16..=160 => Some(WORDS[usize::from(kind) % WORDS.len()].to_owned()),
            _ => {
                let length = usize::from(self.byte()).min(self.0.len());
                let (text, rest) = self.0.split_at(length);
                self.0 = rest;
                let until_nul: Vec<u8> = text.iter().copied().take_while(|&byte| byte != 0).collect();
                Some(CString::new(until_nul).expect("it ends before the first NUL"))
            }
        }
    }
}

fn pointer(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}

fn check_text(text: *const c_char) {
    if !text.is_null() {
        // SAFETY: the library gave it and its owner is still there.
        unsafe { CStr::from_ptr(text) }.to_str().expect("texts are UTF-8");
    }
}

/// What holds after every call with an error parameter; the error is freed.
fn check(result: nbt_result, error: *mut nbt_error) {
    assert_eq!(result == nbt_result::NBT_OK, error.is_null(), "{result:?}");
    assert_ne!(result, nbt_result::NBT_INTERNAL, "a panic was caught");
    if error.is_null() {
        return;
    }
    // SAFETY: the library just handed it over.
    let error = unsafe { Box::from_raw(error) };
    assert_eq!(nbt_error_kind(Some(&error)), result);
    check_text(nbt_error_message(Some(&error)));
    check_text(nbt_error_server_message(Some(&error)));
    check_text(nbt_error_request_id(Some(&error)));
    check_text(nbt_error_token_name(Some(&error)));
    for at in 0..=nbt_error_candidate_token_ids_len(Some(&error)) {
        check_text(nbt_error_candidate_token_ids_at(Some(&error), at));
    }
    nbt_error_free(Some(error));
}

/// Takes over what a call put into an out-pointer: something exactly on success.
fn taken<T>(result: nbt_result, out: *mut T) -> Option<Box<T>> {
    assert_eq!(result == nbt_result::NBT_OK, !out.is_null(), "{result:?}");
    // SAFETY: the library just handed it over.
    (!out.is_null()).then(|| unsafe { Box::from_raw(out) })
}

fn look_at_token(token: &nbt_token, bytes: &mut Bytes<'_>) {
    let (mut seconds, mut nanoseconds, mut expired, mut days) = (0, 0, false, 0);
    let mut error = ptr::null_mut();
    check_text(nbt_token_id(Some(token)));
    check_text(nbt_token_name(Some(token)));
    check_text(nbt_token_created_by(Some(token)));
    check_text(nbt_token_user_id(Some(token)));
    let (at, part) = (bytes.number() as i64, bytes.number() as u32);
    // SAFETY: all are variables of this function.
    unsafe {
        nbt_token_created_at(Some(token), &raw mut seconds, &raw mut nanoseconds);
        nbt_token_expiration_date(Some(token), &raw mut seconds, ptr::null_mut());
        nbt_token_last_used(Some(token), ptr::null_mut(), &raw mut nanoseconds);
        let result = nbt_token_is_expired(Some(token), at, part, &raw mut expired, &raw mut error);
        check(result, error);
        let result = nbt_token_days_left(Some(token), at, part, &raw mut days, &raw mut error);
        check(result, error);
    }
    assert!(nanoseconds < 1_000_000_000);
}

unsafe extern "C" fn ignore(_: *mut c_void, _: nbt_log_level, message: *const c_char) {
    check_text(message);
}

/// A client with arbitrary options. Where nothing else is set it talks to `url`.
fn build(bytes: &mut Bytes<'_>, url: &CStr) -> Option<Box<nbt_client>> {
    let mut builder = nbt_client_builder_new();
    let mut error = ptr::null_mut();
    let mut credential = ptr::null_mut();
    // SAFETY: texts end with a NUL, the rest are variables of this function.
    unsafe {
        let result = nbt_credential_new_pat(WORDS[11].as_ptr(), &raw mut credential, &raw mut error);
        check(result, error);
        let credential = taken(result, credential);
        nbt_client_builder_set_credential(builder.as_deref_mut(), credential.as_deref());
        nbt_credential_free(credential);
        nbt_client_builder_set_management_url(builder.as_deref_mut(), url.as_ptr());
        nbt_client_builder_set_max_retries(builder.as_deref_mut(), 0);
        for _ in 0..bytes.byte() % 6 {
            let builder = if bytes.byte() == 0 { None } else { builder.as_deref_mut() };
            let which = bytes.byte() % 16;
            let (text, number) = (bytes.text(), bytes.number());
            let text = pointer(&text);
            match which {
                0 => nbt_client_builder_set_management_url(builder, text),
                1 => nbt_client_builder_set_connect_timeout_ms(builder, number),
                2 => nbt_client_builder_set_read_timeout_ms(builder, number),
                3 => nbt_client_builder_set_timeout_ms(builder, number),
                4 => nbt_client_builder_set_max_retries(builder, (number % 2) as u32),
                5 => nbt_client_builder_set_retry_base_delay_ms(builder, number % 3),
                6 => nbt_client_builder_set_retry_max_delay_ms(builder, number % 3),
                7 => nbt_client_builder_set_max_response_bytes(builder, number as usize),
                8 => nbt_client_builder_set_allow_insecure_http(builder, false),
                9 => nbt_client_builder_set_ca_pem(builder, text),
                10 => nbt_client_builder_set_proxy(builder, text),
                11 => nbt_client_builder_set_proxy_from_env(builder, number.is_multiple_of(2)),
                12 => nbt_client_builder_set_user_agent(builder, text),
                13 => nbt_client_builder_set_on_unknown(builder, number as u32),
                14 => nbt_client_builder_set_token_file(builder, text),
                _ => nbt_client_builder_set_log(builder, Some(ignore), ptr::null_mut(), None),
            };
        }
        let mut client = ptr::null_mut();
        let result = nbt_client_builder_build(builder.as_deref_mut(), &raw mut client, &raw mut error);
        check(result, error);
        nbt_client_builder_free(builder);
        taken(result, client)
    }
}

fn call(client: Option<&nbt_client>, bytes: &mut Bytes<'_>, url: &CStr) {
    let which = bytes.byte() % 16;
    let (one, other, number) = (bytes.text(), bytes.text(), bytes.number());
    let (one, other) = (pointer(&one), pointer(&other));
    let mut error = ptr::null_mut();
    let (mut token, mut tokens, mut user, mut users) =
        (ptr::null_mut(), ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    let (mut secret, mut credential, mut handle) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: texts end with a NUL or are NULL, the rest are variables of this function.
    unsafe {
        match which {
            0 => {
                let result = nbt_client_list_tokens(client, one, &raw mut tokens, &raw mut error);
                check(result, error);
                let tokens = taken(result, tokens);
                for at in 0..nbt_token_list_len(tokens.as_deref()) {
                    look_at_token(nbt_token_list_at(tokens.as_deref(), at).expect("it is below the length"), bytes);
                }
                assert!(nbt_token_list_at(tokens.as_deref(), number as usize | 1 << 40).is_none());
                nbt_token_list_free(tokens);
            }
            1 => {
                let result = nbt_client_get_token(client, one, other, &raw mut token, &raw mut error);
                check(result, error);
                nbt_token_free(taken(result, token));
            }
            2 => {
                let (days, flags) = (number as i64, u32::from(bytes.byte() % 3));
                let result = nbt_client_create_token(
                    client,
                    one,
                    days,
                    flags,
                    other,
                    &raw mut token,
                    &raw mut secret,
                    &raw mut error,
                );
                check(result, error);
                let (token, secret) = (taken(result, token), taken(result, secret));
                if let Some(token) = &token {
                    look_at_token(token, bytes);
                    check_text(nbt_secret_expose(secret.as_deref(), ptr::null_mut()));
                    let result = nbt_client_delete_token(client, nbt_token_id(Some(token)), other, &raw mut error);
                    check(result, error);
                }
                nbt_token_free(token);
                nbt_secret_free(secret);
            }
            3 => {
                let result = nbt_client_delete_token(client, one, other, &raw mut error);
                check(result, error);
            }
            4 => {
                let result = nbt_client_current_user(client, &raw mut user, &raw mut error);
                check(result, error);
                let user = taken(result, user);
                check_text(nbt_user_name(user.as_deref()));
                nbt_user_free(nbt_user_clone(user.as_deref()));
                nbt_user_free(user);
            }
            5 => {
                let result = nbt_client_list_users(client, &raw mut users, &raw mut error);
                check(result, error);
                nbt_user_list_free(taken(result, users));
            }
            6 => {
                let make = [nbt_credential_new_pat, nbt_credential_new_bearer, nbt_credential_new_detect];
                let result = make[number as usize % 3](one, &raw mut credential, &raw mut error);
                check(result, error);
                let credential = taken(result, credential);
                // Not set on the client: it would make the next calls fail.
                let _ = nbt_credential_get_kind(credential.as_deref());
                nbt_credential_expires_at(credential.as_deref(), ptr::null_mut(), ptr::null_mut());
                nbt_credential_free(credential);
            }
            7 => {
                let result = nbt_secret_new(one, &raw mut secret, &raw mut error);
                check(result, error);
                let secret = taken(result, secret);
                let mut length = 0;
                let exposed = nbt_secret_expose(secret.as_deref(), &raw mut length);
                if !exposed.is_null() {
                    assert_eq!(CStr::from_ptr(exposed), CStr::from_ptr(one));
                    assert_eq!(length, CStr::from_ptr(one).count_bytes());
                }
                assert_eq!(nbt_secret_equals(secret.as_deref(), secret.as_deref()), secret.is_some());
                check_text(nbt_secret_masked(secret.as_deref()));
                nbt_secret_free(secret);
            }
            8 => {
                let cancel = nbt_cancel_new();
                if number.is_multiple_of(2) {
                    nbt_cancel_cancel(cancel.as_deref());
                }
                let result = nbt_client_with_cancel(client, cancel.as_deref(), &raw mut handle, &raw mut error);
                check(result, error);
                let handle = taken(result, handle);
                let result = nbt_client_list_tokens(handle.as_deref(), one, &raw mut tokens, &raw mut error);
                check(result, error);
                nbt_token_list_free(taken(result, tokens));
                nbt_client_free(handle);
                nbt_cancel_free(cancel);
            }
            9 => {
                let mut checked = ptr::null_mut();
                let result = nbt_client_check_credential(client, &raw mut checked, &raw mut error);
                check(result, error);
                let checked = taken(result, checked);
                check_text(nbt_credential_state_name(nbt_credential_check_state(checked.as_deref()) as u32));
                check_text(nbt_user_id(nbt_credential_check_user(checked.as_deref())));
                check_text(nbt_token_id(nbt_credential_check_token(checked.as_deref())));
                check_text(nbt_error_message(nbt_credential_check_error(checked.as_deref())));
                nbt_credential_check_expires_at(checked.as_deref(), ptr::null_mut(), ptr::null_mut());
                let kind = nbt_credential_check_kind(checked.as_deref());
                assert_eq!(kind == nbt_credential_kind::NBT_CREDENTIAL_NONE, checked.is_none());
                nbt_credential_check_free(checked);
            }
            10 => {
                let mut finished = number.is_multiple_of(2);
                let result = nbt_client_close(client, &raw mut finished, &raw mut error);
                check(result, error);
                assert_eq!(finished, result == nbt_result::NBT_OK, "no create was interrupted");
            }
            11 => rotate(client, bytes, one, other, number),
            12 => {
                let mut record = ptr::null_mut();
                let result = nbt_rotation_record_from_json(one, &raw mut record, &raw mut error);
                check(result, error);
                nbt_rotation_record_free(taken(result, record));
            }
            13 => audit(client, bytes, number),
            14 => login(bytes, url, one),
            _ => {
                check_text(nbt_rotation_stage_name(number as u32));
                check_text(nbt_token_state_name(number as u32));
                check_text(nbt_result_name(number as u32));
                check_text(nbt_credential_state_name(number as u32));
                check_text(nbt_client_management_url(client));
                let result = nbt_client_with_timeout_ms(client, number, &raw mut handle, &raw mut error);
                check(result, error);
                nbt_client_free(taken(result, handle));
            }
        }
    }
}

/// Creates a token, unless an id is to be arbitrary, and rotates it; then does arbitrary steps.
///
/// # Safety
/// The texts end with a NUL or are NULL.
unsafe fn rotate(
    client: Option<&nbt_client>,
    bytes: &mut Bytes<'_>,
    one: *const c_char,
    other: *const c_char,
    number: u64,
) {
    let mut error = ptr::null_mut();
    let (mut token, mut secret, mut rotation) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: as promised by the caller; the rest are variables of this function.
    unsafe {
        let made = nbt_client_create_token(
            client,
            c"fuzz".as_ptr(),
            1,
            0,
            other,
            &raw mut token,
            &raw mut secret,
            &raw mut error,
        );
        check(made, error);
        let (token, secret) = (taken(made, token), taken(made, secret));
        let id = if bytes.byte().is_multiple_of(4) { one } else { nbt_token_id(token.as_deref()) };
        let days = if bytes.byte().is_multiple_of(2) { NBT_SAME_LIFETIME } else { number as i64 };
        // Never adopted: the next calls would have another credential.
        let flags = [0, 1, 4, 5, 8][usize::from(bytes.byte() % 5)];
        let result = nbt_client_rotate_token(
            client,
            id,
            ptr::null(),
            ptr::null(),
            days,
            flags,
            other,
            &raw mut rotation,
            &raw mut error,
        );
        check(result, error);
        let rotation = taken(result, rotation);
        for _ in 0..bytes.byte() % 4 {
            let rotation = rotation.as_deref();
            let result = match bytes.byte() % 4 {
                0 => nbt_rotation_create(rotation, &raw mut error),
                1 => nbt_rotation_commit(rotation, number.is_multiple_of(2), &raw mut error),
                2 => nbt_rotation_abort(rotation, &raw mut error),
                _ => {
                    nbt_rotation_mark_stored(rotation);
                    continue;
                }
            };
            check(result, error);
        }
        let record = nbt_rotation_get_record(rotation.as_deref());
        assert_eq!(record.is_some(), rotation.is_some());
        check_text(nbt_token_id(nbt_rotation_old_token(rotation.as_deref())));
        check_text(nbt_token_id(nbt_rotation_token(rotation.as_deref())));
        check_text(nbt_secret_expose(nbt_rotation_plain_token(rotation.as_deref()), ptr::null_mut()));
        check_text(nbt_rotation_record_to_json(record.as_deref()));
        check_text(nbt_rotation_record_token_id(record.as_deref()));
        let given = if bytes.byte().is_multiple_of(2) { secret.as_deref() } else { None };
        let mut finished = ptr::null_mut();
        let result = nbt_client_resume_rotation(client, record.as_deref(), given, &raw mut finished, &raw mut error);
        check(result, error);
        nbt_rotation_record_free(taken(result, finished));
        nbt_rotation_record_free(record);
        nbt_rotation_free(rotation);
        nbt_token_free(token);
        nbt_secret_free(secret);
    }
}

/// An audit with arbitrary options, which is maybe left early.
fn audit(client: Option<&nbt_client>, bytes: &mut Bytes<'_>, number: u64) {
    let mut error = ptr::null_mut();
    let mut audit = ptr::null_mut();
    let mut options = nbt_audit_options_new();
    for _ in 0..bytes.byte() % 3 {
        let options = options.as_deref_mut();
        match bytes.byte() % 3 {
            0 => nbt_audit_options_set_expiring_within_ms(options, number),
            1 => nbt_audit_options_set_unused_for_ms(options, number),
            _ => nbt_audit_options_set_concurrency(options, number as usize),
        };
    }
    let options = if bytes.byte().is_multiple_of(4) { None } else { options };
    // SAFETY: all are variables of this function.
    unsafe {
        let result = nbt_client_audit_tokens(client, options.as_deref(), &raw mut audit, &raw mut error);
        check(result, error);
        let audit = taken(result, audit);
        for _ in 0..bytes.byte() % 6 {
            let mut audited = ptr::null_mut();
            let result = nbt_audit_next(audit.as_deref(), &raw mut audited, &raw mut error);
            check(result, error);
            if audited.is_null() {
                break;
            }
            let audited = Box::from_raw(audited);
            for at in 0..nbt_user_audit_tokens_len(Some(&audited)) {
                let token = nbt_user_audit_tokens_at(Some(&audited), at).expect("it is below the length");
                check_text(nbt_audited_token_reason(Some(token)));
                check_text(nbt_token_state_name(nbt_audited_token_state(Some(token)) as u32));
                look_at_token(nbt_audited_token_token(Some(token)).expect("it has one"), bytes);
            }
            nbt_user_audit_free(Some(audited));
        }
        let mut summary = nbt_audit_summary::default();
        nbt_audit_get_summary(audit.as_deref(), &raw mut summary);
        assert_eq!(summary.users, nbt_audit_user_count(audit.as_deref()));
        nbt_audit_free(audit);
    }
    nbt_audit_options_free(options);
}

/// A builder for a login, maybe with an option that does not apply, or none at all.
fn for_login(bytes: &mut Bytes<'_>, url: Option<&CStr>, text: *const c_char) -> Option<Box<nbt_client_builder>> {
    let mut builder = if bytes.byte().is_multiple_of(16) { None } else { nbt_client_builder_new() };
    // SAFETY: texts end with a NUL or are NULL.
    unsafe {
        if let Some(url) = url {
            nbt_client_builder_set_management_url(builder.as_deref_mut(), url.as_ptr());
        }
        nbt_client_builder_set_max_retries(builder.as_deref_mut(), 0);
        if bytes.byte().is_multiple_of(8) {
            nbt_client_builder_set_token_file(builder.as_deref_mut(), text);
        }
    }
    builder
}

/// Begins a login with arbitrary options and polls it; takes up an arbitrary session, and exports and refreshes it.
fn login(bytes: &mut Bytes<'_>, url: &CStr, one: *const c_char) {
    let (mut error, mut login, mut session) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    let mut builder = for_login(bytes, Some(url), one);
    let mut options = nbt_login_options_new();
    let cancel = nbt_cancel_new();
    if bytes.byte().is_multiple_of(4) {
        nbt_cancel_cancel(cancel.as_deref());
    }
    // SAFETY: texts end with a NUL or are NULL, the rest are variables of this function.
    unsafe {
        for _ in 0..bytes.byte() % 3 {
            let text = bytes.text();
            let (options, text) = (options.as_deref_mut(), pointer(&text));
            match bytes.byte() % 6 {
                0 => nbt_login_options_set_issuer(options, text),
                1 => nbt_login_options_set_client_id(options, text),
                2 => nbt_login_options_set_audience(options, text),
                3 => nbt_login_options_set_scope(options, text),
                4 => nbt_login_options_set_endpoint_host(options, text),
                _ => nbt_login_options_set_cancel(options, cancel.as_deref()),
            };
        }
        let result = nbt_start_login(builder.as_deref_mut(), options.as_deref(), &raw mut login, &raw mut error);
        check(result, error);
        let begun = taken(result, login);
        check_text(nbt_device_login_verification_uri(begun.as_deref()));
        check_text(nbt_device_login_verification_uri_complete(begun.as_deref()));
        check_text(nbt_device_login_user_code(begun.as_deref()));
        let result = nbt_device_login_with_cancel(begun.as_deref(), cancel.as_deref(), &raw mut login, &raw mut error);
        check(result, error);
        let handle = taken(result, login);
        let result = nbt_device_login_poll(handle.as_deref(), &raw mut session, &raw mut error);
        check(result, error);
        assert!(session.is_null(), "nobody approves it");
        nbt_device_login_free(handle);
        nbt_device_login_free(begun);
        nbt_client_builder_free(builder);

        let mut builder = for_login(bytes, None, one);
        let result = nbt_login_session_restore(one, builder.as_deref_mut(), &raw mut session, &raw mut error);
        check(result, error);
        let session = taken(result, session);
        nbt_client_builder_free(builder);
        let exported = nbt_login_session_export(session.as_deref());
        check_text(nbt_secret_expose(exported.as_deref(), ptr::null_mut()));
        nbt_secret_free(exported);
        nbt_credential_free(nbt_login_session_get_credential(session.as_deref()));
        check_text(nbt_login_session_management_url(session.as_deref()));
        check_text(nbt_login_session_issuer(session.as_deref()));
        check(nbt_login_session_refresh(session.as_deref(), &raw mut error), error);
        nbt_login_session_free(session);
    }
    nbt_cancel_free(cancel);
    nbt_login_options_free(options);
}

/// Makes the calls that the bytes encode, to the server at `url`.
pub fn drive(data: &[u8], url: &CStr) {
    let mut bytes = Bytes(data);
    let client = build(&mut bytes, url);
    for _ in 0..8 {
        if bytes.0.is_empty() {
            break;
        }
        let client = if bytes.byte().is_multiple_of(16) { None } else { client.as_deref() };
        call(client, &mut bytes, url);
    }
    nbt_client_free(client);
}
