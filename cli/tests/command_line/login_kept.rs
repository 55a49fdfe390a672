//! The login that is kept in a file: what it looks like, and which credential a command uses.

use netbird_mock::world::IdentityProvider;
use serde_json::json;

use crate::home::{Home, mode, server};
use crate::support::{ALICE, BOT, run, write};

#[test]
fn only_its_owner_can_read_it() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    home.log_in(&server);
    let path = home.record_path();
    assert_eq!(mode(&path), 0o600);
    for folder in ["state/netbird-tokens/logins", "state/netbird-tokens", "state"] {
        assert_eq!(mode(&home.path().join(folder)), 0o700, "{folder}");
    }
    let record = home.record();
    assert_eq!((&record["version"], &record["store"]), (&1.into(), &"file".into()));
    assert_eq!((&record["management_url"], &record["refresh_failed_at"]), (&server.0.url().into(), &json!(null)));
    assert!(record["expires_at"].is_string() && record["session"].is_object());
}

#[test]
fn one_that_others_can_read_is_warned_about() {
    use std::os::unix::fs::PermissionsExt as _;
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    home.log_in(&server);
    let path = home.record_path();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = home.run(&server, &["whoami"]).ok();
    assert!(ran.err.starts_with("warning: other users can read the login") && ran.err.contains("chmod 600"), "{ran:?}");
}

#[test]
fn an_option_comes_before_the_environment_and_that_before_the_login() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    home.log_in(&server);
    let token = home.path().join("token");
    write(&token, &server.plain("ulis"), 0o600);
    let token = token.to_str().unwrap();
    let of = |args: &[&str], variable: Option<&str>| {
        let mut command = home.program(&server);
        command.args(args);
        if let Some(variable) = variable {
            command.env(variable, server.plain("pipeline"));
        }
        run(&mut command).ok()
    };
    let whoami = ["whoami", "-o", "json"];
    for (args, variable, user, source) in [
        (&["--token-file", token] as &[&str], Some("NB_PAT"), "uli", json!({"from": "option", "name": "--token-file"})),
        (
            &["--token-command", &format!("cat {token}")],
            None,
            "uli",
            json!({"from": "option", "name": "--token-command"}),
        ),
        (&[], Some("NETBIRD_TOKEN"), BOT, json!({"from": "environment", "name": "NETBIRD_TOKEN"})),
        (&[], None, ALICE, json!({"from": "login", "name": "file"})),
    ] {
        let json = of(&[&whoami, args].concat(), variable).json();
        assert_eq!((&json["id"], &json["credential_source"]), (&user.into(), &source));
        let check = of(&[&["check", "-o", "json"], args].concat(), variable).json();
        assert_eq!((&check["user"]["id"], &check["credential_source"]), (&user.into(), &source));
        let offline = of(&[&["check", "--offline", "-o", "json"], args].concat(), variable).json();
        assert_eq!(offline["credential_source"], source);
    }
    for command in ["whoami", "check"] {
        let shown = of(&[command], None).out;
        assert!(shown.contains("the login that is kept in a file"), "{shown}");
        assert!(of(&[command], Some("NB_PAT")).out.contains("NB_PAT in the environment"), "{command}");
    }
    // An empty variable is none.
    let mut command = home.program(&server);
    assert_eq!(run(command.args(whoami).env("NB_PAT", " ")).ok().json()["id"], ALICE);
}

#[test]
fn a_command_with_another_credential_does_not_look_at_it() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    home.log_in(&server);
    std::fs::write(home.record_path(), "not a record").unwrap();
    let mut command = home.program(&server);
    let ran = run(command.arg("whoami").env("NB_PAT", server.plain("laptop"))).ok();
    assert_eq!(ran.err, "");
}

#[test]
fn one_that_cannot_be_used_is_refused_and_replaced() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    home.log_in(&server);
    let good = std::fs::read_to_string(home.record_path()).unwrap();
    for bad in [
        "".to_owned(),
        "not a record eyJhbGciOiJIUzI1NiJ9.e30.c2ln".to_owned(),
        good.replace("\"version\": 1", "\"version\": 9"),
        good.replace(&server.0.url(), "https://other.example"),
    ] {
        std::fs::write(home.record_path(), &bad).unwrap();
        let ran = home.run(&server, &["list"]);
        assert_eq!(ran.status, 3, "{ran:?}");
        assert!(ran.err.contains("netbird-tokens logout") && !ran.err.contains("eyJ"), "{ran:?}");
    }
    home.log_in(&server);
    home.run(&server, &["list"]).ok();
}

#[test]
fn each_server_has_its_own() {
    let (one, other, home) = (server(IdentityProvider::default()), server(IdentityProvider::default()), Home::new());
    home.log_in(&one);
    let ran = home.run(&other, &["list"]);
    assert!(ran.status == 3 && ran.err.contains("next: netbird-tokens login"), "{ran:?}");
    home.log_in(&other);
    assert_eq!(home.kept().len(), 2);
    for server in [&one, &other] {
        // However the URL is written.
        let mut command = home.program(server);
        run(command
            .arg("list")
            .env_remove("NB_MANAGEMENT_URL")
            .args(["--management-url", &format!("{}/api/", server.0.url())]))
        .ok();
    }
}

#[test]
fn a_variable_that_hides_the_login_is_named() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    let mut command = home.program(&server);
    let child = command.args(["login", "--store", "file"]).env("NB_API_KEY", server.plain("laptop")).spawn().unwrap();
    crate::home::approve(&server, ALICE);
    let ran = crate::support::finish(child).ok();
    assert!(ran.err.contains("NB_API_KEY is set, and commands use it before the login"), "{ran:?}");
}
