//! `create`: the secret reaches the caller or is reported as lost, and goes nowhere else.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use netbird_mock::world::Action;

use crate::support::{ALICE, Server, finish, is_pat, run};

#[test]
fn the_secret_is_alone_on_standard_output() {
    let server = Server::start();
    let ran = server.run(&["create", "ci", "--expires-in", "30"]).ok();
    let secret = ran.out.strip_suffix('\n').unwrap();
    assert!(is_pat(secret), "{ran:?}");
    let id = server.0.tokens(ALICE).into_iter().find(|token| token.name == "ci").unwrap().id;
    assert_eq!(server.plain(&id), secret);
    assert!(ran.err.contains(&id) && !ran.err.contains("nbp_"), "{ran:?}");
}

#[test]
fn json_is_one_object_with_the_token_and_its_secret() {
    let server = Server::start();
    let json = server.run(&["create", "--name", "ci", "-o", "json"]).ok().json();
    assert_eq!(json["token"]["name"], "ci");
    assert_eq!(json["token"]["user_id"], ALICE);
    assert_eq!(json["plain_token"], server.plain(json["token"]["id"].as_str().unwrap()));
}

#[test]
fn a_secret_file_is_new_and_private_and_nothing_secret_is_printed() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let ran = run(server.with_token("laptop").args(["create", "ci", "-o", "json", "--secret-file"]).arg(&path)).ok();
    let secret = std::fs::read_to_string(&path).unwrap();
    assert!(is_pat(&secret));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!(ran.out.clone() + &ran.err).contains(&secret));
    assert_eq!(ran.json()["plain_token"], "nbp_****");

    let args = ["whoami", "-o", "json", "--token-file"];
    let me = run(server.with_token("laptop").env_remove("NB_PAT").args(args).arg(&path)).ok();
    assert_eq!(me.json()["id"], ALICE);
}

#[test]
fn a_bad_path_costs_no_token() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "mine").unwrap();
    for path in [path.clone(), folder.path().join("no/such/folder")] {
        let ran = run(server.with_token("laptop").args(["create", "ci", "--secret-file"]).arg(path));
        assert_eq!(ran.status, 2, "{ran:?}");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_failed_create_leaves_no_empty_secret_file() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let ran = run(server.with_token("ulis").args(["create", "ci", "--secret-file"]).arg(&path));
    assert_eq!(ran.status, 11, "{ran:?}");
    assert!(!path.exists());
}

#[test]
fn a_reader_that_went_away_is_told_as_a_lost_secret() {
    let server = Server::start();
    for output in ["table", "json"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = run(server.with_token("laptop").args(["create", output, "-o", output]).stdout(Stdio::from(writer)));
        assert_eq!(ran.status, 41, "{ran:?}");
        let id = server.0.tokens(ALICE).into_iter().find(|token| token.name == output).unwrap().id;
        assert!(ran.err.contains(&id) && !ran.err.contains("nbp_"), "{ran:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_as_a_lost_secret() {
    let server = Server::start();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = run(server.with_token("laptop").args(["create", "ci", "-o", "json"]).stdout(Stdio::from(full)));
    assert_eq!(ran.status, 41, "{ran:?}");
    let error = ran.json_error();
    let id = server.0.tokens(ALICE).into_iter().find(|token| token.name == "ci").unwrap().id;
    assert_eq!((&error["kind"], &error["candidate_token_ids"][0]), (&"secret_lost".into(), &id.into()));
}

#[test]
fn an_output_that_leads_nowhere_is_refused_before_anything_is_created() {
    let server = Server::start();
    let ran = run(server.with_token("laptop").args(["create", "ci"]).stdout(Stdio::null()));
    assert_eq!(ran.status, 2, "{ran:?}");

    let mut shell = std::process::Command::new("sh");
    let cli = server.with_token("laptop");
    shell.args(["-c", "\"$0\" create ci >&-"]).arg(cli.get_program());
    shell.envs(cli.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ran = finish(shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    assert_eq!(ran.status, 2, "{ran:?}");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_lost_answer_names_the_tokens_it_may_have_made() {
    let server = Server::start();
    server.fault("POST", Action::DropAfter { reset: false });
    let ran = server.run(&["create", "ci"]);
    assert_eq!(ran.status, 30, "{ran:?}");
    let id = server.0.tokens(ALICE).into_iter().find(|token| token.name == "ci").unwrap().id;
    assert!(ran.err.contains(&format!("tokens to look at: {id}")), "{ran:?}");
    assert!(ran.err.contains(&format!("next: netbird-tokens revoke {id}")), "{ran:?}");
    assert_eq!(ran.out, "");
}

#[test]
fn revoke_and_retry_hands_out_the_second_token() {
    let server = Server::start();
    server.0.push_fault(netbird_mock::world::Fault {
        method: Some("POST".to_owned()),
        target_contains: None,
        skip: 0,
        times: Some(1),
        action: Action::DropAfter { reset: false },
    });
    let ran = server.run(&["create", "ci", "--on-unknown", "revoke-and-retry"]).ok();
    let left: Vec<_> = server.0.tokens(ALICE).into_iter().filter(|token| token.name == "ci").collect();
    assert_eq!(left.len(), 1);
    assert_eq!(server.plain(&left[0].id), ran.out.trim_end());
}
