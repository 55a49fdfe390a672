//! `rotate` refused, or failing where it stands: everything stays as it was.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use netbird_mock::world::TokenSeed;
use serde_json::{Value, json};

use crate::rotate_desk::{Desk, fault};
use crate::support::{ALICE, Ran, Server, answer, finish, run};

#[test]
fn a_token_that_somebody_put_into_the_file_is_not_taken_for_the_last_one() {
    let desk = Desk::new();
    desk.rotate(&[]).ok();
    let other = TokenSeed { id: Some("other".into()), name: "other".into(), ..TokenSeed::default() };
    let plain = desk.server.0.add_token(ALICE, other).unwrap().plain;
    std::fs::write(desk.file(), &plain).unwrap();
    let ran = desk.rotate(&[]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.err.contains("the token in the file is other (other)"), "{ran:?}");
    assert_eq!((desk.ids().len(), desk.held().as_deref()), (2, Some("other")));
    std::fs::remove_file(desk.path("token.rotation")).unwrap();
    desk.rotate(&[]).ok();
    assert!(!desk.ids().contains(&"other".to_owned()));
}

#[test]
fn several_tokens_of_one_name_are_listed() {
    let server = Server::start();
    let second = TokenSeed { id: Some("second".into()), name: "laptop".into(), ..TokenSeed::default() };
    server.0.add_token(ALICE, second).unwrap();
    let ran = server.run(&["rotate", "--name", "laptop", "-o", "json"]);
    assert_eq!(ran.status, 13, "{ran:?}");
    let error = ran.json_error();
    assert_eq!(error["candidate_token_ids"], json!(["laptop", "second"]));
    assert!(error["message"].as_str().unwrap().contains("last used"), "{error}");
    assert!(!server.0.requests().iter().any(|seen| seen.method != "GET"));
}

