//! The login in a real keyring: gnome-keyring on a session bus of its own. Also where it is locked, and where there is none.
//!
//! Ignored by default because it needs `dbus-run-session` and `gnome-keyring-daemon`; the task runner installs them and runs it.

use std::path::Path;
use std::process::Command;

use netbird_mock::world::{IdentityProvider, Verdict};
use serde_json::json;

use crate::home::{Home, mode, refreshing, server, shows_no_secret};
use crate::support::{ALICE, Ran, Server, program, run};

/// Alice approves every login at once.
fn approving(provider: IdentityProvider) -> Server {
    server(IdentityProvider {
        verdict: Some(Verdict::Approve { user_id: ALICE.to_owned(), after_polls: 0 }),
        ..provider
    })
}

/// Runs a script of a shell on a session bus of its own. `netbird-tokens` is the program, and `keyring` starts a keyring and
/// unlocks it.
fn on_a_bus(home: &Home, server: &Server, script: &str) -> Ran {
    let own = home.program(server);
    let directory = Path::new(own.get_program()).parent().unwrap();
    let path = format!("{}:{}", directory.display(), std::env::var("PATH").unwrap());
    let run_directory = home.path().join("run");
    std::fs::create_dir_all(&run_directory).unwrap();
    let mut command = Command::new("dbus-run-session");
    for (name, value) in program().get_envs().chain(own.get_envs()) {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("PATH", path).env("XDG_RUNTIME_DIR", run_directory).env("XDG_DATA_HOME", home.path().join("data"));
    const FUNCTIONS: &str = r#"
        secrets() { dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets "$@" > /dev/null; }
        keyring() {
            printf pass | gnome-keyring-daemon --unlock --components=secrets > /dev/null 2>&1
            until secrets org.freedesktop.DBus.Peer.Ping 2> /dev/null; do sleep 0.05; done
        }
        lock() {
            secrets org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login
        }
    "#;
    command.args(["--", "sh", "-c", &format!("{FUNCTIONS}\n{script}")]);
    command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let ran = run(&mut command);
    // The bus says on standard error what it starts.
    let own = ran.err.lines().filter(|line| !line.starts_with("dbus-daemon["));
    Ran { err: own.map(|line| format!("{line}\n")).collect(), ..ran }
}

/// No secret of the identity provider is in any file of this home, but for the keyring's own, which are encrypted.
#[track_caller]
fn has_no_secret(server: &Server, folder: &Path) {
    let secrets = server.0.login_secrets();
    assert!(secrets.len() >= 3);
    let mut files = 0;
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let (entry, path) = entry.map(|entry| (entry.file_type().unwrap(), entry.path())).unwrap();
            if entry.is_dir() {
                open.push(path);
            } else if entry.is_file() {
                files += 1;
                let content = std::fs::read(&path).unwrap();
                let content = String::from_utf8_lossy(&content);
                let found = secrets.iter().any(|secret| content.contains(secret.as_str()));
                assert!(!found, "a secret is in {}", path.display());
            }
        }
    }
    assert!(files >= 2, "the record and the keyring");
}

#[test]
#[ignore = "needs a keyring"]
fn the_login_is_in_the_keyring_and_no_secret_on_the_disk() {
    let (server, home) = (approving(IdentityProvider::default()), Home::new());
    let ran = on_a_bus(&home, &server, "keyring; netbird-tokens login && netbird-tokens whoami -o json").ok();
    assert!(ran.err.contains("The login is kept in the keyring"), "{ran:?}");
    assert_eq!(
        (&ran.json()["id"], &ran.json()["credential_source"]),
        (&ALICE.into(), &json!({"from": "login", "name": "keyring"}))
    );
    shows_no_secret(&server, &ran);
    let record = home.record();
    assert_eq!((&record["store"], &record["session"]), (&"keyring".into(), &json!(null)));
    assert_eq!(mode(&home.record_path()), 0o600);
    has_no_secret(&server, &home.path());
    // The keyring keeps it beyond the session.
    let ran = on_a_bus(&home, &server, "keyring; netbird-tokens check").ok();
    assert!(ran.out.contains("the login that is kept in the keyring"), "{ran:?}");
}

