//! `create`: what is created, and where its secret goes.

use std::os::unix::fs::PermissionsExt as _;

use netbird_mock::world::{Action, Fault};

use crate::support::{ALICE, Server, is_pat, run};

#[test]
fn the_secret_is_alone_on_standard_output() {
    let server = Server::start();
    let ran = server.run(&["create", "ci", "--expires-in", "30"]).ok();
    let secret = ran.out.as_str();
    assert!(is_pat(secret), "without a newline, which a secret store would keep: {ran:?}");
    let id = server.0.tokens(ALICE).into_iter().find(|token| token.name == "ci").unwrap().id;
    assert_eq!(server.plain(&id), secret);
    assert!(ran.err.contains(&id) && !ran.err.contains("nbp_"), "{ran:?}");
}

#[test]
fn json_is_one_object_with_the_token_and_its_secret() {
    let server = Server::start();
    let json = server.run(&["create", "--name", "ci", "-o", "json"]).ok().json();
    assert_eq!(json["token"]["name"], "ci");
    assert_eq!(json["token"]["user_id"], ALICE);
    assert_eq!(json["plain_token"], server.plain(json["token"]["id"].as_str().unwrap()));
}

#[test]
fn a_secret_file_is_new_and_private_and_nothing_secret_is_printed() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let ran = run(server.with_token("laptop").args(["create", "ci", "-o", "json", "--secret-file"]).arg(&path)).ok();
    let secret = std::fs::read_to_string(&path).unwrap();
    assert!(is_pat(&secret));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!(ran.out.clone() + &ran.err).contains(&secret));
    assert_eq!(ran.json()["plain_token"], "nbp_****");

    let args = ["whoami", "-o", "json", "--token-file"];
    let me = run(server.with_token("laptop").env_remove("NB_PAT").args(args).arg(&path)).ok();
    assert_eq!(me.json()["id"], ALICE);
}

#[test]
fn a_lifetime_is_days_or_a_length_of_time() {
    let server = Server::start();
    for (text, least) in [("30", 29), ("4w", 27), ("48h", 1)] {
        let json = server.run(&["create", "ci", "--expires-in", text, "-o", "json"]).ok().json();
        let left = json["token"]["days_left"].as_i64().unwrap();
        assert!(left == least || left == least + 1, "{text}: {left}");
    }
    let ran = server.run(&["create", "ci", "--expires-in", "12h"]);
    assert!(ran.status == 2 && ran.err.contains("4w"), "the error shows the form: {ran:?}");
}

#[test]
fn a_bad_path_costs_no_token() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "mine").unwrap();
    for path in [path.clone(), folder.path().join("no/such/folder")] {
        let ran = run(server.with_token("laptop").args(["create", "ci", "--secret-file"]).arg(path));
        assert_eq!(ran.status, 2, "{ran:?}");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_failed_create_leaves_no_empty_secret_file() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let ran = run(server.with_token("ulis").args(["create", "ci", "--secret-file"]).arg(&path));
    assert_eq!(ran.status, 11, "{ran:?}");
    assert!(!path.exists());
}

#[test]
fn a_hyphen_for_the_secret_file_is_standard_output() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let ran = run(server.with_token("laptop").args(["create", "ci", "--secret-file", "-"]).current_dir(&folder)).ok();
    assert!(is_pat(&ran.out), "{ran:?}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

/// The names of Alice's tokens that are `ci` with a tag.
fn tagged(server: &Server) -> Vec<String> {
    server.names(ALICE).into_iter().filter(|name| name.starts_with("ci #")).collect()
}

#[test]
fn a_tag_is_appended_to_the_name_in_both_forms_of_the_command() {
    let server = Server::start();
    server.run(&["create", "ci", "--tag"]).ok();
    let json = server.run(&["token", "--create", "--name", "ci", "--tag", "-o", "json"]).ok().json();
    let names = tagged(&server);
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0] != names[1] && names.contains(&json["token"]["name"].as_str().unwrap().to_owned()), "{names:?}");
}

fn lose_the_answer(server: &Server) {
    server.0.push_fault(Fault {
        method: Some("POST".to_owned()),
        target_contains: None,
        skip: 0,
        times: Some(1),
        action: Action::DropAfter { reset: false },
    });
}

#[test]
fn a_lost_answer_names_the_candidates_and_advises_to_inspect_them() {
    let server = Server::start();
    lose_the_answer(&server);
    let ran = server.run(&["create", "ci"]);
    assert_eq!(ran.status, 30, "{ran:?}");
    let id = server.0.tokens(ALICE).into_iter().find(|token| token.name == "ci").unwrap().id;
    assert!(ran.err.contains("  token name: ci\n"), "{ran:?}");
    assert!(ran.err.contains(&format!("  tokens to look at: {id}\n")), "{ran:?}");
    assert!(ran.err.contains(&format!("  next: netbird-tokens inspect {id}\n")), "{ran:?}");
    assert!(!ran.err.contains("netbird-tokens revoke"), "it may be somebody else's: {ran:?}");
    assert_eq!(ran.out, "");
}

#[test]
fn a_lost_answer_with_a_tag_names_the_very_token_to_revoke() {
    let server = Server::start();
    lose_the_answer(&server);
    let ran = server.run(&["create", "ci", "--tag", "-o", "json"]);
    let error = ran.json_error();
    assert_eq!((ran.status, &error["kind"]), (30, &"outcome_unknown".into()), "{ran:?}");
    assert_eq!(tagged(&server), [error["token_name"].as_str().unwrap()]);

    lose_the_answer(&server);
    let ran = server.run(&["create", "other", "--tag"]);
    let token = server.0.tokens(ALICE).into_iter().find(|token| token.name.starts_with("other #")).unwrap();
    assert!(ran.err.contains(&format!("  token name: {}\n", token.name)), "{ran:?}");
    assert!(ran.err.contains(&format!("  next: netbird-tokens revoke {}\n", token.id)), "{ran:?}");
}

#[test]
fn revoke_and_retry_hands_out_the_second_token() {
    let server = Server::start();
    lose_the_answer(&server);
    let ran = server.run(&["create", "ci", "--tag", "--on-unknown", "revoke-and-retry"]).ok();
    let left: Vec<_> = server.0.tokens(ALICE).into_iter().filter(|token| token.name.starts_with("ci")).collect();
    assert_eq!(left.len(), 1);
    assert_eq!(server.plain(&left[0].id), ran.out);
}

#[test]
fn revoke_and_retry_needs_a_tag() {
    let server = Server::start();
    for args in [&["create", "ci"] as &[&str], &["token", "--create", "ci"]] {
        let ran = run(server.with_token("laptop").args(args).args(["--on-unknown", "revoke-and-retry"]));
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains("--tag"), "{ran:?}");
    }
    assert_eq!(server.arrived(), [""; 0]);
}
