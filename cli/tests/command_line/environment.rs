//! Variables that cannot be used are errors that name them. None of them counts as unset.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use crate::support::{Ran, Server, program, run};

fn bytes(text: &[u8]) -> OsString {
    OsString::from_vec(text.to_owned())
}

#[test]
fn a_url_that_is_not_utf_8() {
    let server = Server::start();
    for args in [&["check", "--offline"] as &[&str], &["list"], &["check"]] {
        let mut command = server.with_token("laptop");
        let ran = run(command.env("NB_MANAGEMENT_URL", bytes(b"http://127.0.0.1:1/\xff")).args(args));
        assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{ran:?}");
        assert!(ran.err.contains("NB_MANAGEMENT_URL is not UTF-8"), "{ran:?}");
    }
}

#[test]
fn a_credential_that_is_not_utf_8() {
    let server = Server::start();
    for command in [&["whoami"] as &[&str], &["demo", "--server", &server.0.url()]] {
        let mut with_other = server.with_token("laptop");
        let other = server.plain("pipeline");
        let ran = run(with_other.env("NB_PAT", bytes(b"\xff")).env("NETBIRD_TOKEN", other).args(command));
        assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{ran:?}");
        assert!(ran.err.contains("NB_PAT is not UTF-8"), "{ran:?}");
    }
    assert_eq!(server.arrived(), [""; 0]);
}

fn with_url(url: &str) -> Ran {
    let server = Server::start();
    run(server.with_token("laptop").env("NB_MANAGEMENT_URL", url).args(["check", "--offline"]))
}

#[test]
fn a_url_with_a_line_break_or_a_blank() {
    for url in ["https://nb.example.com\n.evil.example", "https://nb.example.com/a b", "https://nb.exa\tmple.com"] {
        let ran = with_url(url);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{ran:?}");
        assert!(ran.err.contains("NB_MANAGEMENT_URL"), "{ran:?}");
    }
}

#[test]
fn quotes_around_a_url_are_taken_off() {
    let ran = with_url("'https://nb.example.com'").ok();
    assert!(ran.out.contains("https://nb.example.com\n"), "{ran:?}");
}

#[test]
fn a_proxy_that_cannot_be_used() {
    for value in ["http://127.0.0.1:39901 ", "'http://127.0.0.1:39901'", "socks5://127.0.0.1:1"] {
        let pat = Server::start().plain("laptop");
        let ran = run(program()
            .env("NB_PAT", pat)
            .env("NB_MANAGEMENT_URL", "https://127.0.0.1:1")
            .env("HTTPS_PROXY", value)
            .arg("list"));
        assert_eq!(ran.status, 3, "{ran:?}");
        assert!(ran.err.contains("HTTPS_PROXY"), "{ran:?}");
    }
}
