//! `rotate --no-tag`: the name stays as it is, and what cannot be resumed is named at once.

use netbird_mock::world::Action;
use serde_json::json;

use crate::rotate_desk::{Desk, fault};
use crate::support::{ALICE, finish, interrupt, wait_until};

fn names(desk: &Desk) -> Vec<String> {
    let tokens = desk.server.0.tokens(ALICE).into_iter();
    tokens.filter(|token| desk.ids().contains(&token.id)).map(|token| token.name).collect()
}

#[test]
fn the_successor_has_the_bare_name() {
    let desk = Desk::new();
    for _ in 0..2 {
        desk.rotate(&["--no-tag", "--name", "laptop"]).ok();
        assert_eq!(names(&desk), ["laptop"]);
        assert_eq!(desk.held(), desk.ids().pop());
    }
    assert_eq!(desk.journal()["rotation"]["is_tagged"], false);
}

#[test]
fn a_lost_answer_names_the_candidate_and_the_next_run_is_not_held_up() {
    let desk = Desk::new();
    fault(&desk.server, "POST", 0, Action::DropAfter { reset: false });
    let ran = desk.rotate(&["laptop", "--no-tag", "-o", "json"]);
    let error = ran.json_error();
    assert_eq!(error["kind"], "outcome_unknown", "{ran:?}");
    let lost = desk.ids().into_iter().find(|id| id != "laptop").expect("the server made one");
    assert_eq!(error["candidate_token_ids"], json!([lost]));
    assert!(!ran.err.contains("resume"), "{ran:?}");
    assert!(!desk.path("token.rotation").exists());
    assert_eq!(desk.held().as_deref(), Some("laptop"));
    desk.rotate(&["laptop", "--no-tag"]).ok();
    assert!(desk.ids().contains(&lost), "which only a person can judge");
}

#[test]
fn an_interrupted_create_leaves_nothing() {
    let desk = Desk::new();
    fault(&desk.server, "POST", 0, Action::DelayAnswer { ms: 1_000 });
    let child = desk.rotation(&["laptop", "--no-tag"]).spawn().unwrap();
    wait_until("the token is there", || desk.ids().len() == 2);
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert_eq!(desk.ids(), ["laptop"]);
    assert!(!desk.path("token.rotation").exists());
}

#[test]
fn a_run_that_was_killed_in_its_create_is_for_a_person_to_finish() {
    let desk = Desk::new();
    fault(&desk.server, "POST", 0, Action::HoldAnswer {});
    let mut child = desk.rotation(&["laptop", "--no-tag"]).spawn().unwrap();
    wait_until("the token is there", || desk.ids().len() == 2);
    child.kill().unwrap();
    child.wait().unwrap();
    desk.server.0.release_held();
    let before = desk.ids();
    for args in [&["laptop", "--no-tag"][..], &["resume"]] {
        let ran = desk.rotate(args);
        assert_eq!(ran.status, 13, "{ran:?}");
        assert!(ran.err.contains("without a tag") && ran.err.contains("netbird-tokens list"), "{ran:?}");
        assert_eq!(desk.ids(), before);
    }
    std::fs::remove_file(desk.path("token.rotation")).unwrap();
    desk.rotate(&["laptop", "--no-tag"]).ok();
    assert!(desk.held().is_some_and(|id| !before.contains(&id)));
}

#[test]
fn resume_has_no_use_for_it() {
    let desk = Desk::new();
    let ran = desk.rotate(&["resume", "--no-tag"]);
    assert_eq!(ran.status, 2, "{ran:?}");
}
