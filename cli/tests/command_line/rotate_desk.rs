//! A token file on this machine, whose token is rotated.

use std::path::PathBuf;
use std::process::Command;

use netbird_mock::world::{Action, Fault};
use serde_json::Value;

use crate::support::{ALICE, Ran, Server, run, write};

/// A folder with the token file `token`, which holds the secret of Alice's `laptop`.
pub(crate) struct Desk {
    pub(crate) server: Server,
    folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with(Server::start())
    }

    pub(crate) fn with(server: Server) -> Self {
        let desk = Desk { server, folder: tempfile::tempdir().unwrap() };
        write(&desk.file(), &desk.server.plain("laptop"), 0o600);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.path("token")
    }

    pub(crate) fn journal(&self) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.path("token.rotation")).unwrap()).unwrap()
    }

    /// The program with Alice's token from the file, which it may replace.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.server.with_token("ulis");
        command.arg("--token-file").arg(self.file()).args(args);
        command
    }

    /// `rotate` of the token in the file.
    pub(crate) fn rotation(&self, args: &[&str]) -> Command {
        let mut command = self.command(&["rotate"]);
        command.arg("--write-to").arg(self.file()).args(args);
        command
    }

    pub(crate) fn rotate(&self, args: &[&str]) -> Ran {
        run(&mut self.rotation(args))
    }

    /// The ids of Alice's tokens, without the expired one.
    pub(crate) fn ids(&self) -> Vec<String> {
        let tokens = self.server.0.tokens(ALICE).into_iter().map(|token| token.id);
        tokens.filter(|id| id != "old").collect()
    }

    /// The id of the token whose secret is in the file, if it is one of Alice's.
    pub(crate) fn held(&self) -> Option<String> {
        let secret = std::fs::read_to_string(self.file()).unwrap();
        self.ids().into_iter().find(|id| self.server.plain(id) == secret)
    }

    /// The files in the folder, without the lock.
    pub(crate) fn names(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.folder).unwrap();
        let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "token.rotation.lock");
        names.sort();
        names
    }

    /// Checks that nothing has changed, at the server and here.
    #[track_caller]
    pub(crate) fn is_untouched(&self) {
        assert!(!self.server.0.requests().iter().any(|seen| seen.method == "DELETE"));
        self.is_untouched_but_for_the_delete();
    }

    /// Checks that a successor, if there was one, is revoked, and everything else is as it was.
    #[track_caller]
    pub(crate) fn is_untouched_but_for_the_delete(&self) {
        assert_eq!(self.ids(), ["laptop"]);
        assert_eq!(self.held().as_deref(), Some("laptop"));
        assert_eq!(self.names(), ["token"]);
    }
}

/// A fault of one request: the first with this method and target after some others.
pub(crate) fn fault(server: &Server, method: &str, skip: u32, action: Action) {
    server.0.push_fault(Fault {
        method: Some(method.to_owned()),
        target_contains: Some("/tokens".to_owned()),
        skip,
        times: Some(1),
        action,
    });
}
