//! `login --create`: from nothing to a token in one go.

use std::process::Command;

use netbird_mock::world::{IdentityProvider, Verdict};

use crate::home::{Home, mode, server, shows_no_secret};
use crate::support::{ALICE, BOT, Ran, Server, is_pat, run};

/// Alice approves every login at once.
fn approving() -> Server {
    let verdict = Some(Verdict::Approve { user_id: ALICE.to_owned(), after_polls: 0 });
    server(IdentityProvider { verdict, ..IdentityProvider::default() })
}

fn login(home: &Home, server: &Server, args: &[&str]) -> Ran {
    let mut command: Command = home.program(server);
    run(command.arg("login").args(args))
}

#[test]
fn the_secret_alone_is_on_standard_output() {
    let (server, home) = (approving(), Home::new());
    let ran = login(&home, &server, &["--store", "file", "--create", "ci", "--expires-in", "7"]).ok();
    assert!(is_pat(&ran.out), "{ran:?}");
    assert!(ran.err.contains("Created token ci"), "{ran:?}");
    shows_no_secret(&server, &ran);
    let mut with_it = home.program(&server);
    let used = run(with_it.args(["check", "-o", "json"]).env("NB_PAT", &ran.out)).ok().json();
    assert_eq!(
        (&used["kind"], &used["token"]["days_left"]),
        (&"pat".into(), &6.into()),
        "seven days, but for a moment"
    );
    assert_eq!((&used["user"]["id"], &used["credential_source"]["name"]), (&ALICE.into(), &"NB_PAT".into()));
    assert_eq!(home.kept().len(), 1);
}

#[test]
fn without_a_store_nothing_is_left_but_the_token() {
    let (server, home) = (approving(), Home::new());
    let ran = login(&home, &server, &["--no-store", "--create", "ci", "-o", "json"]).ok();
    assert!(is_pat(ran.json()["plain_token"].as_str().unwrap()), "{ran:?}");
    assert!(!home.path().join("state").exists());
    let ran = home.run(&server, &["list"]);
    assert!(ran.status == 3 && ran.err.contains("next: netbird-tokens login"), "{ran:?}");
}

#[test]
fn the_options_of_create_have_their_meaning() {
    let (server, home) = (approving(), Home::new());
    let file = home.path().join("secret");
    let file = file.to_str().unwrap();
    let args = ["--no-store", "--create", "nightly", "--tag", "--user-id", BOT, "--secret-file", file];
    let ran = login(&home, &server, &args).ok();
    assert_eq!(ran.out, "");
    assert!(is_pat(&std::fs::read_to_string(file).unwrap()) && mode(file.as_ref()) == 0o600);
    assert!(server.names(BOT).iter().any(|name| name.starts_with("nightly #")), "{:?}", server.names(BOT));
}

#[test]
fn a_create_that_fails_leaves_the_login() {
    let (server, home) = (approving(), Home::new());
    let args = ["--store", "file", "--create", "ci", "--user-id", "nobody"];
    let ran = login(&home, &server, &args);
    assert!(ran.status > 1 && ran.out.is_empty(), "{ran:?}");
    home.run(&server, &["whoami"]).ok();
}
