//! `--token-command`: the credential from what another program prints.

use std::process::Command;

use crate::support::{ALICE, Ran, Server, finish, interrupt, program, run, wait_until, write};

/// `whoami` with the credential from a program, and none in the environment.
fn command(server: &Server, args: &[&str]) -> Command {
    let mut command = program();
    command.env("NB_MANAGEMENT_URL", server.0.url()).args(["whoami", "-o", "json"]).args(args);
    command
}

fn whoami(server: &Server, args: &[&str]) -> Ran {
    run(&mut command(server, args))
}

#[test]
fn the_first_line_is_the_credential() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my token");
    write(&path, &format!("{}\r\nuser: alice\nurl: x\n", server.plain("laptop")), 0o600);
    let ran = whoami(&server, &["--token-command", &format!("cat '{}'", path.display())]).ok();
    assert_eq!(ran.json()["id"], ALICE);
    // The environment does not matter then.
    let mut other = command(&server, &["--token-command", &format!("cat '{}'", path.display())]);
    assert_eq!(run(other.env("NB_PAT", server.plain("pipeline"))).ok().json()["id"], ALICE);
}

#[test]
fn only_with_shell_is_there_a_shell() {
    let server = Server::start();
    let secret = server.plain("laptop");
    let script = "echo \"$MY_SECRET\" | cat";
    let ran = run(command(&server, &["--token-command", script]).env("MY_SECRET", &secret));
    assert_eq!(ran.status, 4, "{ran:?}");
    let ran = run(command(&server, &["--token-command", script, "--shell"]).env("MY_SECRET", &secret)).ok();
    assert_eq!(ran.json()["id"], ALICE);
}

#[test]
fn a_failure_is_told_without_what_was_printed() {
    let server = Server::start();
    let secret = server.plain("laptop");
    for (script, status, why) in [
        ("echo $MY_SECRET; echo locked >&2; exit 3", 3, "failed (exit status: 3)"),
        ("echo $MY_SECRET; kill -9 $$", 3, "signal: 9"),
        ("true", 3, "is empty"),
        ("echo; echo $MY_SECRET", 3, "is empty"),
        ("head -c 70000 /dev/zero", 3, "larger than 65536 bytes"),
        ("printf '\\377\\376'", 3, "not UTF-8"),
        ("echo x$MY_SECRET", 4, "the output of --token-command"),
        ("echo $MY_SECRET; exec sleep 600", 22, "time limit"),
        ("echo $MY_SECRET; exec >&-; exec sleep 600", 22, "time limit"),
    ] {
        let args = ["--token-command", script, "--shell", "--timeout", "1.5"];
        let ran = run(command(&server, &args).env("MY_SECRET", &secret));
        assert_eq!(ran.status, status, "{script}: {ran:?}");
        assert!(ran.err.contains(why) && !ran.err.contains(&secret[5..]), "{script}: {ran:?}");
        assert_eq!(ran.err.contains("locked\n"), script.contains("locked"), "its standard error is shown: {ran:?}");
    }
    for text in ["no-such-program-anywhere x", "/no/such/program"] {
        let ran = whoami(&server, &["--token-command", text]);
        assert!(ran.status == 3 && ran.err.contains("cannot be started"), "{ran:?}");
    }
    for text in ["", " ", "'open"] {
        let ran = whoami(&server, &["--token-command", text]);
        assert_eq!(ran.status, 2, "{ran:?}");
    }
    let ran = whoami(&server, &["--token-command", "echo", "--token-file", "x"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_signal_ends_the_program_too() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let started = folder.path().join("started");
    let script = format!("touch {}; sleep 600", started.display());
    let child = command(&server, &["--token-command", &script, "--shell"]).spawn().unwrap();
    wait_until("it runs", || started.exists());
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert!(ran.err.contains("nothing was sent"), "{ran:?}");
}
