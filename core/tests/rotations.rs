//! Rotations: what exists on the server at every instant, also when one ends early and another process goes on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use netbird_mock::MockServer;
use netbird_tokens::{
    CancelToken, Client, Credential, ErrorKind, Event, RotateToken, Rotation, RotationRecord, RotationStage, Secret,
};
use serde_json::json;

const LAPTOP: &str = "ch8i54g6lnn4g9hqv7n0";

fn fault(server: &MockServer, json: &str) {
    server.push_fault(serde_json::from_str(json).unwrap());
}

fn names(server: &MockServer) -> Vec<String> {
    let mut names: Vec<String> = server.tokens("ada").into_iter().map(|token| token.name).collect();
    names.sort();
    names
}

fn desktop(server: &MockServer) -> String {
    server.tokens("ada").into_iter().find(|token| token.name == "desktop").unwrap().id
}

fn works(server: &MockServer, secret: &Secret) -> bool {
    let client = support::builder(server).credential(Credential::pat(secret.expose()).unwrap()).build().unwrap();
    client.list_tokens(Some("ada")).is_ok()
}

fn rotate(client: &Client, id: &str) -> Rotation {
    client.rotate_token(&RotateToken::id(id), Some("ada")).unwrap()
}

/// The warnings about rotations that were left open.
fn observing(server: &MockServer) -> (Client, Arc<Mutex<Vec<String>>>) {
    let warnings = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&warnings);
    let observe = move |event: &Event<'_>| {
        if matches!(event, Event::RotationOpen { .. }) {
            seen.lock().unwrap().push(event.to_string());
        }
    };
    (support::builder(server).observer(observe).build().unwrap(), warnings)
}