#[test]
#[ignore = "needs a keyring"]
fn logout_removes_it_from_the_keyring() {
    let (server, home) = (approving(IdentityProvider::default()), Home::new());
    let script = "keyring; netbird-tokens login 2> /dev/null && netbird-tokens logout -o json && netbird-tokens list";
    let ran = on_a_bus(&home, &server, script);
    assert_eq!((ran.status, &ran.json()["removed"]), (3, &json!(["keyring"])), "{ran:?}");
    assert!(ran.err.contains("next: netbird-tokens login") && home.kept().is_empty(), "{ran:?}");
    // Also if the record is gone.
    let script = "keyring; netbird-tokens login && rm -r \"$XDG_STATE_HOME\" && netbird-tokens logout -o json";
    assert_eq!(on_a_bus(&home, &server, script).ok().json()["removed"], json!(["keyring"]));
}

#[test]
#[ignore = "needs a keyring"]
fn a_refreshed_login_goes_back_into_the_keyring() {
    let (server, home) = (approving(IdentityProvider { token_lifetime_secs: 25, ..refreshing() }), Home::new());
    let script = "keyring; netbird-tokens login && netbird-tokens list > /dev/null && netbird-tokens list > /dev/null";
    let ran = on_a_bus(&home, &server, script).ok();
    assert!(!ran.err.contains("could not be refreshed"), "{ran:?}");
    has_no_secret(&server, &home.path());
}

#[test]
#[ignore = "needs a keyring"]
fn a_login_in_a_file_takes_the_place_of_that_in_the_keyring() {
    let (server, home) = (approving(IdentityProvider::default()), Home::new());
    let script = "keyring; netbird-tokens login && netbird-tokens login --store file && netbird-tokens logout -o json";
    assert_eq!(on_a_bus(&home, &server, script).ok().json()["removed"], json!(["file"]));
}

#[test]
#[ignore = "needs a keyring"]
fn a_locked_keyring_is_told_before_anything_is_sent() {
    let (server, home) = (approving(IdentityProvider::default()), Home::new());
    let ran = on_a_bus(&home, &server, "keyring; lock; netbird-tokens login");
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(
        ran.err.contains("locked") && ran.err.contains("--store file") && ran.err.contains("--no-store"),
        "{ran:?}"
    );
    assert_eq!(server.arrived(), [""; 0]);
    assert!(home.kept().is_empty());
}

#[test]
#[ignore = "needs a keyring"]
fn a_login_in_a_keyring_that_is_locked_or_gone_is_told() {
    let (server, home) = (approving(IdentityProvider::default()), Home::new());
    on_a_bus(&home, &server, "keyring; netbird-tokens login").ok();
    server.arrived();
    for script in ["keyring; lock; netbird-tokens list", "netbird-tokens list"] {
        let ran = on_a_bus(&home, &server, script);
        assert_eq!(ran.status, 3, "{ran:?}");
        assert!(ran.err.contains("is in the keyring") && ran.err.contains("--store file"), "{ran:?}");
    }
    // Nobody asks the keyring for a login that is not needed.
    let script = format!("keyring; lock; NB_PAT={} netbird-tokens list", server.plain("laptop"));
    on_a_bus(&home, &server, &script).ok();
    let ran = on_a_bus(&home, &server, "keyring; lock; netbird-tokens logout");
    assert!(ran.status == 3 && ran.err.contains("cannot be removed"), "{ran:?}");
    assert_eq!(home.kept().len(), 1);
    server.arrived();
    // The keyring's entry is gone, and the record is not.
    let ran = on_a_bus(&home, &server, "rm -r \"$XDG_DATA_HOME\"; keyring; netbird-tokens list");
    assert!(ran.status == 3 && ran.err.contains("no longer has the login"), "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}
