//! `demo`: its exit status is true, it shows no secret and leaves nothing behind.

use std::process::Child;

use netbird_mock::world::{Action, Fault};

use crate::support::{ALICE, BOT, Server, finish, interrupt, program, run, wait_until};

fn nothing_is_left(server: &Server) {
    for user in [ALICE, BOT] {
        assert!(!server.names(user).iter().any(|name| name.contains("demo")), "{user}");
    }
}

/// Whether ten characters in a row of a PAT's secret part are anywhere in the text.
fn shows_a_secret(text: &str) -> bool {
    let shown = |(at, _): (usize, &str)| text[at + 4..].chars().take_while(char::is_ascii_alphanumeric).count() >= 10;
    text.match_indices("nbp_").any(shown)
}

#[test]
fn every_step_passes_on_its_own_server() {
    let ran = run(program().arg("demo")).ok();
    assert!(ran.out.ends_with("All 10 steps passed.\n"), "{ran:?}");
    assert!(!shows_a_secret(&ran.out) && !shows_a_secret(&ran.err), "{ran:?}");
    for shown in [
        "$ netbird-tokens list",
        "$ netbird-tokens create",
        "$ netbird-tokens rotate",
        "$ netbird-tokens audit",
        "[exit status 10]",
        "[exit status 51]",
        "checksum",
    ] {
        assert!(ran.out.contains(shown), "{shown}: {ran:?}");
    }
}

#[test]
fn every_step_passes_on_a_given_server_for_people_service_users_and_jwts() {
    let server = Server::start();
    let jwt = server.0.issue_jwt(ALICE, 3600);
    for credential in [server.plain("laptop"), server.plain("pipeline"), jwt] {
        let mut command = program();
        let ran = run(command.args(["demo", "--server", &server.0.url()]).env("NB_PAT", &credential)).ok();
        assert!(!ran.out.contains(&credential), "{ran:?}");
        nothing_is_left(&server);
    }
}

#[test]
fn a_step_that_fails_ends_the_demo_and_leaves_nothing() {
    let server = Server::start();
    // The revoke is answered as a success, but is not done.
    let lie = Action::Answer {
        status: 200,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: "{}".to_owned(),
        act: false,
    };
    let once = |method: &str, skip, action| Fault {
        method: Some(method.to_owned()),
        target_contains: Some(format!("{ALICE}/tokens").replace('|', "%7C")),
        skip,
        times: Some(1),
        action,
    };
    server.0.push_fault(once("DELETE", 0, lie));
    let ran = run(program().args(["demo", "--server", &server.0.url()]).env("NB_PAT", server.plain("laptop")));
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.err.contains("failed. Expected"), "{ran:?}");
    nothing_is_left(&server);

    // The create was acted on and its answer lost.
    server.0.push_fault(once("POST", 0, Action::DropAfter { reset: false }));
    let ran = run(program().args(["demo", "--server", &server.0.url()]).env("NB_PAT", server.plain("laptop")));
    assert_eq!(ran.status, 1, "{ran:?}");
    nothing_is_left(&server);
}

/// A demo that has created its token.
fn started(server: &Server) -> Child {
    let mut command = program();
    command.args(["demo", "--server", &server.0.url()]).env("NB_PAT", server.plain("laptop"));
    let child = command.spawn().unwrap();
    wait_until("it has created its token", || server.names(ALICE).iter().any(|name| name.contains("demo")));
    child
}

#[test]
fn an_interrupt_leaves_nothing() {
    let server = Server::start();
    let child = started(&server);
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    nothing_is_left(&server);
}

#[test]
fn a_signal_that_arrives_twice_is_one() {
    let server = Server::start();
    let child = started(&server);
    // As `timeout` sends it: to the program, and then to its group.
    for _ in 0..3 {
        interrupt(&child);
    }
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert!(!ran.err.contains("interrupted again"), "{ran:?}");
    nothing_is_left(&server);
}

#[test]
fn a_second_interrupt_leaves_without_cleaning_up() {
    let server = Server::start();
    let mut child = started(&server);
    server.fault("GET", Action::Delay { ms: 600_000 });
    interrupt(&child);
    // Longer than the time in which signals count as one. Cleaning up takes as long as the server does not answer.
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    assert!(child.try_wait().unwrap().is_none(), "it is cleaning up");
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert!(ran.err.contains("interrupted again"), "{ran:?}");
}

#[test]
fn a_server_that_is_not_there_is_no_success() {
    let ran =
        run(program().args(["demo", "--server", "http://127.0.0.1:1"]).env("NB_PAT", Server::start().plain("laptop")));
    assert_eq!(ran.status, 20, "{ran:?}");
}
