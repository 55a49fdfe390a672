//! `check`: the reasons for which a credential does not work have each a word and an exit status.

use netbird_mock::world::{Action, TokenSeed, UserSeed, World};
use serde_json::Value;

use crate::support::{ALICE, BOT, Ran, Server, answer, program, run};

fn check(server: &Server, token_id: &str) -> Ran {
    run(server.with_token(token_id).args(["check", "-o", "json"]))
}

#[track_caller]
fn is(ran: &Ran, state: &str, status: i32) {
    assert_eq!((ran.json()["state"].as_str().unwrap(), ran.status), (state, status), "{ran:?}");
    assert_eq!(ran.json()["works"], status == 0);
    if status != 0 {
        assert!(ran.json_error()["message"].as_str().unwrap().len() > 10, "{ran:?}");
    }
    assert!(!(ran.out.clone() + &ran.err).contains("nbp_"), "{ran:?}");
}

#[test]
fn a_working_one_says_whose_it_is_and_which_and_when_it_expires() {
    let server = Server::start();
    let ran = check(&server, "laptop");
    is(&ran, "working", 0);
    let json = ran.json();
    assert_eq!((&json["user"]["id"], &json["token"]["id"]), (&ALICE.into(), &"laptop".into()));
    assert_eq!(json["expires_at"], json["token"]["expiration_date"]);
    assert!(json["last_used"].is_string() && json["kind"] == "pat");

    let ran = check(&server, "pipeline");
    is(&ran, "working", 0);
    assert_eq!((&ran.json()["user"]["id"], &ran.json()["token"]["id"]), (&BOT.into(), &"pipeline".into()));
}

#[test]
fn a_role_that_may_not_list_its_tokens_works_all_the_same() {
    let ran = check(&Server::start(), "ulis");
    is(&ran, "working", 0);
    assert_eq!((&ran.json()["user"]["id"], &ran.json()["token"]), (&"uli".into(), &Value::Null));
}

#[test]
fn where_the_servers_clock_is_too_coarse_the_token_is_not_guessed() {
    let world = World { digits: Some(0), clock: Some("2026-06-01T12:00:00Z".to_owned()), ..World::default() };
    let ran = check(&Server::with(world), "laptop");
    is(&ran, "working", 0);
    assert!(ran.json()["token"].is_null() || ran.json()["token"]["id"] == "laptop", "{ran:?}");
}

#[test]
fn a_jwt_says_itself_when_it_expires() {
    let server = Server::start();
    let ran =
        run(server.with_token("laptop").env("NB_PAT", server.0.issue_jwt(ALICE, 3600)).args(["check", "-o", "json"]));
    is(&ran, "working", 0);
    assert_eq!((&ran.json()["kind"], &ran.json()["token"]), (&"bearer".into(), &Value::Null));
    assert!(ran.json()["expires_at"].is_string());
}

#[test]
fn a_malformed_one_is_seen_without_asking() {
    let server = Server::start();
    let ran = run(server.with_token("laptop").env("NB_PAT", "nbp_short").args(["check", "-o", "json"]));
    assert_eq!((ran.json()["state"].as_str(), ran.status), (Some("malformed"), 4), "{ran:?}");
    assert_eq!(ran.json_error()["kind"], "invalid_credential");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_revoked_or_unknown_one() {
    let server = Server::start();
    let unknown = Server::start().plain("laptop");
    let ran = run(server.with_token("laptop").env("NB_PAT", unknown).args(["check", "-o", "json"]));
    is(&ran, "unknown", 51);
}

#[test]
fn an_expired_one() {
    is(&check(&Server::start(), "old"), "refused", 52);
}

#[test]
fn a_blocked_and_a_pending_user() {
    let server = Server::start();
    is(&check(&server, "beas"), "blocked", 53);
    is(&check(&server, "pias"), "pending_approval", 54);
}

#[test]
fn a_forbidden_one() {
    let server = Server::start();
    server.fault("GET", answer(403, "permission denied"));
    is(&check(&server, "laptop"), "forbidden", 55);
}

#[test]
fn a_server_that_fails_is_no_statement_about_the_credential() {
    let server = Server::start();
    server.fault("GET", Action::DropBefore { reset: false });
    let ran = run(server.with_token("laptop").args(["check", "-o", "json", "--max-retries", "0"]));
    assert_eq!((ran.status, ran.out.as_str()), (23, ""), "{ran:?}");
}

#[test]
fn offline_sends_nothing() {
    let server = Server::start();
    let ran = run(server.with_token("laptop").args(["check", "--offline", "-o", "json"]));
    assert_eq!((ran.json()["state"].as_str(), ran.status), (Some("well_formed"), 0), "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn people_get_the_same_in_words() {
    let server = Server::start();
    let ran = server.run(&["check"]).ok();
    for text in ["working", "alice", "laptop", "Expires:", "Last used:"] {
        assert!(ran.out.contains(text), "{text}: {ran:?}");
    }
    let ran = run(server.with_token("beas").arg("check"));
    assert!(ran.out.contains("blocked") && ran.err.contains("administrator"), "{ran:?}");
}

#[test]
fn a_dead_credential_fails_even_without_a_reader() {
    let server = Server::start();
    for output in ["table", "json"] {
        let gone = || {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            writer
        };
        for (token, status) in [("old", 52), ("beas", 53), ("laptop", 0)] {
            let ran = run(server.with_token(token).args(["check", "-o", output]).stdout(gone()));
            assert_eq!(ran.status, status, "{ran:?}");
        }
        let mut malformed = server.with_token("laptop");
        let ran = run(malformed.env("NB_PAT", "nbp_short").args(["check", "-o", output]).stdout(gone()));
        assert_eq!(ran.status, 4, "{ran:?}");
    }
}

#[test]
fn a_user_without_a_name_is_shown_by_its_id() {
    let nameless = UserSeed {
        id: "nameless".to_owned(),
        role: "owner".to_owned(),
        tokens: vec![TokenSeed { id: Some("t".to_owned()), name: "t".to_owned(), ..TokenSeed::default() }],
        ..UserSeed::default()
    };
    let server = Server::with(World { users: vec![nameless], ..World::default() });
    let ran = run(server.with_token("t").arg("check")).ok();
    assert!(ran.out.contains("User:       nameless (person"), "{ran:?}");
}

#[test]
fn no_credential_at_all_is_a_matter_of_configuration() {
    let ran = run(program().arg("check"));
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.err.contains("NB_PAT"), "{ran:?}");
}
