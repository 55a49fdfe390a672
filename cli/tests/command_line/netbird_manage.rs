//! Every command line in the guide to another tool's token commands works here, with only the program's name changed.

use std::io::Write as _;

use netbird_mock::world::TokenSeed;

use crate::support::{ALICE, BOT, Server, finish, is_pat, terminal};

const GUIDE: &str = include_str!("netbird-manage.sh");
const TOKEN_ID: &str = "tok-abc123xyz";

/// The command lines, split into words as a shell splits them.
fn command_lines() -> Vec<Vec<String>> {
    let text = GUIDE.replace("\\\n", " ");
    text.lines().filter(|line| line.starts_with("netbird-manage")).map(words).collect()
}

fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_command_line_works() {
    let lines = command_lines();
    assert_eq!(lines.len(), 14, "{lines:#?}");
    for line in lines {
        let as_bot = line.contains(&"--user-id".to_owned());
        let args: Vec<String> =
            line[1..].iter().map(|word| word.replace("<user-id>", BOT).replace("<token-id>", TOKEN_ID)).collect();
        works(&args, as_bot);
    }
}

fn works(args: &[String], as_bot: bool) {
    let server = Server::start();
    let (owner, own_token) = if as_bot { (BOT, "pipeline") } else { (ALICE, "laptop") };
    let id = Some(TOKEN_ID.to_owned());
    server.0.add_token(owner, TokenSeed { id, name: "the one".to_owned(), ..TokenSeed::default() }).unwrap();

    let (mut person, stdin) = terminal();
    let child = server.with_token(own_token).args(args).stdin(stdin).spawn().unwrap();
    if args.contains(&"--revoke".to_owned()) {
        person.write_all(b"y\n").unwrap();
    }
    let ran = finish(child);
    assert_eq!(ran.status, 0, "{args:?}: {ran:?}");

    let after = |option: &str| args.iter().position(|word| word == option).map(|at| args[at + 1].as_str());
    let names = server.names(owner);
    if let Some(name) = after("--name") {
        assert!(is_pat(&ran.out), "{args:?}: {ran:?}");
        assert!(names.contains(&name.to_owned()), "{args:?}: {names:?}");
        let days = after("--expires-in").unwrap_or("90");
        let body = server.0.requests().into_iter().find(|seen| seen.method == "POST").unwrap().body;
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["expires_in"].to_string(), days, "{args:?}");
    } else if after("--revoke").is_some() {
        assert!(!names.contains(&"the one".to_owned()), "{args:?}: {names:?}");
    } else {
        assert!(ran.out.contains(TOKEN_ID) && ran.out.contains("the one"), "{args:?}: {ran:?}");
    }
}

#[test]
fn the_bare_word_prints_its_help() {
    let ran = Server::start().run(&["token"]).ok();
    for option in ["--list", "--inspect", "--create", "--revoke", "--expires-in", "--user-id"] {
        assert!(ran.out.contains(option), "{option}: {ran:?}");
    }
}

#[test]
fn the_name_may_also_follow_create() {
    let server = Server::start();
    let ran = server.run(&["token", "--create", "My token", "--expires-in", "7"]).ok();
    assert!(is_pat(&ran.out));
    assert!(server.names(ALICE).contains(&"My token".to_owned()));
}

#[test]
fn a_token_without_a_name_or_with_two_is_refused() {
    let server = Server::start();
    for args in [&["token", "--create"] as &[&str], &["token", "--create", "a", "--name", "b"]] {
        assert_eq!(server.run(args).status, 2, "{args:?}");
    }
    assert_eq!(server.arrived(), [""; 0]);
}