#[test]
fn a_rotation_is_four_requests() {
    let server = support::server();
    let client = support::client(&server);
    let rotation = rotate(&client, &desktop(&server));
    assert_eq!(rotation.record().stage, RotationStage::Created);
    let secret = rotation.plain_token().unwrap();
    assert!(works(&server, &secret));
    let _ = server.take_requests();
    rotation.commit(false).unwrap();
    assert_eq!(server.take_requests().len(), 2);
    assert_eq!(rotation.record().stage, RotationStage::Committed);
    assert_eq!(names(&server).len(), 2);
    assert!(works(&server, &secret));
    let _ = server.take_requests();
    rotation.commit(false).unwrap();
    assert!(server.take_requests().is_empty(), "what is done is not done again");
    assert_eq!(rotation.abort().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn the_successor_keeps_name_and_lifetime_and_gets_a_tag_of_its_own() {
    let server = support::server();
    let client = support::client(&server);
    let first = rotate(&client, &desktop(&server));
    first.commit(false).unwrap();
    let first = first.token().unwrap();
    let second = client.rotate_token(&RotateToken::named("desktop"), Some("ada")).unwrap();
    second.commit(false).unwrap();
    let second = second.token().unwrap();
    assert!(first.name().starts_with("desktop #") && second.name().starts_with("desktop #"));
    assert_ne!(first.name(), second.name());
    let lifetime = |token: &netbird_tokens::Token| token.expiration_date().days_left(token.created_at());
    assert_eq!(lifetime(&first), lifetime(&second));
    assert_eq!(names(&server), [second.name(), "laptop"]);
}

#[test]
fn what_was_dropped_undecided_is_named_and_stays() {
    let server = support::server();
    let (client, warnings) = observing(&server);
    let rotation = rotate(&client, &desktop(&server));
    let id = rotation.token().unwrap().id().to_owned();
    drop(rotation);
    assert_eq!(names(&server).len(), 3);
    let seen = warnings.lock().unwrap().clone();
    assert!(seen.len() == 1 && seen[0].contains(&id) && seen[0].contains(&desktop(&server)), "{seen:?}");
    let decided = rotate(&client, &desktop(&server));
    decided.abort().unwrap();
    drop(decided);
    drop(client.rotate_token(&RotateToken::id(desktop(&server)).prepare_only(true), Some("ada")).unwrap());
    assert_eq!(warnings.lock().unwrap().len(), 1);
}

#[test]
fn the_credential_in_use_is_rotated_without_losing_access() {
    let server = support::server();
    let client = support::client(&server);
    let rotation = client.rotate_token(&RotateToken::id(LAPTOP).adopt(true), None).unwrap();
    rotation.commit(false).unwrap();
    assert_eq!(client.current_user().unwrap().id(), "ada");
    assert_eq!(names(&server).len(), 2);
    assert!(!names(&server).contains(&"laptop".to_owned()));
}

/// What another process knows: the last record that was stored, and whether the secret was.
struct Left {
    record: RotationRecord,
    secret: Option<Secret>,
}

/// Ends a rotation after each step, as a process that is killed would, and resumes it from the record that it stored.
#[test]
fn a_rotation_that_ended_at_any_step_is_finished_by_its_record() {
    type Step = fn(&Rotation) -> Left;
    let steps: &[(&str, Step)] = &[
        ("planned, nothing sent", |rotation| Left { record: rotation.record(), secret: None }),
        ("planned, and created since", |rotation| {
            let record = rotation.record();
            rotation.create().unwrap();
            Left { record, secret: None }
        }),
        ("planned, and the secret was stored", |rotation| {
            let record = rotation.record();
            rotation.create().unwrap();
            Left { record, secret: rotation.plain_token() }
        }),
        ("created, secret not stored", |rotation| {
            rotation.create().unwrap();
            Left { record: rotation.record(), secret: None }
        }),
        ("created, secret stored", |rotation| {
            rotation.create().unwrap();
            Left { record: rotation.record(), secret: rotation.plain_token() }
        }),
        ("stored", |rotation| {
            rotation.create().unwrap();
            rotation.mark_stored();
            Left { record: rotation.record(), secret: rotation.plain_token() }
        }),
        ("stored, and committed since", |rotation| {
            rotation.create().unwrap();
            rotation.mark_stored();
            let record = rotation.record();
            rotation.commit(false).unwrap();
            Left { record, secret: rotation.plain_token() }
        }),
        ("created, and committed since", |rotation| {
            rotation.create().unwrap();
            let record = rotation.record();
            rotation.commit(false).unwrap();
            Left { record, secret: rotation.plain_token() }
        }),
        ("created, and aborted since", |rotation| {
            rotation.create().unwrap();
            let record = rotation.record();
            rotation.abort().unwrap();
            Left { record, secret: None }
        }),
        ("committed", |rotation| {
            rotation.create().unwrap();
            rotation.commit(false).unwrap();
            Left { record: rotation.record(), secret: rotation.plain_token() }
        }),
        ("kept", |rotation| {
            rotation.create().unwrap();
            rotation.commit(true).unwrap();
            Left { record: rotation.record(), secret: rotation.plain_token() }
        }),
    ];
    for (what, step) in steps {
        let server = support::server();
        let client = support::client(&server);
        let old_id = desktop(&server);
        let old = Secret::new(server.plain_of(&old_id).unwrap());
        let rotation = client.rotate_token(&RotateToken::id(&old_id).prepare_only(true), Some("ada")).unwrap();
        let left = step(&rotation);
        drop(rotation);
        let record = RotationRecord::from_json(&left.record.to_json()).unwrap();
        let finished = client.resume_rotation(&record, left.secret.as_ref()).unwrap();
        let alive = server.tokens("ada").len();
        let (expected, held) = match &left.secret {
            None => ((RotationStage::Aborted, 2), &old),
            Some(secret) if finished.stage == RotationStage::Kept => ((RotationStage::Kept, 3), secret),
            Some(secret) => ((RotationStage::Committed, 2), secret),
        };
        assert_eq!((finished.stage, alive), expected, "{what}");
        assert!(works(&server, held), "{what}: the caller holds nothing that works");
        let _ = server.take_requests();
        assert_eq!(client.resume_rotation(&finished, None).unwrap(), finished, "{what}");
        assert!(server.take_requests().is_empty(), "{what}: a finished rotation is left alone");
    }
}

#[test]
fn a_secret_that_is_not_the_successors_does_not_revoke_the_old_token() {
    let server = support::server();
    let client = support::client(&server);
    let old_id = desktop(&server);
    let old = Secret::new(server.plain_of(&old_id).unwrap());
    for secret in [old.clone(), Secret::new("nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr"), Secret::new("torn")] {
        let rotation = rotate(&client, &old_id);
        let record = rotation.record();
        drop(rotation);
        let finished = client.resume_rotation(&record, Some(&secret)).unwrap();
        assert_eq!(finished.stage, RotationStage::Aborted);
        assert_eq!(names(&server), ["desktop", "laptop"]);
        assert!(works(&server, &old));
    }
}

#[test]
fn a_successor_that_is_not_proved_revokes_nothing() {
    let server = support::server();
    let client = support::client(&server);
    let rotation = rotate(&client, &desktop(&server));
    // The last is a gateway's, which nobody needs a credential for.
    for (status, body) in [
        (503, r#"{"message":"no","code":503}"#),
        (401, r#"{"message":"no","code":401}"#),
        (403, r#"{"message":"Forbidden"}"#),
    ] {
        let answer = json!({"status": status, "headers": [["Content-Type", "application/json"]], "body": body});
        for _ in 0..3 {
            fault(&server, &json!({"method": "GET", "action": {"answer": answer}}).to_string());
        }
        let error = rotation.commit(false).unwrap_err();
        assert!(error.message().contains("nothing was revoked"), "{error}");
        assert_eq!(names(&server).len(), 3);
        assert_eq!(rotation.record().stage, RotationStage::Stored);
        server.clear_faults();
    }
    rotation.commit(false).unwrap();
    assert_eq!(names(&server).len(), 2);
}

#[test]
fn an_abort_never_revokes_the_last_token_that_works() {
    let server = support::server();
    let client = support::builder(&server).max_retries(0).build().unwrap();
    let rotation = rotate(&client, &desktop(&server));
    // Acted on, and the answer lost.
    fault(&server, r#"{"method": "DELETE", "action": {"drop_after": {}}}"#);
    let error = rotation.commit(false).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(rotation.abort().unwrap_err().kind(), ErrorKind::Conflict);
    rotation.commit(false).unwrap();
    assert_eq!(names(&server).len(), 2);
    assert!(works(&server, &rotation.plain_token().unwrap()));
}

#[test]
fn a_lost_create_is_made_good_under_the_name_that_the_record_has() {
    let server = support::server();
    let client = support::client(&server);
    let prepared = RotateToken::id(desktop(&server)).prepare_only(true);
    let rotation = client.rotate_token(&prepared, Some("ada")).unwrap();
    let name = rotation.record().token_name;
    fault(&server, r#"{"method": "POST", "action": {"drop_after": {}}}"#);
    rotation.create().unwrap();
    assert_eq!(rotation.token().unwrap().name(), name);
    assert_eq!(names(&server).len(), 3);
    rotation.commit(false).unwrap();
    assert_eq!(names(&server).len(), 2);
}

#[test]
fn an_interrupted_create_of_a_successor_is_finished_in_the_background() {
    let server = support::server();
    let (client, warnings) = observing(&server);
    let old_id = desktop(&server);
    fault(&server, r#"{"method": "POST", "action": {"delay_answer": {"ms": 1500}}}"#);
    let cancel = CancelToken::new();
    let handle = client.with_cancel(&cancel);
    thread::scope(|scope| {
        let call = scope.spawn(move || handle.rotate_token(&RotateToken::id(old_id), Some("ada")).map(drop));
        let began = Instant::now();
        while names(&server).len() != 3 {
            assert!(began.elapsed() < Duration::from_secs(20), "the successor never came");
            thread::sleep(Duration::from_millis(5));
        }
        cancel.cancel();
        assert_eq!(call.join().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    });
    assert!(client.close().unwrap());
    assert_eq!(names(&server), ["desktop", "laptop"]);
    assert!(warnings.lock().unwrap().is_empty(), "no rotation was left open");
}

#[test]
fn an_abort_cleans_up_after_a_cancellation() {
    let server = support::server();
    let cancel = CancelToken::new();
    let rotation = rotate(&support::client(&server).with_cancel(&cancel), &desktop(&server));
    cancel.cancel();
    assert_eq!(rotation.commit(false).unwrap_err().kind(), ErrorKind::Cancelled);
    rotation.abort().unwrap();
    assert_eq!(names(&server), ["desktop", "laptop"]);
}

#[test]
fn one_call_at_a_time_changes_a_rotation() {
    let server = support::server();
    let client = support::client(&server);
    let rotation = rotate(&client, &desktop(&server));
    fault(&server, r#"{"method": "DELETE", "action": {"hold_answer": {}}}"#);
    thread::scope(|scope| {
        let first = scope.spawn(|| rotation.commit(false));
        let began = Instant::now();
        while names(&server).len() != 2 {
            assert!(began.elapsed() < Duration::from_secs(20), "the delete never came");
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(rotation.abort().unwrap_err().kind(), ErrorKind::Conflict);
        server.release_held();
        first.join().unwrap().unwrap();
    });
    assert_eq!(rotation.record().stage, RotationStage::Committed);
}

#[test]
fn a_rotation_that_could_not_be_handed_over_is_undone() {
    let server = support::server();
    let client = support::client(&server);
    rotate(&client, &desktop(&server)).discard();
    assert!(client.close().unwrap());
    assert_eq!(names(&server), ["desktop", "laptop"]);
}

#[test]
fn a_name_that_several_tokens_have_is_refused_with_what_tells_them_apart() {
    let server = support::server();
    let client = support::client(&server);
    let rotation = rotate(&client, &desktop(&server));
    rotation.commit(true).unwrap();
    let error = client.rotate_token(&RotateToken::named("desktop"), Some("ada")).unwrap_err();
    assert_eq!((error.kind(), error.candidate_token_ids().len()), (ErrorKind::Conflict, 2));
    assert!(error.message().contains("last used never") && error.message().contains("created 2"), "{error}");
    let error = client.rotate_token(&RotateToken::named("nosuch"), Some("ada")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let exact = RotateToken::named(rotation.record().token_name);
    client.rotate_token(&exact, Some("ada")).unwrap().abort().unwrap();
}
