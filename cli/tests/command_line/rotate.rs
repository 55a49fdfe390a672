//! `rotate`: what changes at the server, where the secret goes, and what stays as it was when something fails.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use netbird_mock::world::{Action, Fault, TokenSeed, UserSeed, World};
use serde_json::{Value, json};

use crate::support::{ALICE, BOT, Ran, Server, answer, finish, is_pat, run, write};

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

#[test]
fn the_secret_is_alone_on_standard_output_and_the_old_token_is_gone() {
    let server = Server::start();
    let ran = server.run(&["rotate", "laptop"]).ok();
    assert!(is_pat(&ran.out), "{ran:?}");
    let tokens = server.0.tokens(ALICE);
    let new = tokens.iter().find(|token| token.name.starts_with("laptop #")).unwrap();
    assert_eq!(server.plain(&new.id), ran.out);
    assert_eq!(tokens.len(), 2, "the new one and the expired one: {tokens:?}");
    assert!(ran.err.contains("The old token laptop is revoked") && !ran.err.contains("nbp_"), "{ran:?}");
}

#[test]
fn a_rotation_is_four_requests() {
    let server = Server::start();
    run(server.with_token("laptop").args(["rotate", "pipeline", "--user-id", BOT])).ok();
    let methods: Vec<_> = server.arrived().into_iter().map(|seen| seen.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods, ["GET", "POST", "GET", "DELETE"]);
}

#[test]
fn json_is_one_object_with_the_secret() {
    let server = Server::start();
    let json = server.run(&["rotate", "--name", "laptop", "--expires-in", "4w", "-o", "json"]).ok().json();
    assert_eq!((&json["outcome"], &json["old_token_id"]), (&"rotated".into(), &"laptop".into()));
    assert_eq!(json["plain_token"], server.plain(json["token_id"].as_str().unwrap()));
    assert_eq!(json["token"]["user_id"], ALICE);
    assert!([27, 28].map(Value::from).contains(&json["token"]["days_left"]), "{json}");
}

#[test]
fn the_file_is_replaced_and_the_token_in_it_is_the_one_that_is_rotated() {
    let desk = Desk::new();
    let ran = desk.rotate(&["-o", "json"]).ok();
    let new = ran.json()["token_id"].as_str().unwrap().to_owned();
    assert_eq!((desk.ids(), desk.held()), (vec![new.clone()], Some(new.clone())));
    assert_eq!(std::fs::metadata(desk.file()).unwrap().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(desk.path("token.rotation")).unwrap().mode() & 0o777, 0o600);
    assert_eq!(desk.names(), ["token", "token.rotation"]);
    let text = std::fs::read_to_string(desk.path("token.rotation")).unwrap();
    assert!(!text.contains("nbp_") && !(ran.out + &ran.err).contains("nbp_"), "{text}");
    let stage = &desk.journal()["rotation"]["stage"];
    assert_eq!(stage, "committed");

    // The successor revoked its predecessor: the old one could not have seen whether that worked.
    let requests = desk.server.0.requests();
    assert!(requests.iter().any(|seen| seen.method == "DELETE" && seen.status == Some(200)));
    // Later runs know the token from the journal.
    desk.server.arrived();
    desk.rotate(&["--name", "laptop"]).ok();
    assert_eq!(desk.server.arrived().len(), 4);
    assert_eq!(desk.ids().len(), 1);
    assert!(desk.held().is_some_and(|id| id != new));
}

#[test]
fn a_token_that_somebody_put_into_the_file_is_not_taken_for_the_last_one() {
    let desk = Desk::new();
    desk.rotate(&[]).ok();
    let other = TokenSeed { id: Some("other".into()), name: "other".into(), ..TokenSeed::default() };
    let plain = desk.server.0.add_token(ALICE, other).unwrap().plain;
    std::fs::write(desk.file(), &plain).unwrap();
    let ran = desk.rotate(&[]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.err.contains("the token in the file is other (other)"), "{ran:?}");
    assert_eq!((desk.ids().len(), desk.held().as_deref()), (2, Some("other")));
    std::fs::remove_file(desk.path("token.rotation")).unwrap();
    desk.rotate(&[]).ok();
    assert!(!desk.ids().contains(&"other".to_owned()));
}

