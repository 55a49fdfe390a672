//! Each command has the options that it uses, and refuses the others.

use crate::support::{ALICE, BOT, Server, program, run, write};

const REQUESTS: [&str; 9] = ["list", "inspect", "create", "revoke", "rotate", "whoami", "users", "check", "token"];

#[test]
fn each_command_shows_only_the_options_that_it_has() {
    let has = |command: &str, option: &str| run(program().args([command, "--help"])).ok().out.contains(option);
    for command in REQUESTS {
        assert!(
            has(command, "--management-url") && has(command, "--token-file") && has(command, "--timeout"),
            "{command}"
        );
        assert_eq!(has(command, "--user-id"), !matches!(command, "whoami" | "users" | "check"), "{command}");
        assert_eq!(has(command, "--tag"), matches!(command, "create" | "token"), "{command}");
        assert_eq!(has(command, "--on-unknown"), matches!(command, "create" | "token"), "{command}");
    }
    for command in ["mock-server", "completions", "man"] {
        for option in
            ["--user-id", "--token-file", "--management-url", "--timeout", "--ca-file", "--proxy", "--verbose"]
        {
            assert!(!has(command, option), "{command} {option}");
        }
    }
    assert!(has("login", "--management-url") && has("login", "--tag") && has("login", "--user-id"));
    assert!(!has("login", "--token-file") && !has("login", "--token-command") && !has("login", "--now"));
    assert!(has("logout", "--management-url") && !has("logout", "--timeout") && !has("logout", "--token-file"));
    assert!(has("demo", "--token-file") && !has("demo", "--management-url") && !has("demo", "--user-id"));
    for command in REQUESTS {
        assert!(!has(command, "--now") && !has(command, "--token-type"), "{command}: they are hidden");
    }
}

#[test]
fn an_option_that_a_command_does_not_have_is_refused() {
    for args in [
        &["mock-server", "--user-id", "x"] as &[&str],
        &["mock-server", "--token-file", "x"],
        &["--management-url", "http://127.0.0.1:1", "mock-server"],
        &["whoami", "--user-id", "x"],
        &["check", "--user-id", "x"],
        &["list", "--on-unknown", "report"],
        &["demo", "--user-id", "x"],
    ] {
        let ran = run(program().args(args));
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
        assert!(ran.err.contains("unexpected argument"), "{args:?}: {ran:?}");
    }
}

#[test]
fn options_may_come_before_the_command() {
    let server = Server::start();
    for args in [
        &["-o", "json", "--timeout", "20", "list"] as &[&str],
        &["-vojson", "list"],
        &["--output=json", "--user-id", ALICE, "--verbose", "list"],
        &["--user-id", ALICE, "-ojson", "token", "--list"],
    ] {
        assert_eq!(server.run(args).ok().json().as_array().unwrap().len(), 2, "{args:?}");
    }
    let ran = server.run(&["--user-id", BOT, "list"]).ok();
    assert!(ran.out.contains("pipeline"), "{ran:?}");
}

#[test]
fn an_option_without_effect_is_refused() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    write(&path, &server.plain("laptop"), 0o600);
    let file = path.to_str().unwrap();
    for args in [
        &["token", "--list", "--secret-file", "x"] as &[&str],
        &["token", "--inspect", "laptop", "--tag"],
        &["token", "--list", "--expires-in", "3"],
        &["token", "--revoke", "laptop", "--name", "x"],
        &["token", "--list", "--yes"],
        &["token", "--create", "x", "--yes"],
        &["demo", "--token-file", file],
        &["demo", "--timeout", "3"],
        &["list", "--token-type", "pat"],
    ] {
        let ran = server.run(args);
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
    }
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_number_that_cannot_be_meant_is_refused_by_the_option_name() {
    let server = Server::start();
    for (option, value) in [
        ("--timeout", "-1"),
        ("--timeout", "0"),
        ("--timeout", "1e9"),
        ("--connect-timeout", "0"),
        ("--read-timeout", "-0.5"),
        ("--retry-max-delay", "1e9"),
        ("--retry-base-delay", "-2"),
        ("--max-retries", "-1"),
        ("--max-response-bytes", "0"),
        ("--max-response-bytes", "-3"),
    ] {
        let ran = server.run(&["list", option, value]);
        assert_eq!(ran.status, 2, "{option} {value}: {ran:?}");
        assert!(ran.err.contains(option) && !ran.err.contains("unexpected argument"), "{option} {value}: {ran:?}");
    }
    let ran = server.run(&["create", "x", "--expires-in", "-1"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_zero_time_limit_is_refused_before_a_file_is_read() {
    let ran = run(program().args(["list", "--timeout", "0", "--token-file", "/no/such/file"]));
    assert!(ran.status == 2 && ran.err.contains("--timeout is zero"), "{ran:?}");
}
