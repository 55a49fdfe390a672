//! Tables for people, JSON for programs, and nothing that acts on a terminal.

use std::io::Read as _;

use netbird_mock::world::TokenSeed;

use crate::support::{ALICE, BOT, Server, finish, run, terminal};

#[test]
fn a_table_shows_what_matters() {
    let ran = Server::start().run(&["list"]).ok();
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 3, "{ran:?}");
    for heading in ["ID", "NAME", "EXPIRES", "LAST USED", "CREATED", "CREATED BY"] {
        assert!(lines[0].contains(heading), "{heading}");
    }
    assert!(lines[1].starts_with("old ") && lines[1].contains("(expired)") && lines[1].contains("never"), "{ran:?}");
    assert!(lines[2].starts_with("laptop ") && lines[2].contains("29 days left"), "{ran:?}");
}

#[test]
fn json_has_the_apis_own_names_and_times_in_utc() {
    let server = Server::start();
    let id = Some("t".to_owned());
    let expiration_date = Some("2999-06-01T14:00:00.25+02:00".to_owned());
    server.0.add_token(BOT, TokenSeed { id, name: "n".to_owned(), expiration_date, ..TokenSeed::default() }).unwrap();
    let token = server.run(&["inspect", "t", "--user-id", BOT, "-o", "json"]).ok().json();
    assert_eq!(token["expiration_date"], "2999-06-01T12:00:00.25Z");
    assert_eq!((&token["user_id"], &token["created_by"]), (&BOT.into(), &BOT.into()));
    assert_eq!((&token["last_used"], &token["is_expired"]), (&serde_json::Value::Null, &false.into()));
    assert!(token["days_left"].as_i64().unwrap() > 300_000);
    assert_eq!(token.as_object().unwrap().len(), 9);

    let me = server.run(&["whoami", "-o", "json"]).ok().json();
    assert_eq!((&me["id"], &me["role"], &me["is_service_user"]), (&ALICE.into(), &"owner".into(), &false.into()));
    let users = server.run(&["users", "-o", "json"]).ok().json();
    assert_eq!(users.as_array().unwrap().len(), 5);
    let list = server.run(&["list", "-o", "json"]).ok().json();
    assert_eq!(list.as_array().unwrap().len(), 2);
}

#[test]
fn no_tokens_are_an_empty_list_and_a_note() {
    let server = Server::start();
    let jwt = server.0.issue_jwt(ALICE, 3600);
    for id in ["laptop", "old"] {
        run(server.with_token("pipeline").env("NB_PAT", &jwt).args(["revoke", "-y", id])).ok();
    }
    let list = |args: &[&str]| run(server.with_token("pipeline").env("NB_PAT", &jwt).arg("list").args(args)).ok();
    assert_eq!(list(&["-o", "json"]).out, "[]\n");
    let ran = list(&[]);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "You have no tokens.\n"));
}

#[test]
fn a_name_cannot_act_on_the_terminal() {
    let server = Server::start();
    let name = "a\u{1b}]0;title\u{7}\nb\u{9b}31m\u{202e}c";
    let seed = TokenSeed { id: Some("odd".to_owned()), name: name.to_owned(), ..TokenSeed::default() };
    server.0.add_token(ALICE, seed).unwrap();
    let printable = |text: &str| text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}');
    for args in [&["list"] as &[&str], &["inspect", "odd"], &["list", "-o", "json"], &["inspect", "odd", "-o", "json"]]
    {
        let ran = server.run(args).ok();
        assert!(printable(&ran.out), "{ran:?}");
    }
    assert_eq!(server.run(&["inspect", "odd", "-o", "json"]).json()["name"], name);
    let ran = server.run(&["inspect", "no\u{1b}[31m\u{202e}"]);
    assert!(printable(&ran.err), "{ran:?}");
}

#[test]
fn colors_only_where_they_are_wanted() {
    let server = Server::start();
    let colorful = |args: &[&str], no_color: bool| {
        let mut command = server.with_token("laptop");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        run(command.arg("list").args(args)).ok().out.contains('\u{1b}')
    };
    assert!(!colorful(&[], false));
    assert!(colorful(&["--color", "always"], false));
    assert!(colorful(&["--color", "always"], true), "an explicit option wins");
    assert!(!colorful(&["--color", "never"], false));
    assert!(!colorful(&["--color", "always", "-o", "json"], false));
}

fn with_name(name: &str) -> Server {
    let server = Server::start();
    let seed = TokenSeed { id: Some("long".to_owned()), name: name.to_owned(), ..TokenSeed::default() };
    server.0.add_token(ALICE, seed).unwrap();
    server
}

/// What a person sees at a terminal.
fn at_a_terminal(server: &Server, args: &[&str]) -> String {
    let (mut person, stdout) = terminal();
    let mut command = server.with_token("laptop");
    let child = command.args(args).stdout(stdout).spawn().unwrap();
    drop(command);
    let reader = std::thread::spawn(move || {
        let mut shown = String::new();
        // A terminal whose program has ended cannot be read further.
        let _ = person.read_to_string(&mut shown);
        shown
    });
    finish(child).ok();
    reader.join().unwrap()
}

#[test]
fn a_long_name_is_shortened_at_a_terminal_and_whole_elsewhere() {
    for length in [3_000, 65_535, 70_000] {
        let name = "x".repeat(length);
        let server = with_name(&name);
        let shown = at_a_terminal(&server, &["list", "--color", "never"]);
        assert!(shown.contains("xxx…") && shown.lines().all(|line| line.chars().count() < 200), "{length}");
        assert!(at_a_terminal(&server, &["inspect", "long"]).contains(&name), "{length}");

        let table = server.run(&["list"]).ok().out;
        assert!(table.contains(&name), "{length}");
        let others = table.lines().filter(|line| !line.starts_with("long"));
        assert!(others.into_iter().all(|line| line.len() < 200), "{length}: no other row is as wide");
        let list = server.run(&["list", "-o", "json"]).ok().json();
        assert!(list.as_array().unwrap().iter().any(|token| token["name"] == *name), "{length}");
    }
}

#[test]
fn ones_own_tokens_were_created_by_you_and_others_by_an_id() {
    let server = Server::start();
    server.0.add_token(BOT, TokenSeed { created_by: Some(ALICE.to_owned()), ..TokenSeed::default() }).unwrap();
    let table = server.run(&["list"]).ok().out;
    assert!(table.lines().skip(1).all(|line| line.ends_with(" you")), "{table}");
    let table = server.run(&["list", "--user-id", BOT]).ok().out;
    assert!(table.lines().skip(1).any(|line| line.ends_with(ALICE)), "{table}");
    assert!(table.lines().skip(1).any(|line| line.ends_with(BOT)), "{table}");
    let own = run(server.with_token("pipeline").arg("list")).ok().out;
    assert!(own.lines().any(|line| line.ends_with(" you")) && own.lines().any(|line| line.ends_with(ALICE)), "{own}");
}