#[test]
fn the_same_line_with_an_id_or_a_name_goes_on_with_the_successor() {
    for selector in [["--token-id", "laptop"], ["--name", "laptop"]] {
        let desk = Desk::new();
        for _ in 0..3 {
            desk.rotate(&selector).ok();
            assert_eq!(desk.ids().len(), 1);
            assert!(desk.held().is_some());
        }
    }
}

#[test]
fn a_new_name_and_a_lifetime() {
    let desk = Desk::new();
    let json = desk.rotate(&["laptop", "--new-name", "server", "--expires-in", "40", "-o", "json"]).ok().json();
    assert!(json["token"]["name"].as_str().unwrap().starts_with("server #"), "{json}");
    assert!([39, 40].map(Value::from).contains(&json["token"]["days_left"]), "{json}");
    assert_eq!(json.get("plain_token"), None);
    // The old name still leads to it.
    desk.rotate(&["--name", "laptop"]).ok();
    assert_eq!(desk.ids().len(), 1);
}

#[test]
fn several_tokens_of_one_name_are_listed() {
    let server = Server::start();
    let second = TokenSeed { id: Some("second".into()), name: "laptop".into(), ..TokenSeed::default() };
    server.0.add_token(ALICE, second).unwrap();
    let ran = server.run(&["rotate", "--name", "laptop", "-o", "json"]);
    assert_eq!(ran.status, 13, "{ran:?}");
    let error = ran.json_error();
    assert_eq!(error["candidate_token_ids"], json!(["laptop", "second"]));
    assert!(error["message"].as_str().unwrap().contains("last used"), "{error}");
    assert!(!server.0.requests().iter().any(|seen| seen.method != "GET"));
}

