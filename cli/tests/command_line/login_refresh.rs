//! A login that expires soon is refreshed before the command, and kept again.

use std::time::{Duration, Instant};

use netbird_mock::world::{IdentityProvider, Refresh};

use crate::home::{Home, refreshing, server, shows_no_secret};
use crate::support::{Server, finish, wait_until};

/// Tokens that are close to their expiry from the start.
fn soon(provider: IdentityProvider) -> Server {
    server(IdentityProvider { token_lifetime_secs: 25, ..provider })
}

/// How often the token endpoint was asked since this was last asked.
fn refreshes(server: &Server) -> usize {
    let asked = server.0.take_requests();
    asked.iter().filter(|seen| seen.target == "/oauth2/token" && seen.body.contains("refresh_token")).count()
}

#[test]
fn it_is_refreshed_and_kept_again() {
    let (server, home) = (soon(refreshing()), Home::new());
    home.log_in(&server);
    let before = home.record();
    assert_eq!(refreshes(&server), 0);
    let ran = home.run(&server, &["list"]).ok();
    assert_eq!((refreshes(&server), ran.err.as_str()), (1, ""));
    let after = home.record();
    assert_ne!(before["session"], after["session"]);
    shows_no_secret(&server, &ran);
    // The refresh token that was given last is the one that is kept.
    home.run(&server, &["list"]).ok();
    assert_eq!(refreshes(&server), 1);
    assert_ne!(after["session"], home.record()["session"]);
}

#[test]
fn one_that_does_not_expire_soon_is_left_alone() {
    let (server, home) = (server(refreshing()), Home::new());
    home.log_in(&server);
    let before = home.record();
    home.run(&server, &["list"]).ok();
    assert_eq!((refreshes(&server), home.record()), (0, before));
}

#[test]
fn a_refresh_that_hangs_holds_one_command_up_for_a_short_time() {
    let (server, home) = (soon(IdentityProvider::default()), Home::new());
    home.log_in(&server);
    let before = home.record();
    server.arrived();
    let started = Instant::now();
    let ran = home.run(&server, &["list"]).ok();
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    assert!(ran.err.contains("could not be refreshed"), "{ran:?}");
    assert_eq!(refreshes(&server), 1);
    let started = Instant::now();
    let ran = home.run(&server, &["whoami"]).ok();
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!((refreshes(&server), ran.err.as_str()), (0, ""), "it is not tried again at once");
    assert_eq!(before["session"], home.record()["session"]);
    assert!(home.record()["refresh_failed_at"].is_string());
}

#[test]
fn a_refresh_that_is_refused_leaves_the_login_as_it_was() {
    let (server, home) =
        (soon(IdentityProvider { refresh: Refresh::Fails, ..IdentityProvider::default() }), Home::new());
    home.log_in(&server);
    let before = home.record();
    let ran = home.run(&server, &["list"]).ok();
    assert!(ran.err.contains("could not be refreshed") && ran.err.contains("log in again"), "{ran:?}");
    assert_eq!(before["session"], home.record()["session"]);
    shows_no_secret(&server, &ran);
}

#[test]
fn two_commands_at_the_same_time_refresh_once() {
    let (server, home) = (server(IdentityProvider { token_lifetime_secs: 33, ..refreshing() }), Home::new());
    home.log_in(&server);
    refreshes(&server);
    // Its new tokens are fresh for some seconds.
    std::thread::sleep(Duration::from_secs(4));
    let children: Vec<_> = (0..3).map(|_| home.program(&server).arg("list").spawn().unwrap()).collect();
    for child in children {
        finish(child).ok();
    }
    assert_eq!(refreshes(&server), 1);
}

#[test]
fn an_expired_login_says_to_log_in_again() {
    let (server, home) =
        (soon(IdentityProvider { refresh: Refresh::Fails, ..IdentityProvider::default() }), Home::new());
    home.log_in(&server);
    server.0.advance_clock(3600);
    let ran = home.run(&server, &["list"]);
    assert!(ran.status == 10 && ran.err.to_lowercase().contains("log in again"), "{ran:?}");
}

#[test]
fn ctrl_c_ends_the_refresh() {
    let (server, home) = (soon(IdentityProvider::default()), Home::new());
    home.log_in(&server);
    refreshes(&server);
    let child = home.program(&server).arg("list").spawn().unwrap();
    wait_until("it refreshes", || server.0.requests().iter().any(|seen| seen.target == "/oauth2/token"));
    let started = Instant::now();
    crate::support::interrupt(&child);
    assert_eq!(finish(child).status, 130);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}
