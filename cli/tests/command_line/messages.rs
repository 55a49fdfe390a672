//! Error messages: one cause, one advice, the source named, and never the same command again.

use netbird_mock::world::{Action, Tls, World};

use crate::support::{ALICE, Ran, Server, answer, program, run};

/// The advice of a failed run.
fn next(ran: &Ran) -> Vec<&str> {
    ran.err.lines().filter_map(|line| line.strip_prefix("  next: ")).collect()
}

#[test]
fn a_url_is_refused_for_what_is_wrong_with_it_and_its_source_is_named() {
    let pat = Server::start().plain("laptop");
    for (url, why) in [
        ("https://nb.example.com:99999", "port"),
        ("https://::1", "brackets"),
        ("https://nb.example.com/a b", "white space"),
        ("''", "is empty"),
        ("nb.example.com:443", "has no scheme"),
        ("ftp://nb.example.com", "\"ftp\""),
        ("https://u:p@nb.example.com", "user name or password"),
    ] {
        let by_option = run(program().env("NB_PAT", &pat).args(["list", "--management-url", url]));
        let by_variable = run(program().env("NB_PAT", &pat).env("NETBIRD_API_URL", url).arg("list"));
        for (ran, source) in [(by_option, "--management-url: "), (by_variable, "NETBIRD_API_URL: ")] {
            assert_eq!(ran.status, 2, "{url}: {ran:?}");
            assert!(ran.err.starts_with(&format!("error: {source}")) && ran.err.contains(why), "{url}: {ran:?}");
            assert_eq!(next(&ran), [""; 0], "{ran:?}");
        }
    }
    let ran = run(program().env("NB_PAT", &pat).args(["demo", "--server", "nb.example.com"]));
    assert!(ran.err.starts_with("error: --server: the management URL has no scheme"), "{ran:?}");
    let ran = run(program().env("NB_PAT", &pat).args(["list", "--proxy", "ftp://x"]));
    assert!(ran.err.starts_with("error: --proxy "), "{ran:?}");
}

#[test]
fn insecure_http_names_the_option_that_allows_it() {
    let ran = Server::start().run(&["list", "--management-url", "http://netbird.example.com"]);
    assert!(next(&ran)[0].starts_with("add --allow-insecure-http"), "{ran:?}");
}

#[test]
fn no_credential_names_the_ways_to_give_one() {
    let ran = run(program().arg("list"));
    assert!(next(&ran)[0].contains("NB_PAT") && next(&ran)[0].contains("--token-file"), "{ran:?}");
}

#[test]
fn a_mistyped_token_names_its_variable_and_what_is_wrong() {
    let with = |text: &str| run(program().env("NETBIRD_API_TOKEN", text).arg("list"));
    let ran = with(&format!("nbp_{}é", "a".repeat(35)));
    assert!(ran.err.contains("NETBIRD_API_TOKEN: ") && ran.err.contains("character 40"), "{ran:?}");
    let ran = with("nbp_****");
    assert!(ran.err.contains("mask"), "{ran:?}");
}

#[test]
fn what_is_not_found_leads_to_the_list_that_has_it() {
    let server = Server::start();
    let not_there = |args: &[&str]| {
        let ran = server.run(args);
        assert_eq!(ran.status, 12, "{ran:?}");
        ran
    };
    assert_eq!(next(&not_there(&["list", "--user-id", "nosuch"])), ["netbird-tokens users"]);
    assert_eq!(next(&not_there(&["inspect", "nosuch"])), ["netbird-tokens list"]);
    let of_alice = not_there(&["token", "--inspect", "nosuch", "--user-id", ALICE]);
    assert_eq!(next(&of_alice), ["netbird-tokens list --user-id 'google-oauth2|alice'"]);
}

#[test]
fn a_refused_credential_leads_to_check_and_check_to_nothing() {
    let server = Server::start();
    assert_eq!(next(&run(server.with_token("old").arg("list"))), ["netbird-tokens check"]);
    assert_eq!(next(&run(server.with_token("old").arg("check"))), [""; 0]);
    assert_eq!(next(&run(server.with_token("ulis").args(["list", "--user-id", ALICE]))), [""; 0]);
}

#[test]
fn only_an_unknown_ca_leads_to_the_option_for_one() {
    for (tls, advice, part) in [
        (Tls::Valid, &["add --ca-file FILE"] as &[&str], "does not trust"),
        (Tls::Expired, &[], "expired"),
        (Tls::WrongHost, &["netbird-tokens check --offline (shows the URL in use)"], "another host name"),
    ] {
        let server = Server::with(World { tls: Some(tls), ..World::default() });
        let mut command = server.with_token("laptop");
        if tls != Tls::Valid {
            let ca = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(&ca, server.0.ca_pem()).unwrap();
            command.arg("list").arg("--ca-file").arg(ca.into_temp_path().keep().unwrap());
        } else {
            command.arg("list");
        }
        let ran = run(&mut command);
        assert_eq!(ran.status, 21, "{ran:?}");
        assert!(ran.err.contains(part), "{ran:?}");
        assert_eq!(next(&ran), advice, "{ran:?}");
    }
    let server = Server::start();
    let url = server.0.url().replace("http:", "https:");
    let ran = server.run(&["list", "--management-url", &url]);
    assert!(ran.err.contains("does not speak TLS"), "{ran:?}");
    assert_eq!(next(&ran), [""; 0], "the URL was an option, so it need not be shown: {ran:?}");
}

#[test]
fn a_redirect_shows_where_it_points() {
    let server = Server::start();
    server.fault("GET", Action::Redirect { status: 302, location: "https://login.example.com/start".to_owned() });
    let ran = server.run(&["list"]);
    assert_eq!(ran.status, 24, "{ran:?}");
    assert!(ran.err.contains("https://login.example.com/start"), "{ran:?}");
}

#[test]
fn a_foreign_answer_says_nothing_about_the_credential() {
    for status in [401, 403] {
        let server = Server::start();
        let page = Action::Answer {
            status,
            headers: vec![("Content-Type".to_owned(), "text/html".to_owned())],
            body: "<html>log in</html>".to_owned(),
            act: false,
        };
        server.fault("GET", page);
        for command in ["check", "list"] {
            let ran = server.run(&[command]);
            assert_eq!(ran.status, 24, "{ran:?}");
            assert!(ran.err.contains("says nothing about the credential"), "{ran:?}");
        }
    }
}

#[test]
fn an_expired_jwt_is_refused_by_the_server_and_not_called_malformed() {
    let server = Server::start();
    let ran =
        run(server.with_token("laptop").env("NB_PAT", server.0.issue_jwt(ALICE, -3600)).args(["check", "-ojson"]));
    assert_eq!((ran.status, ran.json()["state"].as_str()), (52, Some("refused")), "{ran:?}");
    assert!(ran.json()["expires_at"].is_string(), "{ran:?}");
}

#[test]
fn a_forbidden_lookup_of_oneself_asks_for_the_user_id() {
    let server = Server::start();
    server.fault("GET", answer(403, "permission denied"));
    assert_eq!(next(&server.run(&["list"])), ["add --user-id USER_ID"]);
    assert_eq!(next(&server.run(&["whoami"])), [""; 0]);
}
