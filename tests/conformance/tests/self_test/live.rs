//! Live runs, by the program, against a server that is not the scenarios' own mock. Whatever happens, nothing is left there.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use netbird_mock::MockServer;
use netbird_mock::world::SeenRequest;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use super::support::folder;

/// The server of a live run: an owner with one token, and somebody else's service user.
struct RealServer(MockServer);

impl RealServer {
    fn start(settings: &Value) -> Self {
        let mut world = json!({"users": [
            {"id": "person|1", "name": "Olga", "role": "owner", "tokens": [{"name": "desktop"}]},
            {"id": "theirs", "name": "theirs", "role": "admin", "is_service_user": true, "tokens": [{"name": "laptop"}]},
        ]});
        for (name, value) in settings.as_object().expect("settings") {
            world[name] = value.clone();
        }
        Self(MockServer::start(serde_json::from_value(world).expect("a world")).expect("starts"))
    }

    fn push_fault(&self, fault: Value) {
        self.0.push_fault(serde_json::from_value(fault).expect("a fault"));
    }

    fn owners_pat(&self) -> String {
        self.0.seeded()[0].plain.clone()
    }

    /// Starts a run of the scenarios in a file with the fake adapter.
    fn run(&self, scenarios: &Path) -> Child {
        Command::new(env!("CARGO_BIN_EXE_netbird-conformance"))
            .args(["live", "--adapter", "fake", "--command", env!("CARGO_BIN_EXE_netbird-fake-adapter"), "--scenarios"])
            .arg(scenarios)
            .env("NETBIRD_TEST_URL", self.0.url())
            .env("NETBIRD_TEST_TOKEN", self.owners_pat())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts")
    }

    /// The names of the users that are there, as the owner sees them.
    fn users(&self) -> Vec<String> {
        self.0.clear_faults();
        let text = get(&self.0.url(), &self.owners_pat());
        let users: Vec<Value> = serde_json::from_str(&text).expect("a list of users");
        users.iter().map(|user| user["name"].as_str().expect("a name").to_owned()).collect()
    }

    fn is_as_before(&self) {
        assert_eq!(self.users(), ["Olga", "theirs"]);
        for (user, token) in [("person|1", "desktop"), ("theirs", "laptop")] {
            let names: Vec<String> = self.0.tokens(user).into_iter().map(|token| token.name).collect();
            assert_eq!(names, [token], "{user}");
        }
    }