#[test]
fn permissions_and_links_are_kept() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("real")).unwrap();
    std::fs::rename(desk.file(), desk.path("real/token")).unwrap();
    symlink("real/token", desk.file()).unwrap();
    std::fs::set_permissions(desk.path("real/token"), std::fs::Permissions::from_mode(0o640)).unwrap();
    desk.rotate(&[]).ok();
    assert!(desk.file().is_symlink());
    assert_eq!(std::fs::metadata(desk.file()).unwrap().mode() & 0o777, 0o640);
    assert_eq!(desk.ids(), [desk.held().unwrap()]);
    assert!(desk.path("real/token.rotation").exists(), "beside the file itself");

    std::fs::set_permissions(desk.path("real/token"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = desk.rotate(&[]).ok();
    assert!(ran.err.contains("every user could read"), "{ran:?}");
    assert_eq!(std::fs::metadata(desk.file()).unwrap().mode() & 0o777, 0o640);
}

#[test]
fn a_mounted_kubernetes_secret_is_not_touched() {
    let desk = Desk::new();
    let mount = desk.path("..2026_11_25_10_00_00.1");
    std::fs::create_dir(&mount).unwrap();
    std::fs::rename(desk.file(), mount.join("token")).unwrap();
    symlink(&mount, desk.path("..data")).unwrap();
    symlink("..data/token", desk.file()).unwrap();
    let ran = desk.rotate(&["laptop"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("Kubernetes") && ran.err.contains("--exec"), "{ran:?}");
    assert_eq!(desk.server.arrived(), [""; 0]);
    assert_eq!((desk.ids(), desk.held()), (vec!["laptop".to_owned()], Some("laptop".to_owned())));
    assert_eq!(std::fs::read_dir(&mount).unwrap().count(), 1);
}

/// Runs `rotate` in a shell, which can set limits that a test cannot.
fn in_shell(desk: &Desk, script: &str) -> Ran {
    let cli = desk.rotation(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(cli.get_program()).args(cli.get_args());
    shell.envs(cli.get_envs().filter_map(|(name, value)| Some((name, value?))));
    finish(shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

#[test]
fn a_place_that_cannot_take_the_secret_costs_no_token() {
    let desk = Desk::new();
    // As a full disk, which a limit on file sizes resembles.
    let ran = in_shell(&desk, "ulimit -f 0; \"$0\" \"$@\"");
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("Nothing was changed"), "{ran:?}");
    desk.is_untouched();

    for (place, why) in [("no/such/token", "no directory"), ("token/x", ""), (".", "not a regular file")] {
        let ran = run(desk.command(&["rotate", "laptop"]).arg("--write-to").arg(desk.path(place)));
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains(why) && ran.err.contains("Nothing was changed"), "{ran:?}");
    }
    desk.is_untouched();
}

#[test]
fn a_directory_that_cannot_be_written_costs_no_token() {
    // Nobody, root included, may create a file here.
    let place = Path::new("/proc/self/attr");
    if !place.is_dir() {
        return;
    }
    let desk = Desk::new();
    let ran = run(&mut desk.command(&["rotate", "laptop", "--write-to", "/proc/self/attr/token"]));
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("Nothing was changed"), "{ran:?}");
    desk.is_untouched();
    assert_eq!(desk.server.arrived(), [""; 0]);
}

#[test]
fn what_does_not_go_together_is_refused() {
    let desk = Desk::new();
    for args in [
        &["rotate"] as &[&str],
        &["rotate", "laptop", "--name", "laptop"],
        &["rotate", "laptop", "--token-id", "laptop"],
        &["rotate", "laptop", "--exec", "cat", "--write-to", "x"],
        &["rotate", "laptop", "--exec-timeout", "3"],
        &["rotate", "laptop", "--overlap", "24h"],
        &["rotate", "laptop", "--overlap", "soon", "--write-to", "x"],
        &["rotate", "laptop", "--expires-in", "400"],
        &["rotate", "laptop", "--expires-in", "2020-01-01"],
        &["rotate", "laptop", "--exec", "no-such-program-anywhere"],
        &["rotate", "laptop", "--exec", "'unclosed"],
        &["rotate", "laptop", "--exec", ""],
        &["rotate", "laptop", "--shell"],
        &["list", "--shell"],
        &["rotate", "resume"],
        &["rotate", "resume", "--journal", "x", "--overlap", "1h"],
        &["rotate", "resume", "--journal", "x", "--exec", "cat"],
        // Another file than the one that the credential is in.
        &["rotate", "--write-to", "x"],
    ] {
        let ran = run(&mut desk.command(args));
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
    }
    assert_eq!(desk.server.arrived(), [""; 0]);
    desk.is_untouched();
}

#[test]
fn what_the_server_refuses_changes_nothing() {
    let desk = Desk::new();
    for (token_id, status) in [("nope", 12), ("pipeline", 12), ("ulis", 12)] {
        let ran = desk.rotate(&[token_id]);
        assert_eq!(ran.status, status, "{ran:?}");
        desk.is_untouched();
    }
    // No right to create.
    fault(&desk.server, "POST", 0, answer(403, "permission denied"));
    let ran = desk.rotate(&["laptop"]);
    assert_eq!(ran.status, 11, "{ran:?}");
    desk.is_untouched();
    let ran = run(desk.server.with_token("old").args(["rotate", "old"]));
    assert_eq!(ran.status, 10, "{ran:?}");
}

#[test]
fn an_expired_token_can_be_rotated_by_another_credential() {
    let desk = Desk::new();
    let ran = desk.server.run(&["rotate", "old"]).ok();
    assert!(is_pat(&ran.out));
    assert!(!desk.server.names(ALICE).contains(&"old".to_owned()));
}

#[test]
fn another_users_token_is_rotated_with_the_user_id() {
    let desk = Desk::new();
    let target = desk.path("pipeline");
    let args = ["rotate", "--name", "pipeline", "--user-id", BOT, "--write-to", target.to_str().unwrap()];
    for _ in 0..2 {
        run(&mut desk.command(&args)).ok();
        let tokens = desk.server.0.tokens(BOT);
        assert_eq!(tokens.len(), 1);
        assert_eq!(desk.server.plain(&tokens[0].id), std::fs::read_to_string(&target).unwrap());
    }
    assert_eq!(desk.held().as_deref(), Some("laptop"));
}

#[test]
fn a_token_is_rotated_only_if_it_expires_soon() {
    let desk = Desk::new();
    let ran = desk.rotate(&["--if-expires-within", "14d", "-o", "json"]);
    assert_eq!(ran.status, 71, "{ran:?}");
    let json = ran.json();
    assert_eq!((&json["outcome"], &json["old_token_id"]), (&"nothing_to_do".into(), &"laptop".into()));
    desk.is_untouched();
    // The server's clock decides, and not the one of this machine.
    desk.server.0.advance_clock(20 * 86_400);
    let json = desk.rotate(&["--if-expires-within", "14d", "-o", "json"]).ok().json();
    assert_eq!(json["outcome"], "rotated");
    assert_eq!(desk.rotate(&["--if-expires-within", "14d"]).status, 71);
}

#[test]
fn a_token_that_lives_too_shortly_for_the_condition_is_refused() {
    let desk = Desk::new();
    for args in [
        &["--if-expires-within", "90d"] as &[&str],
        &["--if-expires-within", "14d", "--expires-in", "14"],
        &["--if-expires-within", "14d", "--overlap", "2d", "--expires-in", "16d"],
    ] {
        let ran = desk.rotate(args);
        assert_eq!(ran.status, 2, "{args:?} {ran:?}");
        assert!(ran.err.contains("every run would rotate it"), "{ran:?}");
    }
    desk.is_untouched();
}

#[test]
fn a_dry_run_changes_nothing() {
    let desk = Desk::new();
    let ran = desk.rotate(&["--dry-run"]).ok();
    assert!(ran.err.contains("Would rotate token laptop"), "{ran:?}");
    assert_eq!(desk.rotate(&["--dry-run", "-o", "json"]).ok().json()["outcome"], "would_rotate");
    assert_eq!(desk.rotate(&["--dry-run", "--if-expires-within", "14d"]).status, 71);
    desk.is_untouched();
    assert!(!desk.path("token.rotation.lock").exists());
}

#[test]
fn the_old_token_works_until_the_overlap_is_over() {
    let desk = Desk::new();
    let line = ["--if-expires-within", "14d", "--overlap", "24h", "-o", "json"];
    desk.server.0.advance_clock(20 * 86_400);
    let ran = desk.rotate(&line).ok();
    let new = ran.json()["token_id"].as_str().unwrap().to_owned();
    assert_eq!(ran.json()["superseded"][0]["token_id"], "laptop");
    assert_eq!(desk.ids(), ["laptop", &new]);
    assert_eq!(desk.held(), Some(new.clone()));

    desk.server.0.advance_clock(23 * 3600);
    assert_eq!(desk.rotate(&line).status, 71);
    assert_eq!(desk.ids().len(), 2);
    let ran = desk.rotate(&["--if-expires-within", "14d", "--overlap", "20h", "--dry-run", "-o", "json"]);
    assert_eq!((ran.status, &ran.json()["revoked"]), (71, &json!(["laptop"])), "{ran:?}");
    assert_eq!(desk.ids().len(), 2);

    desk.server.0.advance_clock(2 * 3600);
    let ran = desk.rotate(&line);
    assert_eq!((ran.status, &ran.json()["revoked"]), (71, &json!(["laptop"])), "{ran:?}");
    assert_eq!(desk.ids(), [new]);
    assert_eq!(desk.journal()["superseded"], json!([]));
}

#[test]
fn a_superseded_token_that_somebody_else_revoked_is_crossed_out() {
    let desk = Desk::new();
    desk.rotate(&["--overlap", "24h"]).ok();
    run(&mut desk.command(&["revoke", "laptop", "--yes"])).ok();
    desk.server.0.advance_clock(25 * 3600);
    assert_eq!(desk.rotate(&["--if-expires-within", "14d", "--overlap", "24h"]).status, 71);
    assert_eq!(desk.journal()["superseded"], json!([]));
}

#[test]
fn without_an_overlap_what_was_superseded_is_revoked_at_once() {
    let desk = Desk::new();
    desk.rotate(&["--overlap", "30d"]).ok();
    desk.rotate(&["--overlap", "30d"]).ok();
    assert_eq!(desk.ids().len(), 3, "each has its time");
    desk.rotate(&[]).ok();
    assert_eq!(desk.ids(), [desk.held().unwrap()]);
}

#[test]
fn a_journal_that_does_not_fit_changes_nothing() {
    let desk = Desk::new();
    desk.rotate(&["laptop", "--overlap", "1d"]).ok();
    let good = desk.journal();
    let path = desk.path("token.rotation");
    let ids = desk.ids();
    let set = |pointer: &str, value: Value| {
        let mut journal = good.clone();
        *journal.pointer_mut(pointer).unwrap() = value;
        journal.to_string()
    };
    desk.server.arrived();
    for (text, why) in [
        (String::new(), "cannot be read"),
        ("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm".to_owned(), "cannot be read"),
        (good.to_string()[..60].to_owned(), "cannot be read"),
        (set("/version", json!(2)), "version 2"),
        (set("/superseded/0/since", json!("yesterday")), "RFC 3339"),
        (set("/rotation/stage", json!("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm")), "stage"),
        (set("/rotation/old_token_id", json!("a/b")), "rotation record"),
        (set("/rotation/management_url", json!("https://other.example")), "of the server https://other.example"),
        (set("/file", json!("/somewhere/else")), "about a secret in /somewhere/else"),
    ] {
        std::fs::write(&path, &text).unwrap();
        let ran = desk.rotate(&["laptop"]);
        assert_eq!(ran.status, 3, "{text}: {ran:?}");
        assert!(
            ran.err.contains(why) && ran.err.contains("Nothing was changed") && !ran.err.contains("nbp_"),
            "{ran:?}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    std::fs::write(&path, good.to_string()).unwrap();
    for args in [["--token-id", "other"], ["--name", "other"], ["laptop", "--user-id=bea"]] {
        let ran = desk.rotate(&args);
        assert_eq!(ran.status, 3, "{ran:?}");
        assert!(ran.err.contains("Nothing was changed"), "{ran:?}");
    }
    assert_eq!(desk.server.arrived(), [""; 0]);
    assert_eq!(desk.ids(), ids);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(desk.rotate(&["laptop"]).status, 3);
}

#[test]
fn of_two_runs_at_once_one_does_nothing() {
    let desk = Desk::new();
    fault(&desk.server, "POST", 0, Action::Hold {});
    let first = desk.rotation(&["laptop"]).spawn().unwrap();
    crate::support::wait_until("the create is there", || {
        desk.server.0.requests().iter().any(|seen| seen.method == "POST")
    });
    let second = desk.rotate(&["laptop", "-o", "json"]);
    assert_eq!((second.status, &second.json_error()["kind"]), (72, &"busy".into()), "{second:?}");
    let other = desk.rotate(&["resume"]);
    assert_eq!(other.status, 72, "{other:?}");
    desk.server.0.release_held();
    finish(first).ok();
    assert_eq!(desk.ids(), [desk.held().unwrap()]);
    // A killed process keeps no lock.
    desk.rotate(&["laptop"]).ok();
}

#[test]
fn many_runs_at_once_leave_one_working_token() {
    let desk = Desk::new();
    let children: Vec<_> = (0..6).map(|_| desk.rotation(&["laptop", "--overlap", "1h"]).spawn().unwrap()).collect();
    let statuses: Vec<i32> = children.into_iter().map(|child| finish(child).status).collect();
    assert!(statuses.contains(&0) && statuses.iter().all(|status| [0, 72].contains(status)), "{statuses:?}");
    let rotated = statuses.iter().filter(|status| **status == 0).count();
    assert_eq!(desk.ids().len(), 1 + rotated, "each old token has its overlap");
    assert!(desk.held().is_some());
    desk.server.0.advance_clock(3601);
    assert_eq!(desk.rotate(&["laptop", "--if-expires-within", "1d", "--overlap", "1h"]).status, 71);
    assert_eq!(desk.ids(), [desk.held().unwrap()]);
}

#[test]
fn an_output_that_leads_nowhere_is_refused_before_anything_is_created() {
    let server = Server::start();
    let cli = server.with_token("laptop");
    let mut shell = Command::new("sh");
    shell.args(["-c", "\"$0\" rotate laptop > /dev/null"]).arg(cli.get_program());
    shell.envs(cli.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = run(shell.stderr(Stdio::piped()));
    assert!(ran.status == 2 && ran.err.contains("--write-to"), "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_reader_that_is_gone_leaves_the_old_token() {
    for output in ["table", "json"] {
        let desk = Desk::new();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = run(desk.server.with_token("laptop").args(["rotate", "laptop", "-o", output]).stdout(writer));
        assert_eq!(ran.status, 73, "{ran:?}");
        assert!(ran.err.contains("the old one, laptop, still works"), "{ran:?}");
        assert_eq!(desk.ids(), ["laptop"]);
    }
}

#[test]
fn a_user_with_many_tokens() {
    let tokens = (0..10_000).map(|n| TokenSeed { name: format!("t{n}"), ..TokenSeed::default() }).collect();
    let many =
        UserSeed { id: "many".into(), role: "admin".into(), is_service_user: true, tokens, ..UserSeed::default() };
    let server = Server::with(World { users: vec![many], ..World::default() });
    let ran = server.run(&["rotate", "--name", "t4711", "--user-id", "many"]).ok();
    assert!(is_pat(&ran.out));
    let names = server.names("many");
    assert_eq!((names.len(), names.iter().filter(|name| name.starts_with("t4711 #")).count()), (10_000, 1));
}
