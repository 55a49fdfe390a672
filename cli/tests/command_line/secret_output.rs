//! Every way in which standard output can fail: refused before the create where that can be seen, and otherwise reported as a
//! lost secret with the token to revoke.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{ALICE, Ran, Server, finish, interrupt, run, terminal, wait_until};

/// Checks that the error names the token that was created, and shows no secret.
#[track_caller]
fn is_lost(server: &Server, name: &str, ran: &Ran) {
    assert_eq!(ran.status, 41, "{ran:?}");
    let id = server.0.tokens(ALICE).into_iter().find(|token| token.name == name).unwrap().id;
    assert!(ran.err.contains(&id) && !ran.err.contains("nbp_"), "{ran:?}");
}

/// Runs the command in a shell, which can set up its standard output in ways that a test cannot.
fn in_shell(server: &Server, script: &str) -> Ran {
    let cli = server.with_token("laptop");
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(cli.get_program());
    shell.envs(cli.get_envs().filter_map(|(name, value)| Some((name, value?))));
    finish(shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

#[test]
fn a_reader_that_is_gone() {
    let server = Server::start();
    for output in ["table", "json"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = run(server.with_token("laptop").args(["create", output, "-o", output]).stdout(Stdio::from(writer)));
        is_lost(&server, output, &ran);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let server = Server::start();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = run(server.with_token("laptop").args(["create", "ci", "-o", "json"]).stdout(Stdio::from(full)));
    is_lost(&server, "ci", &ran);
    let error = ran.json_error();
    assert_eq!(
        (&error["kind"], error["candidate_token_ids"].as_array().map(Vec::len)),
        (&"secret_lost".into(), Some(1))
    );
}

#[test]
fn a_file_size_limit() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    for name in ["table", "json"] {
        let out = folder.path().join(name);
        // Without the blocked signal, SIGXFSZ kills the program here.
        let ran = in_shell(&server, &format!("ulimit -f 0; \"$0\" create {name} -o {name} > {}", out.display()));
        is_lost(&server, name, &ran);
        assert_eq!(std::fs::read_to_string(out).unwrap(), "");
    }
}

#[test]
fn a_file_size_limit_for_the_secret_file() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("secret");
    let ran = in_shell(&server, &format!("ulimit -f 0; \"$0\" create ci --secret-file {}", out.display()));
    is_lost(&server, "ci", &ran);
}

#[test]
fn a_reader_that_does_not_read() {
    let server = Server::start();
    let (reader, writer) = std::io::pipe().unwrap();
    // Full: the next write waits.
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    while rustix::io::write(&writer, &[0; 512]).is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).unwrap();
    let child = server.with_token("laptop").args(["create", "ci"]).stdout(Stdio::from(writer)).spawn().unwrap();
    let answered = || server.0.requests().iter().any(|seen| seen.method == "POST" && seen.status == Some(200));
    wait_until("the token is created", answered);
    interrupt(&child);
    let ran = finish(child);
    drop(reader);
    // The signal may come before the answer was read: then the create is cleaned up.
    if ran.status == 130 {
        assert!(!server.names(ALICE).contains(&"ci".to_owned()), "{ran:?}");
    } else {
        is_lost(&server, "ci", &ran);
    }
}

#[test]
fn an_output_that_leads_nowhere_is_refused_before_anything_is_created() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    File::create(&file).unwrap();
    for script in ["\"$0\" create ci > /dev/null", "\"$0\" create ci >&-", "\"$0\" create ci 1< FILE"] {
        let ran = in_shell(&server, &script.replace("FILE", &file.display().to_string()));
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains("No token was created"), "{ran:?}");
    }
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_person_at_a_terminal_gets_a_newline() {
    let server = Server::start();
    for (output, end) in [("table", "\r\n"), ("json", "}\r\n")] {
        let (mut person, stdout) = terminal();
        let mut command = server.with_token("laptop");
        let child = command.args(["create", output, "-o", output]).stdout(stdout).spawn().unwrap();
        drop(command);
        finish(child).ok();
        let mut shown = String::new();
        // A terminal whose program has ended cannot be read further.
        let _ = person.read_to_string(&mut shown);
        assert!(shown.contains("nbp_") && shown.ends_with(end), "{shown:?}");
        if output == "json" {
            let json: Value = serde_json::from_str(&shown).unwrap();
            assert_eq!(json["token"]["name"], "json");
        }
    }
}