    /// Waits for a request.
    fn wait_for(&self, is_it: impl Fn(&SeenRequest) -> bool) {
        while !self.0.requests().iter().any(&is_it) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The list of users, with no client of this workspace.
fn get(url: &str, pat: &str) -> String {
    use std::io::{Read as _, Write as _};
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = std::net::TcpStream::connect(address).expect("connects");
    let head = format!(
        "GET /api/users HTTP/1.1\r\nHost: {address}\r\nAuthorization: Token {pat}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("writes");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("reads");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}

/// A folder with the scenarios of one file, after a change of its text.
fn scenarios(change: impl Fn(String) -> String) -> tempfile::TempDir {
    let text = std::fs::read_to_string(folder("must_pass/live.yaml")).expect("readable");
    let made = tempfile::tempdir().expect("a folder");
    std::fs::write(made.path().join("live.yaml"), change(text)).expect("written");
    made
}

/// What a run printed, without any credential of the server in it.
fn printed(server: &RealServer, output: &Output) -> String {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!text.contains(&server.owners_pat()[4..20]), "{text}");
    text
}

#[test]
fn the_same_scenarios_pass_on_each_server_version() {
    let folder = scenarios(|text| text);
    for (version, counts) in [
        ("current", "2 passed, 0 failed, 0 skipped"),
        ("0.59", "2 passed, 0 failed, 0 skipped"),
        ("0.40", "1 passed, 0 failed, 1 skipped\n  skipped 1: the server has no role auditor"),
    ] {
        let server = RealServer::start(&json!({"server_version": version}));
        let output = server.run(folder.path()).wait_with_output().expect("ends");
        let text = printed(&server, &output);
        assert!(output.status.success(), "{text}");
        assert!(text.contains(&format!("behaves like server version {version}")), "{text}");
        assert!(text.contains(&format!("fake: 2 live scenarios: {counts}")), "{text}");
        server.is_as_before();
    }
}

#[test]
fn a_run_waits_for_the_servers_limiter() {
    let folder = scenarios(|text| text);
    let server = RealServer::start(&json!({"rate_limit": {"rpm": 600, "burst": 5}}));
    let output = server.run(folder.path()).wait_with_output().expect("ends");
    let text = printed(&server, &output);
    assert!(text.contains("2 passed, 0 failed"), "{text}");
    assert!(server.0.requests().iter().any(|request| request.status == Some(429)), "the limiter refused nothing");
    std::thread::sleep(Duration::from_secs(1));
    server.is_as_before();
}

#[test]
fn wrong_answers_and_wrong_states_are_failures() {
    let wrong_changes: [fn(String) -> String; 3] = [
        |text| {
            text.replace(
                "{id: laptop, name: laptop}]}\n        requests",
                "{id: laptop, name: other}]}\n        requests",
            )
        },
        |text| text.replace("[laptop, phone]", "[laptop]"),
        |text| text.replace("ok: \"it is ${unique}\"", "ok: \"it was ${unique}\""),
    ];
    for change in wrong_changes {
        let folder = scenarios(change);
        let server = RealServer::start(&json!({}));
        let output = server.run(folder.path()).wait_with_output().expect("ends");
        let text = printed(&server, &output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("FAIL  must-pass-live ("), "{text}");
        assert!(text.contains("fake: 2 live scenarios: 1 passed, 1 failed"), "{text}");
        server.is_as_before();
    }
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    let folder = scenarios(|text| text);
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let server = RealServer::start(&json!({}));
        // The call of the scenario hangs, so that the run is in the middle of it.
        server.push_fault(json!({"method": "GET", "target_contains": "/tokens", "action": {"hold": {}}}));
        let run = server.run(folder.path());
        server.wait_for(|request| request.method == "GET" && request.target.ends_with("/tokens"));
        kill(Pid::from_raw(i32::try_from(run.id()).expect("an id")), signal).expect("sends the signal");
        let output = run.wait_with_output().expect("ends");
        let text = printed(&server, &output);
        assert_eq!(output.status.code(), Some(130), "{text}");
        assert!(text.contains("interrupted: removing"), "{text}");
        server.is_as_before();
    }
}

#[test]
fn a_user_that_was_made_without_an_answer_is_removed() {
    let folder = scenarios(|text| text);
    let server = RealServer::start(&json!({}));
    server.push_fault(json!({"method": "POST", "target_contains": "/users", "skip": 3, "action": {"drop_after": {}}}));
    let output = server.run(folder.path()).wait_with_output().expect("ends");
    let text = printed(&server, &output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    server.is_as_before();
}

#[test]
fn what_cannot_be_removed_is_named() {
    let folder = scenarios(|text| text);
    let server = RealServer::start(&json!({}));
    let refusal = json!({"status": 500, "body": "{\"message\":\"no\",\"code\":500}"});
    server.push_fault(
        json!({"method": "DELETE", "target_contains": "/users", "times": 0, "action": {"answer": refusal}}),
    );
    let output = server.run(folder.path()).wait_with_output().expect("ends");
    let text = printed(&server, &output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    let left = server.users();
    assert!(left.len() > 2, "{left:?}");
    for name in left.iter().filter(|name| name.starts_with("netbird-conformance-")) {
        assert!(text.contains(name), "{name}: {text}");
    }
    // The next run says so, too.
    let output = server.run(folder.path()).wait_with_output().expect("ends");
    let text = printed(&server, &output);
    assert!(output.status.success() && text.contains("an earlier run has left the service user"), "{text}");
}

#[test]
fn a_run_without_a_server_or_with_a_wrong_credential_says_why() {
    let folder = scenarios(|text| text);
    let program = || {
        let mut program = Command::new(env!("CARGO_BIN_EXE_netbird-conformance"));
        program.args(["live", "--adapter", "fake", "--command", "unused", "--scenarios"]).arg(folder.path());
        program.env_remove("NETBIRD_TEST_URL").env_remove("NETBIRD_TEST_TOKEN");
        program
    };
    let output = program().output().expect("runs");
    assert!(String::from_utf8_lossy(&output.stderr).contains("needs NETBIRD_TEST_URL"));
    let server = RealServer::start(&json!({}));
    let stranger = "nbp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0uCPlr";
    let output =
        program().env("NETBIRD_TEST_URL", server.0.url()).env("NETBIRD_TEST_TOKEN", stranger).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    server.is_as_before();
}

#[test]
fn a_front_end_that_does_not_start_is_a_failure() {
    let folder = scenarios(|text| text);
    let server = RealServer::start(&json!({}));
    let mut program = Command::new(env!("CARGO_BIN_EXE_netbird-conformance"));
    program.args(["live", "--adapter", "fake", "--command", "no-such-program", "--scenarios"]).arg(folder.path());
    program.env("NETBIRD_TEST_URL", server.0.url()).env("NETBIRD_TEST_TOKEN", server.owners_pat());
    let output = program.output().expect("runs");
    let text = printed(&server, &output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("fake: did not run"), "{text}");
    server.is_as_before();
}
