//! Answers of the server to every operation: status, header fields and body. See `script` for the form of an input.
//!
//! The client is the whole one, over a socket. What must hold:
//!
//! * a success rests on an answer of the shape asked for, from the token, the name or the user asked for;
//! * nothing is revoked but what the call was asked to revoke, or what bears the tag that it made;
//! * no error, event or debug print shows a secret, ours or the server's;
//! * the call ends within its time and the stated allowance, whatever the header fields say.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use netbird_tokens::{
    AuditOptions, Client, Credential, Error, NewToken, OnUnknown, Result, RotateToken, RotationRecord, RotationStage,
};

use crate::oracle;
use crate::responder::{Exchange, Responder};
use crate::script::Script;
use crate::shown::{assert_no_pat, assert_no_pat_in};

const USER: &str = "user";
const TOKEN: &str = "token";
const PAT: &str = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";
const TIMEOUT: Duration = Duration::from_secs(2);
/// What finding out what a lost create did may take beyond the call's time.
const ALLOWANCE: Duration = Duration::from_secs(15);
const A_YEAR: Duration = Duration::from_secs(365 * 86_400);

/// See the module.
pub fn check(data: &[u8]) {
    outcome(data);
}

/// The same, and how the operation ended; `None` if the input names none.
pub fn outcome(data: &[u8]) -> Option<Result<()>> {
    let script = Script::parse(data)?;
    let operation = OPERATIONS.iter().find(|(name, _)| *name == script.operation)?;
    let server = Responder::get();
    let _turn = server.answer_with(&script.answers);
    let client = client(script.retries);
    let began = Instant::now();
    let result = (operation.1)(client, server);
    // A slow machine is no reason to fail; a wait that a header asked for is much longer.
    assert!(began.elapsed() < 6 * (TIMEOUT + ALLOWANCE), "the call took {:?}", began.elapsed());
    if let Err(error) = &result {
        check_error(error);
    }
    for event in std::mem::take(&mut *events()) {
        assert_no_pat(&event);
    }
    Some(result)
}

type Run = fn(&Client, &Responder) -> Result<()>;

/// The operations, and what a success of each must rest on.
const OPERATIONS: &[(&str, Run)] = &[
    ("list_tokens", |client, server| {
        let tokens = client.list_tokens(Some(USER))?;
        if let Some(json) = oracle::answer(&server.exchanges(), "GET", "/api/users/user/tokens") {
            oracle::are_tokens(&json, &tokens);
        }
        assert!(tokens.iter().all(|token| token.user_id() == USER));
        Ok(())
    }),
    ("get_token", |client, server| {
        let token = client.get_token(TOKEN, Some(USER))?;
        assert_eq!(token.id(), TOKEN);
        if let Some(json) = oracle::answer(&server.exchanges(), "GET", "/tokens/token") {
            oracle::is_token(&json, &token);
        }
        Ok(())
    }),
    ("create_token", |client, server| create(client, server, false)),
    ("create_tagged", |client, server| create(client, server, true)),
    ("delete_token", |client, server| {
        client.delete_token(TOKEN, Some(USER))?;
        let exchanges = server.exchanges();
        let deletes = exchanges.iter().filter(|exchange| exchange.method == "DELETE").count();
        match oracle::answer(&exchanges, "DELETE", "/tokens/token") {
            Some(serde_json::Value::Object(object)) if object.is_empty() => {}
            // It was gone already, after an attempt that may have deleted it.
            Some(json) => assert!(deletes > 1 && json["message"] == "pat: token not found", "{json}"),
            None => panic!("a body that is not JSON confirms nothing"),
        }
        Ok(())
    }),
    ("current_user", |client, server| {
        let user = client.current_user()?;
        let exchanges = server.exchanges();
        let from_list = exchanges.last().is_some_and(|last| last.path == "/api/users");
        if from_list {
            assert!(user.is_current());
        } else if let Some(json) = oracle::answer(&exchanges, "GET", "/api/users/current") {
            oracle::is_user(&json, &user);
        }
        Ok(())
    }),
    ("list_users", |client, server| {
        let users = client.list_users()?;
        if let Some(json) = oracle::answer(&server.exchanges(), "GET", "/api/users") {
            let list = json.as_array().map(Vec::as_slice).unwrap_or_default();
            assert!(json.is_array() || json.is_null());
            assert_eq!(list.len(), users.len());
            list.iter().zip(&users).for_each(|(json, user)| oracle::is_user(json, user));
        }
        Ok(())
    }),
    ("check_credential", |client, _| {
        let check = client.check_credential()?;
        assert!(check.token.is_none() || check.user.is_some());
        if let Some(error) = &check.error {
            check_error(error);
        }
        Ok(())
    }),
    ("rotate_token", |client, server| {
        let rotation = client.rotate_token(&RotateToken::id(TOKEN), Some(USER))?;
        assert!(rotation.plain_token().is_some_and(|secret| !secret.expose().is_empty()));
        let ended = rotation.commit(false);
        let record = rotation.record();
        assert_eq!(ended.is_ok(), record.stage == RotationStage::Committed);
        revokes_only(&server.exchanges(), &[Some(TOKEN.to_owned()), record.token_id.clone()]);
        assert_eq!(RotationRecord::from_json(&record.to_json()), Ok(record));
        ended
    }),
    ("resume_rotation", |client, server| {
        let record = RotationRecord {
            management_url: client.management_url().to_owned(),
            user_id: USER.to_owned(),
            old_token_id: TOKEN.to_owned(),
            token_name: "ci #23456789ab".to_owned(),
            is_tagged: true,
            token_id: Some("successor".to_owned()),
            keep_old: false,
            stage: RotationStage::Created,
        };
        let done = client.resume_rotation(&record, None);
        revokes_only(&server.exchanges(), &[Some("successor".to_owned())]);
        assert!(done?.stage.is_finished());
        Ok(())
    }),
    ("audit_tokens", |client, _| {
        let audit = client.audit_tokens(&AuditOptions::default())?;
        for audited in &audit {
            if let Some(error) = audited?.error {
                check_error(&error);
            }
        }
        let summary = audit.summary();
        assert_eq!(summary.users, summary.audited + summary.failed + summary.not_reached);
        Ok(())
    }),
];

