//! The system's roots, from the file that `SSL_CERT_FILE` names. One test, because the environment is the whole process's.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{env, fs};

use netbird_mock::MockServer;
use netbird_tokens::ErrorKind;
use serde_json::json;

fn tls_server() -> MockServer {
    let world = json!({
        "tls": "valid",
        "users": [{"id": "ada", "role": "owner", "tokens": [{"name": "laptop", "plain": support::PAT}]}],
    });
    MockServer::start(serde_json::from_value(world).unwrap()).unwrap()
}

#[test]
fn clients_share_what_was_read_until_another_place_is_named() {
    let (server, other) = (tls_server(), tls_server());
    let folder = tempfile::tempdir().unwrap();
    let (file, other_file) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    fs::write(&file, server.ca_pem()).unwrap();
    fs::write(&other_file, other.ca_pem()).unwrap();

    // SAFETY: this program's only test; no other thread of it reads the environment now.
    unsafe { env::set_var("SSL_CERT_FILE", &file) };
    assert_eq!(support::client(&server).list_tokens(None).unwrap().len(), 1);
    let refused = support::client(&other).list_tokens(None).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Tls, "{refused}");

    // The second client does not read the file.
    fs::remove_file(&file).unwrap();
    assert_eq!(support::client(&server).list_tokens(None).unwrap().len(), 1);
    // What one client trusts besides, the next one does not.
    let both = support::builder(&other).ca_pem(other.ca_pem().to_owned()).build().unwrap();
    assert_eq!(both.list_tokens(None).unwrap().len(), 1);
    assert!(support::client(&other).list_tokens(None).is_err());

    // SAFETY: as above; the calls have ended.
    unsafe { env::set_var("SSL_CERT_FILE", &other_file) };
    assert_eq!(support::client(&other).list_tokens(None).unwrap().len(), 1);
    assert!(support::client(&server).list_tokens(None).is_err());
}
