//! `login`: the address and the code, with and without a terminal, and every way in which it ends.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Instant;

use netbird_mock::world::{Action, Fault, IdentityProvider, LoginEndpoint, World};
use serde_json::json;

use crate::home::{Home, approve, at_a_terminal, server, shows_no_secret, waiting_code};
use crate::support::{ALICE, Server, finish, interrupt, run, wait_until, write};

#[test]
fn without_a_terminal_it_prints_the_address_and_the_code_and_waits() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    let child = home.program(&server).args(["login", "--store", "file"]).spawn().unwrap();
    let code = waiting_code(&server);
    server.0.approve_login(&code, ALICE).unwrap();
    let ran = finish(child).ok();
    assert_eq!(ran.out, "");
    let page = format!("{}/oauth2/device", server.0.url());
    for part in [
        &format!("    {page}\n"),
        &format!("    {code}\n"),
        "It expires in 5:00.",
        "as alice. The login is kept in a file",
    ] {
        assert!(ran.err.contains(part), "{part}: {ran:?}");
    }
    assert!(ran.err.contains(&format!("Or open {page}?user_code={code}\n")), "{ran:?}");
    assert!(ran.err.is_ascii(), "no QR code and no styles: {ran:?}");
    shows_no_secret(&server, &ran);

    let ran = home.run(&server, &["whoami", "-o", "json"]).ok();
    assert_eq!(
        (&ran.json()["id"], &ran.json()["credential_source"]),
        (&ALICE.into(), &json!({"from": "login", "name": "file"}))
    );
}

#[test]
fn json_says_where_the_login_is() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    for (args, store) in [(["--store", "file"].as_slice(), json!("file")), (&["--no-store"], json!(null))] {
        let child = home.program(&server).args(["login", "-o", "json"]).args(args).spawn().unwrap();
        approve(&server, ALICE);
        let ran = finish(child).ok();
        let json = ran.json();
        assert_eq!((&json["user"]["id"], &json["store"]), (&ALICE.into(), &store));
        assert_eq!(json["issuer"], format!("{}/oauth2", server.0.url()));
        assert!(json["expires_at"].is_string());
        shows_no_secret(&server, &ran);
    }
}

#[test]
fn the_identity_provider_gets_what_the_options_say() {
    let provider = IdentityProvider { clients: vec!["my-client".to_owned()], ..IdentityProvider::default() };
    let (server, home) = (server(provider), Home::new());
    let options = ["--client-id", "my-client", "--audience", "my-api", "--scope", "openid", "--no-store"];
    let issuer = format!("{}/oauth2", server.0.url());
    let child = home.program(&server).arg("login").args(options).args(["--issuer", &issuer]).spawn().unwrap();
    waiting_code(&server);
    let login = server.0.logins().remove(0);
    assert_eq!((login.client_id.as_str(), login.scope.as_str()), ("my-client", "openid"));
    assert_eq!(login.audience.as_deref(), Some("my-api"));
    approve(&server, ALICE);
    finish(child).ok();
}

#[test]
fn a_login_that_is_denied_or_expires_keeps_nothing() {
    for is_denied in [true, false] {
        let (server, home) = (server(IdentityProvider::default()), Home::new());
        let secret = home.path().join("secret");
        let mut command = home.program(&server);
        command.args(["login", "-o", "json", "--store", "file", "--create", "ci", "--secret-file"]).arg(&secret);
        let child = command.spawn().unwrap();
        let code = waiting_code(&server);
        if is_denied {
            server.0.deny_login(&code).unwrap();
        } else {
            server.0.expire_login(&code).unwrap();
        }
        let ran = finish(child);
        assert!(ran.status > 1 && ran.out.is_empty(), "{ran:?}");
        assert!(ran.json_error()["message"].as_str().unwrap().len() > 20, "{ran:?}");
        assert!(home.kept().is_empty() && !secret.exists(), "{ran:?}");
        assert_eq!(server.names(ALICE), ["laptop", "old"]);
    }
}

