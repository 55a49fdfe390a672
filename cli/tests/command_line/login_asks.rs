//! Without a keyring a person is asked whether a file will do.

use std::io::Write as _;

use netbird_mock::world::IdentityProvider;

use crate::home::{Home, approve, mode, server};
use crate::support::{ALICE, finish, terminal};

#[test]
fn a_file_is_used_if_the_person_agrees() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    let (mut person, stdin) = terminal();
    let child = home.program(&server).arg("login").stdin(stdin).spawn().unwrap();
    person.write_all(b"y\n").unwrap();
    approve(&server, ALICE);
    let ran = finish(child).ok();
    assert!(ran.err.contains("cannot be kept in the keyring") && ran.err.contains("Keep it there? [y/N]"), "{ran:?}");
    assert!(ran.err.contains(home.record_path().to_str().unwrap()), "{ran:?}");
    assert_eq!(mode(&home.record_path()), 0o600);
}

#[test]
fn nothing_is_done_if_the_person_does_not_agree() {
    let (server, home) = (server(IdentityProvider::default()), Home::new());
    let (mut person, stdin) = terminal();
    let child = home.program(&server).arg("login").stdin(stdin).spawn().unwrap();
    person.write_all(b"n\n").unwrap();
    assert_eq!(finish(child).status, 40);
    assert_eq!(server.arrived(), [""; 0]);
    assert!(home.kept().is_empty());
}