/// Creates a token. Only what bears the name of a create, tag included, may be revoked.
fn create(client: &Client, server: &Responder, tagged: bool) -> Result<()> {
    let on_unknown = if tagged { OnUnknown::RevokeAndRetry } else { OnUnknown::Report };
    let new = NewToken::new("ci").tag(tagged);
    let result = on_unknown_client(client, on_unknown).create_token(&new, Some(USER));
    let exchanges = server.exchanges();
    let names: Vec<&str> = exchanges.iter().filter_map(|exchange| exchange.sent["name"].as_str()).collect();
    for delete in exchanges.iter().filter(|exchange| exchange.method == "DELETE") {
        assert!(tagged, "what has no tag is not revoked");
        let id = delete.path.rsplit('/').next().unwrap_or_default();
        let listed = exchanges.iter().filter_map(|exchange| serde_json::from_slice(&exchange.answered).ok());
        let is_ours = |token: &serde_json::Value| {
            token["name"].as_str().is_some_and(|name| names.contains(&name))
                && token["id"].as_str().is_some_and(|known| encoded(known) == id)
        };
        let mut lists = listed.filter_map(|json: serde_json::Value| json.as_array().cloned());
        assert!(lists.any(|list| list.iter().any(is_ours)), "{id} was revoked");
    }
    let created = result?;
    assert!(!created.plain_token.expose().is_empty());
    assert!(!format!("{created:?}").contains(created.plain_token.expose()) || created.plain_token.expose().len() < 40);
    assert_eq!(names.last().copied(), Some(created.token.name()), "it bears the name that was sent");
    if let Some(json) = oracle::answer(&exchanges, "POST", "/tokens") {
        oracle::is_token(&json["personal_access_token"], &created.token);
        assert_eq!(json["plain_token"].as_str(), Some(created.plain_token.expose()));
    }
    Ok(())
}

fn encoded(id: &str) -> String {
    const ENCODED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    percent_encoding::utf8_percent_encode(id, ENCODED).to_string()
}

fn revokes_only(exchanges: &[Exchange], ids: &[Option<String>]) {
    for delete in exchanges.iter().filter(|exchange| exchange.method == "DELETE") {
        let id = delete.path.rsplit('/').next().unwrap_or_default();
        assert!(ids.iter().flatten().any(|known| encoded(known) == id), "{id} was revoked");
    }
}

fn check_error(error: &Error) {
    assert_no_pat_in(error);
    assert!(error.retry_after().is_none_or(|wait| wait <= A_YEAR));
    let count = error.candidate_token_ids().len();
    assert!(
        count == 0
            || error.kind() == netbird_tokens::ErrorKind::OutcomeUnknown
            || error.kind() == netbird_tokens::ErrorKind::Conflict,
        "{error:?}"
    );
    assert_ne!(error.kind(), netbird_tokens::ErrorKind::Internal, "{error}");
}

fn events() -> std::sync::MutexGuard<'static, Vec<String>> {
    static EVENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    EVENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A client with a fresh credential: nothing is known about whose it is.
fn client(retries: bool) -> &'static Client {
    let client = made(retries, OnUnknown::Report);
    forget_user(client);
    client
}

/// The client of the same retries with this `on_unknown`.
fn on_unknown_client(client: &Client, on_unknown: OnUnknown) -> &'static Client {
    let retries = std::ptr::eq(client, made(true, OnUnknown::Report));
    let client = made(retries, on_unknown);
    forget_user(client);
    client
}

fn forget_user(client: &Client) {
    client.set_credential(&Credential::pat(PAT).expect("it is a PAT")).expect("it can be sent");
}

fn made(retries: bool, on_unknown: OnUnknown) -> &'static Client {
    static CLIENTS: [OnceLock<Client>; 4] = [const { OnceLock::new() }; 4];
    CLIENTS[usize::from(retries) * 2 + usize::from(on_unknown == OnUnknown::RevokeAndRetry)].get_or_init(|| {
        Client::builder()
            .management_url(Responder::get().url.clone())
            .credential(Credential::pat(PAT).expect("it is a PAT"))
            .timeout(TIMEOUT)
            .max_retries(if retries { 2 } else { 0 })
            .retry_base_delay(Duration::ZERO)
            .retry_max_delay(Duration::ZERO)
            .proxy_from_env(false)
            .on_unknown(on_unknown)
            .observer(|event| events().push(format!("{event} {event:?}")))
            .build()
            .expect("the options are right")
    })
}
