//! Files and standard input that never end: every wait ends with the time limit, and with a signal.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::support::{ALICE, Server, finish, interrupt, program, run, wait_until, write};

struct Fifo {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Fifo {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        Fifo { _folder: folder, path }
    }

    /// Waits until the program is about to open or read it: its thread for that is there.
    fn wait_for_reader(child: &Child) {
        let threads = format!("/proc/{}/task", child.id());
        // The main thread, that of the signals, and that which reads.
        wait_until("it is reading", || std::fs::read_dir(&threads).is_ok_and(|list| list.count() >= 3));
    }
}

/// The options that name a file to read, and a command that has them.
const FILES: [(&str, &str); 2] = [("check", "--token-file"), ("check", "--ca-file")];

#[test]
fn a_fifo_without_a_writer_ends_with_the_time_limit() {
    let server = Server::start();
    let fifo = Fifo::new();
    for (command, option) in FILES {
        let ran = run(server.with_token("laptop").args([command, "--timeout", "0.5", option]).arg(&fifo.path));
        assert_eq!(ran.status, 22, "{ran:?}");
        assert!(ran.err.contains(option) && ran.err.contains("time limit"), "{ran:?}");
    }
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_fifo_with_a_silent_writer_ends_with_the_time_limit() {
    let server = Server::start();
    let fifo = Fifo::new();
    // Opened for both, it does not wait for a reader.
    let _writer = OpenOptions::new().read(true).write(true).open(&fifo.path).unwrap();
    let ran = run(server.with_token("laptop").args(["check", "--timeout", "0.5", "--token-file"]).arg(&fifo.path));
    assert_eq!(ran.status, 22, "{ran:?}");
}

#[test]
fn standard_input_that_stays_open_ends_with_the_time_limit() {
    let mut command = program();
    let mut child =
        command.args(["list", "--timeout", "0.5", "--token-file", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let _open = child.stdin.take();
    let ran = finish(child);
    assert_eq!(ran.status, 22, "{ran:?}");
    assert!(ran.err.contains("standard input"), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_fifo_ends_with_a_signal() {
    let server = Server::start();
    let fifo = Fifo::new();
    for (command, option) in FILES.into_iter().chain([("mock-server", "--world")]) {
        let child = server.with_token("laptop").args([command, option]).arg(&fifo.path).spawn().unwrap();
        Fifo::wait_for_reader(&child);
        interrupt(&child);
        let ran = finish(child);
        assert_eq!(ran.status, 130, "{ran:?}");
        assert!(ran.err.contains("nothing was sent"), "{ran:?}");
    }
}

#[test]
fn a_fifo_with_a_token_in_it_works() {
    let server = Server::start();
    let fifo = Fifo::new();
    let mut command = server.with_token("pipeline");
    let child = command.args(["whoami", "-o", "json", "--token-file"]).arg(&fifo.path).spawn().unwrap();
    std::fs::write(&fifo.path, server.plain("laptop")).unwrap();
    assert_eq!(finish(child).ok().json()["id"], ALICE);
}

#[test]
fn what_is_not_a_token_or_a_certificate_is_named() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        write(&path, content, 0o600);
        path.display().to_string()
    };
    let (token, ca) = (file("token.txt", "nbp_short"), file("ca.pem", "no certificate"));
    for (option, path, status) in [("--token-file", &token, 4), ("--ca-file", &ca, 3)] {
        let ran = run(server.with_token("laptop").args(["list", option, path]));
        assert_eq!(ran.status, status, "{ran:?}");
        assert!(ran.err.contains(path) && !ran.err.contains("next: "), "{ran:?}");
    }
    let mut command = server.with_token("laptop");
    let mut child = command.args(["list", "--token-file", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"nbp_short").unwrap();
    let ran = finish(child);
    assert!(ran.status == 4 && ran.err.contains("standard input: "), "{ran:?}");
}