#[test]
fn ctrl_c_while_it_waits_stores_nothing() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    let mut command = home.program(&server);
    let child = command.args(["login", "--store", "file", "--create", "ci", "-o", "json"]).spawn().unwrap();
    waiting_code(&server);
    wait_until("it polls", || server.0.requests().iter().any(|seen| seen.target == "/oauth2/token"));
    let started = Instant::now();
    interrupt(&child);
    let ran = finish(child);
    assert!(started.elapsed().as_millis() < 900, "{:?}", started.elapsed());
    assert_eq!((ran.status, ran.out.as_str()), (130, ""), "{ran:?}");
    let error = ran.json_error();
    assert_eq!(error["kind"], "cancelled");
    assert!(error["message"].as_str().unwrap().contains("Nothing was stored"), "{ran:?}");
    assert!(home.kept().is_empty());
}

#[test]
fn ctrl_c_is_answered_while_the_identity_provider_hangs() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    server.0.hang_login(LoginEndpoint::Discovery).unwrap();
    let child = home.program(&server).args(["login", "--no-store"]).spawn().unwrap();
    wait_until("it is asked", || !server.0.requests().is_empty());
    let started = Instant::now();
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert!(started.elapsed().as_millis() < 900, "{:?}", started.elapsed());
}

#[test]
fn a_login_that_the_api_refuses_is_not_kept() {
    let strict = IdentityProvider { required_audience: Some("other".to_owned()), ..IdentityProvider::default() };
    for (provider, user, status) in [(strict, ALICE, 10), (IdentityProvider::default(), "bea", 11)] {
        let (server, home) = (server(provider), Home::new());
        let child = home.program(&server).args(["login", "--store", "file"]).spawn().unwrap();
        approve(&server, user);
        let ran = finish(child);
        assert_eq!(ran.status, status, "{ran:?}");
        if status == 10 {
            assert!(ran.err.contains("audience"), "{ran:?}");
        }
        assert!(home.kept().is_empty());
        shows_no_secret(&server, &ran);
    }
}

#[test]
fn a_server_without_an_identity_provider_is_told() {
    let (server, home) = (Server::start(), Home::new());
    let ran = home.run(&server, &["login", "--no-store"]);
    assert!(ran.status > 1 && ran.err.contains("issuer"), "{ran:?}");
}

#[test]
fn what_is_wrong_with_the_options_is_told_before_anything_is_sent() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    let existing = home.path().join("existing");
    write(&existing, "", 0o600);
    let existing = existing.to_str().unwrap();
    for (args, status, part) in [
        (&["--tag"] as &[&str], 2, "--create"),
        (&["--user-id", "x"], 2, "--create"),
        (&["--secret-file", "x"], 2, "--create"),
        (&["--no-store", "--store", "file"], 2, "--no-store"),
        (&["--token-file", "x"], 2, "unexpected argument"),
        (&["--no-store", "--create", "ci", "--secret-file", existing], 2, "already exists"),
        (&["--no-store", "--issuer", "http://idp.example"], 2, "http"),
        (&["--no-store", "--timeout", "0"], 2, "--timeout is zero"),
        (&[], 3, "--store file"),
        (&["--store", "keyring"], 3, "--no-store"),
    ] {
        let ran = home.run(&server, &[&["login"], args].concat());
        assert_eq!(ran.status, status, "{args:?}: {ran:?}");
        assert!(ran.err.contains(part), "{args:?}: {ran:?}");
    }
    let mut relative = home.program(&server);
    let ran = run(relative.args(["login", "--store", "file"]).env("XDG_STATE_HOME", "state"));
    assert!(ran.status == 3 && ran.err.contains("XDG_STATE_HOME is not an absolute path"), "{ran:?}");
    let mut unwritable = home.program(&server);
    let ran = run(unwritable.args(["login", "--store", "file"]).env("XDG_STATE_HOME", existing));
    assert!(ran.status == 3 && ran.err.contains("cannot be kept in a file"), "{ran:?}");
    let mut homeless = home.program(&server);
    let ran = run(homeless.args(["login", "--store", "file"]).env_remove("XDG_STATE_HOME").env_remove("HOME"));
    assert!(ran.status == 3 && ran.err.contains("set HOME"), "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}

/// The lines of a QR code.
fn drawing(shown: &str) -> Vec<&str> {
    shown.lines().filter(|line| line.contains(['▀', '▄', '█'])).collect()
}

#[test]
fn a_terminal_shows_a_qr_code_and_counts_down() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    let login = |locale: &str, columns: u16, colors: &str| {
        let mut command = home.program(&server);
        command.args(["login", "--no-store", "--color", colors]).env("LC_ALL", locale);
        let (ran, shown) = at_a_terminal(command, columns, |_| approve(&server, ALICE));
        ran.ok();
        shown
    };
    let shown = login("C.UTF-8", 80, "never");
    let lines = drawing(&shown);
    assert!(lines.len() >= 16 && !shown.contains("38;5"), "{shown}");
    let width = lines[0].trim_end_matches('\r').chars().count();
    assert!(lines.iter().all(|line| line.trim_end_matches('\r').chars().count() == width), "{shown}");
    assert!(shown.contains("It expires in 4:5") || shown.contains("It expires in 5:00"), "{shown}");
    assert!(login("C.UTF-8", 80, "always").contains("38;5;16"), "black on white");
    assert!(drawing(&login("C.UTF-8", 30, "never")).is_empty(), "too narrow");
    assert!(drawing(&login("C", 80, "never")).is_empty(), "no block characters");
}

