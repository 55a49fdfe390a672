//! Where a secret may come from, and that it goes nowhere else.

use std::io::Write as _;
use std::process::Stdio;

use netbird_mock::world::{Action, Fault};

use crate::support::{ALICE, Server, finish, interrupt, program, run, wait_until, write};

#[test]
fn a_token_file_is_read_and_wins_over_the_environment() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    write(&path, &format!("Token {}\n", server.plain("laptop")), 0o600);
    let mut command = server.with_token("pipeline");
    let ran = run(command.args(["whoami", "-o", "json", "--token-file"]).arg(&path)).ok();
    assert_eq!(ran.json()["id"], ALICE);
    assert_eq!(ran.err, "");
}

#[test]
fn a_token_file_that_others_can_read_is_warned_about() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    for mode in [0o640, 0o604] {
        let path = folder.path().join(format!("{mode:o}"));
        write(&path, &server.plain("laptop"), mode);
        let ran = run(server.with_token("laptop").args(["whoami", "--token-file"]).arg(&path)).ok();
        let advice = format!("chmod 600 {}", path.display());
        assert!(ran.err.starts_with("warning:") && ran.err.contains(&advice), "{ran:?}");
    }
}

#[test]
fn a_token_file_that_is_replaced_while_a_command_runs_is_followed() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    // Well-formed, and unknown to the server.
    write(&path, "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr", 0o600);
    server.0.push_fault(Fault { method: None, target_contains: None, skip: 0, times: None, action: Action::Hold {} });
    let mut command = server.with_token("pipeline");
    let child = command.args(["whoami", "-v", "-o", "json", "--token-file"]).arg(&path).spawn().unwrap();
    wait_until("the request is there", || !server.0.requests().is_empty());
    std::fs::write(&path, server.plain("laptop")).unwrap();
    server.0.release_held();
    let ran = finish(child).ok();
    assert_eq!(ran.json()["id"], ALICE);
    assert!(ran.err.contains("token holds another one"), "{ran:?}");
    assert_eq!(server.arrived().len(), 2);
}

#[test]
fn a_token_comes_by_standard_input_too() {
    let server = Server::start();
    let mut command = server.with_token("pipeline");
    command.args(["whoami", "-o", "json", "--token-file", "-"]).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", server.plain("laptop")).unwrap();
    assert_eq!(finish(child).ok().json()["id"], ALICE);
}

#[test]
fn a_token_file_that_is_missing_or_no_token_is_told_apart() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let with_file = || run(server.with_token("laptop").args(["whoami", "--token-file"]).arg(&path));
    assert_eq!(with_file().status, 3);
    write(&path, &server.plain("laptop")[..39], 0o600);
    let ran = with_file();
    assert_eq!(ran.status, 4);
    assert!(ran.err.contains("cut short") && !ran.err.contains("nbp_"), "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    let server = Server::start();
    let secret = server.plain("laptop");
    let jwt = server.0.issue_jwt(ALICE, 3600);
    let equals = format!("--token={secret}");
    for args in [
        &["list", "--token", &secret] as &[&str],
        &["list", &equals],
        &["create", &secret],
        &["inspect", &secret],
        &["revoke", &secret[..30], "--yes"],
        &["list", "--token-file", &secret],
    ] {
        let ran = server.run(args);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains("revoke that token"), "{ran:?}");
        assert!(!ran.err.contains(&secret[4..20]), "{ran:?}");
    }
    let ran = server.run(&["list", "--token", &jwt]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("JWT") && !ran.err.contains(&jwt[..30]), "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn no_option_takes_a_secret() {
    let help = Server::start().run(&["create", "--help"]).ok().out;
    for option in ["--token ", "--token=", "--pat", "--bearer", "--password"] {
        assert!(!help.contains(option), "{option}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_running_command_shows_no_secret_in_the_process_list_nor_when_verbose() {
    let server = Server::start();
    server.0.push_fault(Fault {
        method: None,
        target_contains: None,
        skip: 0,
        times: Some(0),
        action: Action::Delay { ms: 20_000 },
    });
    let child = server.with_token("laptop").args(["create", "ci", "-v"]).spawn().unwrap();
    wait_until("the request is there", || !server.0.requests().is_empty());
    let words = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    assert!(String::from_utf8_lossy(&words).contains("create"));
    assert!(!String::from_utf8_lossy(&words).contains("nbp_"));
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert!(!ran.err.contains("nbp_"), "{ran:?}");

    server.0.clear_faults();
    let ran = server.run(&["create", "ci", "-v"]).ok();
    assert!(ran.err.contains("POST /api/users/google-oauth2%7Calice/tokens -> 200"), "{ran:?}");
    assert!(!ran.err.contains("nbp_"), "{ran:?}");
}

#[test]
fn waiting_for_a_token_on_standard_input_can_be_interrupted() {
    let mut command = program();
    let mut child = command.args(["list", "--token-file", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let _open = child.stdin.take();
    std::thread::sleep(std::time::Duration::from_secs(1));
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert!(ran.err.contains("nothing was sent"), "{ran:?}");
}
