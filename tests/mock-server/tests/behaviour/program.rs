//! The program: its options, its line of JSON, and how it stops.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::once;

fn start(args: &[&str]) -> (Child, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_netbird-mock"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("piped");
    BufReader::new(out).read_line(&mut line).expect("a line");
    (child, serde_json::from_str(&line).expect("JSON"))
}

fn exit_code(mut child: Child) -> Option<i32> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("waited") {
            return status.code();
        }
        if start.elapsed() > Duration::from_secs(10) {
            child.kill().expect("killed");
            panic!("it does not stop");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn it_prints_its_address_and_stops_when_its_input_ends() {
    let (mut child, ready) = start(&["--until-stdin-closes"]);
    let url = ready["url"].as_str().expect("a URL");
    let seeded = &ready["seeded"][0];
    let authorization = format!("Token {}", seeded["plain"].as_str().expect("a token"));
    let target = format!("/api/users/{}/tokens", seeded["user_id"].as_str().expect("an id"));
    assert_eq!(once(url, "GET", &target, &[("Authorization", &authorization)], None).status, 200);
    let control = ready["control_url"].as_str().expect("a URL");
    assert_eq!(once(control, "GET", "/health", &[], None).json()["ok"], true);
    drop(child.stdin.take());
    assert_eq!(exit_code(child), Some(0));
}

#[cfg(unix)]
#[test]
fn it_stops_on_a_signal_and_not_before() {
    let (mut child, _) = start(&[]);
    drop(child.stdin.take());
    std::thread::sleep(Duration::from_millis(100));
    assert!(child.try_wait().expect("waited").is_none(), "the end of its input must not stop it");
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    assert_eq!(exit_code(child), Some(0));
}

#[test]
fn it_takes_a_world_and_serves_https() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("world.json");
    let world = json!({"users": [{"id": "a", "role": "user", "tokens": [{"id": "t1"}]}]});
    std::fs::write(&path, world.to_string()).expect("written");
    let path = path.to_str().expect("text");
    let (mut child, ready) = start(&["--world", path, "--tls", "--until-stdin-closes"]);
    assert!(ready["url"].as_str().is_some_and(|url| url.starts_with("https://")));
    assert!(ready["ca_pem"].as_str().is_some_and(|pem| pem.contains("CERTIFICATE")));
    assert_eq!(ready["seeded"][0]["token_id"], "t1");
    drop(child.stdin.take());
    assert_eq!(exit_code(child), Some(0));
}

#[test]
fn it_behaves_like_the_version_in_its_world_or_its_arguments() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("old-world.json");
    std::fs::write(&path, json!({"server_version": "0.59"}).to_string()).expect("written");
    let path = path.to_str().expect("text");
    for (args, version) in [
        (&["--world", path] as &[&str], "0.59"),
        (&["--world", path, "--server-version", "0.40"], "0.40"),
        (&["--server-version=0.40"], "0.40"),
        (&[], "current"),
    ] {
        let (mut child, ready) = start(&[args, &["--until-stdin-closes"]].concat());
        let control = ready["control_url"].as_str().expect("a URL");
        assert_eq!(once(control, "GET", "/health", &[], None).json()["server_version"], version, "{args:?}");
        drop(child.stdin.take());
        assert_eq!(exit_code(child), Some(0));
    }
}

#[test]
fn it_reports_what_it_cannot_do() {
    let run = |args: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_netbird-mock")).args(args).output().expect("it runs");
        (out.status.code(), String::from_utf8(out.stderr).expect("text"))
    };
    let (code, text) = run(&["--frobnicate"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("unknown option `--frobnicate`"), "{text}");
    let (code, text) = run(&["--world", "/does/not/exist.json"]);
    assert_eq!(code, Some(1));
    assert!(text.contains("/does/not/exist.json"), "{text}");
    let (code, text) = run(&["--listen", "192.0.2.1:1"]);
    assert_eq!(code, Some(1));
    assert!(text.contains("the server cannot start"), "{text}");
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("wrong-world.json");
    let path = path.to_str().expect("text");
    for (world, message) in [
        (json!({"server_version": 0.59}), "expected a string"),
        (json!({"server_version": "0.60"}), "`0.60` is not one of 0.40, 0.59, current"),
        (json!({"zone": "x"}), "zone: `x` is neither `Z` nor like `+01:00`"),
    ] {
        std::fs::write(path, world.to_string()).expect("written");
        let (code, text) = run(&["--world", path]);
        assert_eq!(code, Some(1));
        assert!(text.contains(message), "{text}");
    }
    let (code, _) = run(&["--help"]);
    assert_eq!(code, Some(0));
}