#[test]
fn a_browser_opens_where_there_is_one() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    let log = home.path().join("opened");
    let script = format!(
        "#!/bin/sh\nenv > '{0}.env'\nprintf '%s\\n' \"$#\" \"$1\" > '{0}.part'\nmv '{0}.part' '{0}'\n",
        log.display()
    );
    let opener = home.path().join("xdg-open");
    write(&opener, &script, 0o700);
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o700)).unwrap();
    let path = format!("{}:{}", home.path().display(), std::env::var("PATH").unwrap());
    let login = |change: &dyn Fn(&mut Command)| {
        let mut command = home.program(&server);
        command
            .args(["login", "--no-store"])
            .env("PATH", &path)
            .env("DISPLAY", ":7")
            .env("NB_PAT", server.plain("laptop"));
        change(&mut command);
        let child = command.spawn().unwrap();
        approve(&server, ALICE);
        finish(child).ok()
    };
    let no_browser: &dyn Fn(&mut Command) = &|command| _ = command.arg("--no-browser");
    let remote: &dyn Fn(&mut Command) = &|command| _ = command.env("SSH_CONNECTION", "1 2 3 4");
    let no_display: &dyn Fn(&mut Command) = &|command| _ = command.env_remove("DISPLAY");
    for change in [no_browser, remote, no_display] {
        let ran = login(change);
        assert!(!ran.err.contains("browser") && !log.exists(), "{ran:?}");
    }
    let ran = login(&|_| ());
    assert!(ran.err.contains("opens in your browser"), "{ran:?}");
    wait_until("the page is opened", || log.exists());
    let code = server.0.logins().pop().unwrap().user_code;
    let page = format!("1\n{}/oauth2/device?user_code={code}\n", server.0.url());
    assert_eq!(std::fs::read_to_string(&log).unwrap(), page);
    let environment = std::fs::read_to_string(log.with_extension("env")).unwrap();
    assert!(environment.contains("DISPLAY=:7") && !environment.contains("nbp_"), "the token is not the browser's");
}

#[test]
fn a_lost_answer_does_not_end_the_wait() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    let lost = Fault {
        method: Some("POST".to_owned()),
        target_contains: Some("/oauth2/token".to_owned()),
        skip: 0,
        times: Some(1),
        action: Action::DropAfter { reset: false },
    };
    server.0.push_fault(lost);
    let child = home.program(&server).args(["login", "--store", "file"]).spawn().unwrap();
    approve(&server, ALICE);
    finish(child).ok();
}

#[test]
fn the_clock_of_this_world_may_be_wrong() {
    let provider = IdentityProvider { interval_secs: 1, ..IdentityProvider::default() };
    let clock = Some("2030-01-01T00:00:00Z".to_owned());
    let server = Server::with(World { identity_provider: Some(provider), clock, ..World::default() });
    let home = Home::new();
    let child = home.program(&server).args(["login", "--store", "file"]).spawn().unwrap();
    approve(&server, ALICE);
    finish(child).ok();
    home.run(&server, &["whoami"]).ok();
}
