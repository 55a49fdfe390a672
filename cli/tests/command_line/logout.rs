//! `logout`: forgets the login, and says what it removed.

use netbird_mock::world::IdentityProvider;
use serde_json::json;

use crate::home::{Home, server};
use crate::support::run;

#[test]
fn it_removes_the_login_and_says_where_it_was() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    home.log_in(&server);
    server.arrived();
    let ran = home.run(&server, &["logout"]).ok();
    assert!(ran.out.is_empty() && ran.err.contains("which was in a file"), "{ran:?}");
    assert!(home.kept().is_empty());
    let ran = home.run(&server, &["list"]);
    assert!(ran.status == 3 && ran.err.contains("next: netbird-tokens login"), "{ran:?}");
    assert_eq!(server.arrived(), [""; 0], "nothing is sent");
}

#[test]
fn without_a_login_it_succeeds_and_says_so() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    let ran = home.run(&server, &["logout"]).ok();
    assert!(ran.err.contains("No login is kept"), "{ran:?}");
    let json = home.run(&server, &["logout", "-o", "json"]).ok().json();
    assert_eq!(json, json!({"management_url": server.0.url(), "removed": []}));
}

#[test]
fn json_names_the_store() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    home.log_in(&server);
    assert_eq!(home.run(&server, &["logout", "-o", "json"]).ok().json()["removed"], json!(["file"]));
}

#[test]
fn it_removes_what_cannot_be_read_and_leaves_the_others() {
    let (one, other, home) = (server(IdentityProvider::default()), server(IdentityProvider::default()), Home::new());
    home.log_in(&one);
    std::fs::write(home.record_path(), "not a record").unwrap();
    home.log_in(&other);
    home.run(&one, &["logout"]).ok();
    assert_eq!(home.record()["management_url"], other.0.url());
    home.run(&other, &["whoami"]).ok();
}

#[test]
fn a_login_over_cleartext_can_be_forgotten_too() {
    let home = Home::new();
    let server = server(IdentityProvider::default());
    let mut command = home.program(&server);
    let ran = run(command.args(["logout", "-o", "json"]).env("NB_MANAGEMENT_URL", "http://nb.example/api")).ok();
    assert_eq!(ran.json()["management_url"], "http://nb.example");
}
