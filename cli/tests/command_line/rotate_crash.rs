//! `rotate` killed at each step, and what the next run makes of it: a working token is held at every instant, and in the end
//! one token is left.

use netbird_mock::world::{Action, Fault};
use serde_json::json;

use crate::rotate_desk::{Desk, fault};
use crate::support::{Ran, run, wait_until};

/// Where a run is killed, what it leaves, and what becomes of it.
struct Step {
    what: &'static str,
    /// The request during which it is killed.
    method: &'static str,
    skip: u32,
    action: fn() -> Action,
    /// What is changed afterwards, for steps without a request: the journal's stage, and whether the file is as before.
    rewrite: Option<(&'static str, bool)>,
    /// What it leaves: the number of tokens that work, whether the file holds the new one, the stage in the journal.
    tokens: usize,
    holds_new: bool,
    stage: &'static str,
    /// Whether the new token is in use in the end.
    is_finished: bool,
}

const HOLD: fn() -> Action = || Action::Hold {};
const HOLD_ANSWER: fn() -> Action = || Action::HoldAnswer {};

#[rustfmt::skip]
const STEPS: &[Step] = &[
    Step { what: "before the create", method: "POST", skip: 0, action: HOLD, rewrite: None,
           tokens: 1, holds_new: false, stage: "planned", is_finished: false },
    Step { what: "created, no answer yet", method: "POST", skip: 0, action: HOLD_ANSWER, rewrite: None,
           tokens: 2, holds_new: false, stage: "planned", is_finished: false },
    Step { what: "created, not stored", method: "GET", skip: 1, action: HOLD, rewrite: Some(("created", true)),
           tokens: 2, holds_new: false, stage: "created", is_finished: false },
    Step { what: "stored, not yet written down", method: "GET", skip: 1, action: HOLD, rewrite: Some(("created", false)),
           tokens: 2, holds_new: true, stage: "created", is_finished: true },
    Step { what: "before the proof", method: "GET", skip: 1, action: HOLD, rewrite: None,
           tokens: 2, holds_new: true, stage: "stored", is_finished: true },
    Step { what: "before the revocation", method: "DELETE", skip: 0, action: HOLD, rewrite: None,
           tokens: 2, holds_new: true, stage: "stored", is_finished: true },
    Step { what: "revoked, no answer yet", method: "DELETE", skip: 0, action: HOLD_ANSWER, rewrite: None,
           tokens: 1, holds_new: true, stage: "stored", is_finished: true },
];

/// Kills a rotation of `laptop` at a step, and checks what is left.
fn killed(step: &Step, args: &[&str]) -> Desk {
    let desk = Desk::new();
    let before = std::fs::read_to_string(desk.file()).unwrap();
    fault(&desk.server, step.method, step.skip, (step.action)());
    let mut child = desk.rotation(&["laptop"]).args(args).spawn().unwrap();
    let arrived = || {
        let requests = desk.server.0.requests();
        let tokens = requests.iter().filter(|seen| seen.target.contains("/tokens") && seen.method == step.method);
        tokens.count() > step.skip as usize
    };
    wait_until(step.what, arrived);
    // The server acts on a request after it has noted it.
    wait_until(step.what, || desk.ids().len() == step.tokens);
    child.kill().unwrap();
    child.wait().unwrap();
    desk.server.0.clear_faults();
    if let Some((stage, is_file_old)) = step.rewrite {
        let mut journal = desk.journal();
        journal["rotation"]["stage"] = json!(stage);
        std::fs::write(desk.path("token.rotation"), journal.to_string()).unwrap();
        if is_file_old {
            std::fs::write(desk.file(), before).unwrap();
        }
    }
    assert_eq!(desk.journal()["rotation"]["stage"], step.stage, "{}", step.what);
    assert_eq!(desk.held().as_deref() != Some("laptop"), step.holds_new, "{}", step.what);
    assert_eq!(desk.ids().len(), step.tokens, "{}", step.what);
    assert!(desk.held().is_some(), "{}: a working token is held", step.what);
    desk
}

/// Checks that one token is left, and that the file holds it.
#[track_caller]
fn is_whole(desk: &Desk, step: &Step, ran: &Ran) {
    assert_eq!(desk.ids(), [desk.held().unwrap()], "{}: {ran:?}", step.what);
    let leftovers = desk.names().into_iter().filter(|name| name.starts_with('.')).count();
    assert_eq!(leftovers, 0, "{}: {:?}", step.what, desk.names());
}

#[test]
fn resume_finishes_what_was_killed() {
    for step in STEPS {
        let desk = killed(step, &[]);
        let ran = run(desk.command(&["rotate", "resume", "-o", "json", "--write-to"]).arg(desk.file())).ok();
        assert_eq!(
            ran.json()["outcome"],
            if step.is_finished { "finished" } else { "undone" },
            "{}: {ran:?}",
            step.what
        );
        is_whole(&desk, step, &ran);
        assert_eq!(desk.held().as_deref() != Some("laptop"), step.is_finished, "{}", step.what);
        let ran = desk.rotate(&["resume"]);
        assert_eq!(ran.status, 71, "{}: {ran:?}", step.what);
    }
}

#[test]
fn the_next_run_finishes_what_was_killed() {
    for step in STEPS {
        let desk = killed(step, &[]);
        let ran = desk.rotate(&["laptop", "-o", "json"]).ok();
        assert_eq!(
            ran.json()["outcome"],
            if step.is_finished { "finished" } else { "rotated" },
            "{}: {ran:?}",
            step.what
        );
        is_whole(&desk, step, &ran);
        assert_ne!(desk.held().as_deref(), Some("laptop"), "{}", step.what);
    }
}

#[test]
fn what_was_killed_with_an_overlap_keeps_both_tokens() {
    for step in STEPS.iter().filter(|step| step.is_finished && step.method == "GET") {
        let desk = killed(step, &["--overlap", "24h"]);
        let line = ["laptop", "--if-expires-within", "14d", "--overlap", "24h", "-o", "json"];
        let ran = desk.rotate(&line).ok();
        assert_eq!(ran.json()["outcome"], "finished", "{ran:?}");
        assert_eq!(desk.ids().len(), 2, "{}", step.what);
        assert_eq!(desk.journal()["superseded"][0]["token_id"], "laptop");
        desk.server.0.advance_clock(25 * 3600);
        assert_eq!(desk.rotate(&line).status, 71);
        is_whole(&desk, step, &ran);
    }
}

#[test]
fn a_run_that_fails_half_way_is_finished_by_the_next() {
    let desk = Desk::new();
    fault(&desk.server, "DELETE", 0, crate::support::answer(403, "permission denied"));
    let ran = desk.rotate(&["laptop"]);
    assert_eq!(ran.status, 11, "{ran:?}");
    assert!(ran.err.contains("next: netbird-tokens rotate resume --journal "), "{ran:?}");
    assert_eq!(desk.ids().len(), 2);
    // The command that it names works.
    let next = ran.err.lines().find_map(|line| line.trim().strip_prefix("next: netbird-tokens ")).unwrap();
    run(&mut desk.command(&next.split(' ').collect::<Vec<_>>())).ok();
    assert_eq!(desk.ids(), [desk.held().unwrap()]);
}

#[test]
fn an_answer_that_is_lost_is_undone_by_the_next_run() {
    let desk = Desk::new();
    fault(&desk.server, "POST", 0, Action::DropAfter { reset: true });
    // Nor can the library find out what it did: of the requests that read, only the first gets through.
    desk.server.0.push_fault(Fault {
        method: Some("GET".to_owned()),
        target_contains: Some("/tokens".to_owned()),
        skip: 1,
        times: Some(0),
        action: crate::support::answer(500, "no"),
    });
    let ran = desk.rotate(&["laptop"]);
    assert_eq!(ran.status, 30, "{ran:?}");
    desk.server.0.clear_faults();
    assert_eq!((desk.ids().len(), desk.held().as_deref()), (2, Some("laptop")));
    let ran = desk.rotate(&["resume"]).ok();
    assert!(ran.err.contains("no new token is left"), "{ran:?}");
    desk.is_untouched_but_for_the_delete();
}

#[test]
fn a_file_that_is_gone_is_not_taken_for_a_success() {
    let step = STEPS.iter().find(|step| step.what == "before the proof").unwrap();
    let desk = killed(step, &[]);
    let aside = desk.path("aside");
    std::fs::rename(desk.file(), &aside).unwrap();
    let resume = || {
        let mut command = desk.server.with_token("laptop");
        run(command.args(["rotate", "resume", "--write-to"]).arg(desk.file()))
    };
    let ran = resume();
    assert_eq!(ran.status, 3, "{ran:?}");
    assert_eq!(desk.ids().len(), 2);
    std::fs::write(desk.file(), desk.server.plain("laptop")).unwrap();
    let ran = resume();
    assert_eq!(ran.status, 2, "{ran:?}");
    assert_eq!(desk.ids().len(), 2);
    std::fs::rename(&aside, desk.file()).unwrap();
    resume().ok();
    assert_eq!(desk.ids(), [desk.held().unwrap()]);
}
