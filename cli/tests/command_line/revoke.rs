//! `revoke`: asks, and does nothing unless the answer is yes.

use std::io::{Read as _, Write as _};

use netbird_mock::world::TokenSeed;

use crate::support::{ALICE, Ran, Server, finish, interrupt, run, terminal};

fn server_with_victim() -> Server {
    let server = Server::start();
    let victim =
        TokenSeed { id: Some("victim".to_owned()), name: "CI \u{1b}[31mtoken".to_owned(), ..TokenSeed::default() };
    server.0.add_token(ALICE, victim).unwrap();
    server
}

fn answered(server: &Server, answer: &[u8]) -> Ran {
    let (mut person, stdin) = terminal();
    let child = server.with_token("laptop").args(["revoke", "victim"]).stdin(stdin).spawn().unwrap();
    person.write_all(answer).unwrap();
    finish(child)
}

fn is_there(server: &Server) -> bool {
    server.0.tokens(ALICE).iter().any(|token| token.id == "victim")
}

#[test]
fn it_shows_the_token_and_goes_on_after_a_yes() {
    for answer in [b"y\n" as &[u8], b"YES\n"] {
        let server = server_with_victim();
        let ran = answered(&server, answer).ok();
        assert!(ran.err.contains("victim") && ran.err.contains("Expires:") && ran.err.contains("[y/N]"), "{ran:?}");
        assert!(!ran.err.contains('\u{1b}') && ran.err.contains(r"\u{1b}[31m"), "{ran:?}");
        assert_eq!(ran.out, "");
        assert!(!is_there(&server));
    }
}

#[test]
fn anything_else_is_a_no() {
    for answer in [b"n\n" as &[u8], b"\n", b"yesterday\n", b"\x04"] {
        let server = server_with_victim();
        let ran = answered(&server, answer);
        assert_eq!(ran.status, 40, "{ran:?}");
        assert!(is_there(&server));
    }
}

#[test]
fn an_interrupt_at_the_question_does_nothing() {
    let server = server_with_victim();
    let (_person, stdin) = terminal();
    let mut child = server.with_token("laptop").args(["revoke", "victim"]).stdin(stdin).spawn().unwrap();
    let mut err = child.stderr.take().unwrap();
    let mut shown = Vec::new();
    while !shown.ends_with(b"[y/N] ") {
        let mut byte = [0];
        err.read_exact(&mut byte).unwrap();
        shown.extend(byte);
    }
    interrupt(&child);
    let mut rest = String::new();
    err.read_to_string(&mut rest).unwrap();
    assert_eq!(finish(child).status, 130, "{rest}");
    assert!(rest.contains("Nothing was done"), "{rest}");
    assert!(is_there(&server));
}

#[test]
fn without_a_terminal_and_without_yes_it_refuses() {
    let server = server_with_victim();
    let ran = server.run(&["revoke", "victim"]);
    assert_eq!(ran.status, 40, "{ran:?}");
    assert!(ran.err.contains("--yes"), "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn yes_skips_the_question_and_the_look() {
    let server = server_with_victim();
    let args = ["revoke", "victim", "--yes", "--user-id", ALICE, "-o", "json"];
    let json = run(server.with_token("laptop").args(args)).ok().json();
    assert_eq!(json, serde_json::json!({"id": "victim", "revoked": true}));
    assert_eq!(server.arrived(), ["DELETE /api/users/google-oauth2%7Calice/tokens/victim"]);
}

#[test]
fn a_token_that_is_not_there_is_an_error() {
    let ran = Server::start().run(&["revoke", "nope", "-y"]);
    assert_eq!(ran.status, 12, "{ran:?}");
    assert!(ran.err.contains("next: netbird-tokens list"), "{ran:?}");
}
