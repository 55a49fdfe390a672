//! A person with a home directory, who logs in to a server with an identity provider.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};

use netbird_mock::world::{IdentityProvider, LoginState, Refresh, World};
use serde_json::Value;

use crate::support::{ALICE, Ran, Server, finish, program, run, terminal, wait_until};

/// A server with an identity provider that is asked every second.
pub(crate) fn server(provider: IdentityProvider) -> Server {
    let provider = IdentityProvider { interval_secs: 1, ..provider };
    Server::with(World { identity_provider: Some(provider), ..World::default() })
}

/// An identity provider whose tokens can be refreshed.
pub(crate) fn refreshing() -> IdentityProvider {
    IdentityProvider { refresh: Refresh::Works, ..IdentityProvider::default() }
}

pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Home(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    /// The program as this person runs it, without a credential.
    pub(crate) fn program(&self, server: &Server) -> Command {
        let mut command = program();
        command.env("HOME", self.0.path()).env("XDG_STATE_HOME", self.0.path().join("state"));
        command.env("NB_MANAGEMENT_URL", server.0.url());
        command
    }

    pub(crate) fn run(&self, server: &Server, args: &[&str]) -> Ran {
        run(self.program(server).args(args))
    }

    /// Logs in as Alice, and keeps the login in a file.
    pub(crate) fn log_in(&self, server: &Server) {
        let child = self.program(server).args(["login", "--store", "file"]).spawn().unwrap();
        approve(server, ALICE);
        finish(child).ok();
    }

    /// What the program keeps: paths below the state directory, without locks.
    pub(crate) fn kept(&self) -> Vec<PathBuf> {
        let folder = self.0.path().join("state/netbird-tokens/logins");
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_none_or(|extension| extension != "lock")).collect()
    }

    /// The only record.
    pub(crate) fn record_path(&self) -> PathBuf {
        let kept = self.kept();
        assert_eq!(kept.len(), 1, "{kept:?}");
        kept.into_iter().next().unwrap()
    }

    pub(crate) fn record(&self) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.record_path()).unwrap()).unwrap()
    }
}

pub(crate) fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The code of the login that waits for somebody to decide.
pub(crate) fn waiting_code(server: &Server) -> String {
    let mut code = None;
    wait_until("a login waits", || {
        let waiting = server.0.logins().into_iter().find(|login| login.state == LoginState::Pending);
        code = waiting.map(|login| login.user_code);
        code.is_some()
    });
    code.unwrap()
}

/// Confirms the login that waits.
pub(crate) fn approve(server: &Server, user_id: &str) {
    server.0.approve_login(&waiting_code(server), user_id).unwrap();
}

/// A run whose standard error is a terminal of this size; `on_code` is called once it shows the code. Returns what it showed, too.
pub(crate) fn at_a_terminal(mut command: Command, columns: u16, on_code: impl FnOnce(&Child)) -> (Ran, String) {
    let (mut person, stderr) = terminal();
    let size = rustix::termios::Winsize { ws_row: 60, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&person, size).unwrap();
    let child = command.env("TERM", "xterm").stderr(stderr).spawn().unwrap();
    drop(command);
    let reader = std::thread::spawn(move || {
        let mut shown = Vec::new();
        // A terminal whose program has ended cannot be read further.
        let _ = person.read_to_end(&mut shown);
        String::from_utf8(shown).unwrap()
    });
    on_code(&child);
    (finish(child), reader.join().unwrap())
}

/// No secret that the identity provider gave out was shown.
#[track_caller]
pub(crate) fn shows_no_secret(server: &Server, ran: &Ran) {
    let secrets = server.0.login_secrets();
    assert!(!secrets.is_empty());
    for secret in secrets {
        assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret), "a secret was shown");
    }
}