#[test]
fn a_mounted_kubernetes_secret_is_not_touched() {
    let desk = Desk::new();
    let mount = desk.path("..2026_11_25_10_00_00.1");
    std::fs::create_dir(&mount).unwrap();
    std::fs::rename(desk.file(), mount.join("token")).unwrap();
    symlink(&mount, desk.path("..data")).unwrap();
    symlink("..data/token", desk.file()).unwrap();
    let ran = desk.rotate(&["laptop"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("Kubernetes") && ran.err.contains("--exec"), "{ran:?}");
    assert_eq!(desk.server.arrived(), [""; 0]);
    assert_eq!((desk.ids(), desk.held()), (vec!["laptop".to_owned()], Some("laptop".to_owned())));
    assert_eq!(std::fs::read_dir(&mount).unwrap().count(), 1);
}

/// Runs `rotate` in a shell, which can set limits that a test cannot.
fn in_shell(desk: &Desk, script: &str) -> Ran {
    let cli = desk.rotation(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(cli.get_program()).args(cli.get_args());
    shell.envs(cli.get_envs().filter_map(|(name, value)| Some((name, value?))));
    finish(shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

#[test]
fn a_place_that_cannot_take_the_secret_costs_no_token() {
    let desk = Desk::new();
    // As a full disk, which a limit on file sizes resembles.
    let ran = in_shell(&desk, "ulimit -f 0; \"$0\" \"$@\"");
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("Nothing was changed"), "{ran:?}");
    desk.is_untouched();

    for (place, why) in [("no/such/token", "no directory"), ("token/x", ""), (".", "not a regular file")] {
        let ran = run(desk.command(&["rotate", "laptop"]).arg("--write-to").arg(desk.path(place)));
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains(why) && ran.err.contains("Nothing was changed"), "{ran:?}");
    }
    desk.is_untouched();
}

#[test]
fn a_directory_that_cannot_be_written_costs_no_token() {
    // Nobody, root included, may create a file here.
    let place = Path::new("/proc/self/attr");
    if !place.is_dir() {
        return;
    }
    let desk = Desk::new();
    let ran = run(&mut desk.command(&["rotate", "laptop", "--write-to", "/proc/self/attr/token"]));
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("Nothing was changed"), "{ran:?}");
    desk.is_untouched();
    assert_eq!(desk.server.arrived(), [""; 0]);
}

#[test]
fn what_does_not_go_together_is_refused() {
    let desk = Desk::new();
    for args in [
        &["rotate"] as &[&str],
        &["rotate", "laptop", "--name", "laptop"],
        &["rotate", "laptop", "--token-id", "laptop"],
        &["rotate", "laptop", "--exec", "cat", "--write-to", "x"],
        &["rotate", "laptop", "--exec-timeout", "3"],
        &["rotate", "laptop", "--overlap", "24h"],
        &["rotate", "laptop", "--overlap", "soon", "--write-to", "x"],
        &["rotate", "laptop", "--expires-in", "400"],
        &["rotate", "laptop", "--expires-in", "2020-01-01"],
        &["rotate", "laptop", "--exec", "no-such-program-anywhere"],
        &["rotate", "laptop", "--exec", "'unclosed"],
        &["rotate", "laptop", "--exec", ""],
        &["rotate", "laptop", "--shell"],
        &["list", "--shell"],
        &["rotate", "resume"],
        &["rotate", "resume", "--journal", "x", "--overlap", "1h"],
        &["rotate", "resume", "--journal", "x", "--exec", "cat"],
        // Another file than the one that the credential is in.
        &["rotate", "--write-to", "x"],
    ] {
        let ran = run(&mut desk.command(args));
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
    }
    assert_eq!(desk.server.arrived(), [""; 0]);
    desk.is_untouched();
}

#[test]
fn what_the_server_refuses_changes_nothing() {
    let desk = Desk::new();
    for (token_id, status) in [("nope", 12), ("pipeline", 12), ("ulis", 12)] {
        let ran = desk.rotate(&[token_id]);
        assert_eq!(ran.status, status, "{ran:?}");
        desk.is_untouched();
    }
    // No right to create.
    fault(&desk.server, "POST", 0, answer(403, "permission denied"));
    let ran = desk.rotate(&["laptop"]);
    assert_eq!(ran.status, 11, "{ran:?}");
    desk.is_untouched();
    let ran = run(desk.server.with_token("old").args(["rotate", "old"]));
    assert_eq!(ran.status, 10, "{ran:?}");
}

#[test]
fn a_token_that_lives_too_shortly_for_the_condition_is_refused() {
    let desk = Desk::new();
    for args in [
        &["--if-expires-within", "90d"] as &[&str],
        &["--if-expires-within", "14d", "--expires-in", "14"],
        &["--if-expires-within", "14d", "--overlap", "2d", "--expires-in", "16d"],
    ] {
        let ran = desk.rotate(args);
        assert_eq!(ran.status, 2, "{args:?} {ran:?}");
        assert!(ran.err.contains("every run would rotate it"), "{ran:?}");
    }
    desk.is_untouched();
}

#[test]
fn a_journal_that_does_not_fit_changes_nothing() {
    let desk = Desk::new();
    desk.rotate(&["laptop", "--overlap", "1d"]).ok();
    let good = desk.journal();
    let path = desk.path("token.rotation");
    let ids = desk.ids();
    let set = |pointer: &str, value: Value| {
        let mut journal = good.clone();
        *journal.pointer_mut(pointer).unwrap() = value;
        journal.to_string()
    };
    desk.server.arrived();
    for (text, why) in [
        (String::new(), "cannot be read"),
        ("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm".to_owned(), "cannot be read"),
        (good.to_string()[..60].to_owned(), "cannot be read"),
        (set("/version", json!(2)), "version 2"),
        (set("/superseded/0/since", json!("yesterday")), "RFC 3339"),
        (set("/rotation/stage", json!("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm")), "stage"),
        (set("/rotation/old_token_id", json!("a/b")), "rotation record"),
        (set("/rotation/management_url", json!("https://other.example")), "of the server https://other.example"),
        (set("/file", json!("/somewhere/else")), "about a secret in /somewhere/else"),
    ] {
        std::fs::write(&path, &text).unwrap();
        let ran = desk.rotate(&["laptop"]);
        assert_eq!(ran.status, 3, "{text}: {ran:?}");
        assert!(
            ran.err.contains(why) && ran.err.contains("Nothing was changed") && !ran.err.contains("nbp_"),
            "{ran:?}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    std::fs::write(&path, good.to_string()).unwrap();
    for args in [["--token-id", "other"], ["--name", "other"], ["laptop", "--user-id=bea"]] {
        let ran = desk.rotate(&args);
        assert_eq!(ran.status, 3, "{ran:?}");
        assert!(ran.err.contains("Nothing was changed"), "{ran:?}");
    }
    assert_eq!(desk.server.arrived(), [""; 0]);
    assert_eq!(desk.ids(), ids);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(desk.rotate(&["laptop"]).status, 3);
}

#[test]
fn an_output_that_leads_nowhere_is_refused_before_anything_is_created() {
    let server = Server::start();
    let cli = server.with_token("laptop");
    let mut shell = Command::new("sh");
    shell.args(["-c", "\"$0\" rotate laptop > /dev/null"]).arg(cli.get_program());
    shell.envs(cli.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = run(shell.stderr(Stdio::piped()));
    assert!(ran.status == 2 && ran.err.contains("--write-to"), "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_reader_that_is_gone_leaves_the_old_token() {
    for output in ["table", "json"] {
        let desk = Desk::new();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = run(desk.server.with_token("laptop").args(["rotate", "laptop", "-o", output]).stdout(writer));
        assert_eq!(ran.status, 73, "{ran:?}");
        assert!(ran.err.contains("the old one, laptop, still works"), "{ran:?}");
        assert_eq!(desk.ids(), ["laptop"]);
    }
}
