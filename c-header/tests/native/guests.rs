//! The library as a guest in C and C++ programs: it takes none of their signals, raises none, and says so when it gets no thread.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;

use crate::scene::scene;
use crate::tools::{compile, folder, prefix, scratch};

const SKIPPED: i32 = 77;

/// The guests, built: one in C, one in C++.
fn guests() -> [PathBuf; 2] {
    let build = scratch("guests");
    ["guest.c", "guest.cpp"].map(|name| {
        let program = build.join(format!("{}-{:?}", name.replace('.', "_"), thread::current().id()));
        compile(&folder().join("tests/guests").join(name), &program);
        program
    })
}

/// Runs a scenario of both guests, and returns what they printed. Each must end by itself, with status 0.
fn play(scenario: &str, url: Option<String>) -> Vec<String> {
    play_at(scenario, |own| url.unwrap_or_else(|| own.to_owned()))
}

/// The same, with the management URL that is made of the mock server's.
fn play_at(scenario: &str, url: impl FnOnce(&str) -> String) -> Vec<String> {
    let scene = scene();
    let url = url(&scene.server.url());
    let outputs = guests().map(|program| {
        let mut command = Command::new(&program);
        scene.introduce(&mut command).arg(scenario).env("LD_LIBRARY_PATH", prefix().join("lib"));
        command.env("NB_MANAGEMENT_URL", &url);
        let output = command.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let last: String = printed.lines().last().unwrap_or_default().chars().take(100).collect();
        println!("{} {scenario}: {}: {last}", program.file_name().unwrap().display(), output.status);
        (output, printed)
    });
    let mut played = Vec::new();
    for (Output { status, stderr, .. }, printed) in outputs {
        assert_eq!(String::from_utf8_lossy(&stderr), "", "the library writes nothing to a program's standard error");
        if status.code() != Some(SKIPPED) {
            assert_eq!(status.code(), Some(0), "{status}\n{printed}");
            played.push(printed);
        }
    }
    played
}

/// A server that does the same to every connection.
fn server(treat: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming() {
            treat(connection.unwrap());
        }
    });
    port
}

#[test]
fn a_program_that_waits_for_its_signals_gets_them() {
    for printed in play("signals", None) {
        assert_eq!(printed.matches("received signal").count(), 5, "{printed}");
    }
}

#[test]
fn a_tls_handshake_with_a_plain_http_server_raises_no_sigpipe() {
    // It ends its side and then closes with the handshake unread, which resets the connection: what is written next, the TLS
    // alert about the plain text, meets a broken pipe.
    let port = server(|mut connection| {
        let _ = connection.read(&mut [0; 16]);
        let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        let _ = connection.shutdown(Shutdown::Write);
    });
    let url = format!("https://127.0.0.1:{port}");
    for printed in play("broken-handshakes", Some(url)) {
        assert_eq!(printed.matches("tls: ").count(), 10, "{printed}");
    }
}

#[test]
fn a_server_that_resets_while_the_request_is_written_raises_no_sigpipe() {
    let port = server(|mut connection| drop(connection.read(&mut [0; 1024])));
    let url = format!("http://127.0.0.1:{port}");
    for printed in play("broken-requests", Some(url)) {
        assert_eq!(printed.matches("outcome_unknown: ").count(), 10, "{printed}");
    }
}

#[test]
fn a_call_to_an_address_needs_no_thread() {
    for printed in play("no-thread", None) {
        assert_eq!(printed.lines().filter(|line| line.starts_with("ok:")).count(), 2, "{printed}");
    }
}

#[test]
fn a_program_that_gets_no_thread_to_look_a_host_up_is_told_so() {
    for printed in play_at("no-thread", |own| own.replace("127.0.0.1", "localhost")) {
        assert!(printed.starts_with("connect: ") && printed.contains("thread"), "{printed}");
        assert!(printed.contains("\nok:"), "{printed}");
    }
}

#[test]
fn a_child_with_the_pid_of_its_parent_makes_calls_of_its_own() {
    for printed in play("pid-namespace", None) {
        assert_eq!(printed.matches("the call of process 1 succeeded").count(), 3, "{printed}");
    }
}
