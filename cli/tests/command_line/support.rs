//! A server with a few users, and the program to run against it.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use netbird_mock::MockServer;
use netbird_mock::world::{Action, Fault, TokenSeed, UserSeed, World};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// A run that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) const ALICE: &str = "google-oauth2|alice";
pub(crate) const BOT: &str = "ef3799d6-3891-4769-9690-e6798258d5f6";

/// The program, with an environment that has nothing about NetBird, proxies, a desktop, or a login of whoever runs the tests.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netbird-tokens"));
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"] {
        command.env_remove(name);
    }
    command.env("XDG_STATE_HOME", "/nonexistent/state").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    for (name, _) in std::env::vars_os() {
        let upper = name.to_string_lossy().to_ascii_uppercase();
        if upper.starts_with("NB_") || upper.starts_with("NETBIRD_") || upper.ends_with("_PROXY") || upper == "NO_COLOR"
        {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The outcome of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error in JSON, which is the last line on standard error.
    pub(crate) fn json_error(&self) -> serde_json::Value {
        let last = self.err.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, 0, "{self:?}");
        self
    }
}

/// Waits for the end, with a limit.
pub(crate) fn finish(child: Child) -> Ran {
    let pid = Pid::from_child(&child);
    let (ended, until) = mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || {
        if until.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
            let _ = kill_process(pid, Signal::KILL);
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(ended);
    watchdog.join().unwrap();
    Ran {
        status: output.status.code().expect("it ended by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn run(command: &mut Command) -> Ran {
    finish(command.spawn().unwrap())
}

pub(crate) fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}

/// Waits until something is true.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < LIMIT, "still not: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Somebody at a terminal: the end to type into, and the end that a program reads.
pub(crate) fn terminal() -> (File, Stdio) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&person).unwrap();
    unlockpt(&person).unwrap();
    let name = ptsname(&person, Vec::new()).unwrap();
    let program = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    (File::from(person), program.into())
}

pub(crate) struct Server(pub(crate) MockServer);

impl Server {
    /// Alice, who owns the account, with `laptop` and `old` (expired); a service user with `pipeline`; and people with fewer
    /// rights, each with a token named after its user.
    pub(crate) fn start() -> Self {
        Self::with(World::default())
    }

    pub(crate) fn with(mut world: World) -> Self {
        let user = |id: &str, role: &str, tokens: &[&str]| UserSeed {
            id: id.to_owned(),
            name: id.split('|').next_back().unwrap().to_owned(),
            role: role.to_owned(),
            email: format!("{role}@example.com"),
            tokens: tokens.iter().map(|id| token(id)).collect(),
            ..UserSeed::default()
        };
        let mut alice = user(ALICE, "owner", &["laptop"]);
        alice.tokens.push(TokenSeed {
            created_at: Some("2020-01-01T00:00:00Z".to_owned()),
            expiration_date: Some("2020-02-01T00:00:00Z".to_owned()),
            ..token("old")
        });
        world.users.extend([
            alice,
            UserSeed { is_service_user: true, email: String::new(), ..user(BOT, "admin", &["pipeline"]) },
            user("uli", "user", &["ulis"]),
            UserSeed { is_blocked: true, ..user("bea", "admin", &["beas"]) },
            UserSeed { pending_approval: true, ..user("pia", "admin", &["pias"]) },
        ]);
        Server(MockServer::start(world).unwrap())
    }

    /// The text of a token.
    pub(crate) fn plain(&self, token_id: &str) -> String {
        self.0.plain_of(token_id).unwrap_or_else(|| panic!("no token {token_id}"))
    }

    /// The program, set up for this server and the token with this id.
    pub(crate) fn with_token(&self, token_id: &str) -> Command {
        let mut command = program();
        command.env("NB_MANAGEMENT_URL", self.0.url()).env("NB_PAT", self.plain(token_id));
        command
    }

    /// A run with Alice's token.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        run(self.with_token("laptop").args(args))
    }

    pub(crate) fn fault(&self, method: &str, action: Action) {
        self.0.push_fault(Fault {
            method: Some(method.to_owned()),
            target_contains: None,
            skip: 0,
            times: Some(0),
            action,
        });
    }

    /// The methods and targets that arrived since this was last asked.
    pub(crate) fn arrived(&self) -> Vec<String> {
        self.0.take_requests().into_iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect()
    }

    pub(crate) fn names(&self, user_id: &str) -> Vec<String> {
        self.0.tokens(user_id).into_iter().map(|token| token.name).collect()
    }
}

fn token(id: &str) -> TokenSeed {
    TokenSeed { id: Some(id.to_owned()), name: id.to_owned(), ..TokenSeed::default() }
}

/// An error answer in NetBird's form.
pub(crate) fn answer(status: u16, message: &str) -> Action {
    Action::Answer {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json; charset=UTF-8".to_owned())],
        body: serde_json::json!({"message": message, "code": status}).to_string(),
        act: false,
    }
}

pub(crate) fn write(path: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// Whether a text is a PAT and nothing else.
pub(crate) fn is_pat(text: &str) -> bool {
    netbird_mock::pat::is_well_formed(text)
}
