//! `rotate`: what changes at the server, and where the secret goes.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use netbird_mock::world::{Action, TokenSeed, UserSeed, World};
use serde_json::{Value, json};

use crate::rotate_desk::{Desk, fault};
use crate::support::{ALICE, BOT, Server, finish, is_pat, run};

#[test]
fn the_secret_is_alone_on_standard_output_and_the_old_token_is_gone() {
    let server = Server::start();
    let ran = server.run(&["rotate", "laptop"]).ok();
    assert!(is_pat(&ran.out), "{ran:?}");
    let tokens = server.0.tokens(ALICE);
    let new = tokens.iter().find(|token| token.name.starts_with("laptop #")).unwrap();
    assert_eq!(server.plain(&new.id), ran.out);
    assert_eq!(tokens.len(), 2, "the new one and the expired one: {tokens:?}");
    assert!(ran.err.contains("The old token laptop is revoked") && !ran.err.contains("nbp_"), "{ran:?}");
}

#[test]
fn a_rotation_is_four_requests() {
    let server = Server::start();
    run(server.with_token("laptop").args(["rotate", "pipeline", "--user-id", BOT])).ok();
    let methods: Vec<_> = server.arrived().into_iter().map(|seen| seen.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods, ["GET", "POST", "GET", "DELETE"]);
}

#[test]
fn json_is_one_object_with_the_secret() {
    let server = Server::start();
    let json = server.run(&["rotate", "--name", "laptop", "--expires-in", "4w", "-o", "json"]).ok().json();
    assert_eq!((&json["outcome"], &json["old_token_id"]), (&"rotated".into(), &"laptop".into()));
    assert_eq!(json["plain_token"], server.plain(json["token_id"].as_str().unwrap()));
    assert_eq!(json["token"]["user_id"], ALICE);
    assert!([27, 28].map(Value::from).contains(&json["token"]["days_left"]), "{json}");
}

#[test]
fn the_file_is_replaced_and_the_token_in_it_is_the_one_that_is_rotated() {
    let desk = Desk::new();
    let ran = desk.rotate(&["-o", "json"]).ok();
    let new = ran.json()["token_id"].as_str().unwrap().to_owned();
    assert_eq!((desk.ids(), desk.held()), (vec![new.clone()], Some(new.clone())));
    assert_eq!(std::fs::metadata(desk.file()).unwrap().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(desk.path("token.rotation")).unwrap().mode() & 0o777, 0o600);
    assert_eq!(desk.names(), ["token", "token.rotation"]);
    let text = std::fs::read_to_string(desk.path("token.rotation")).unwrap();
    assert!(!text.contains("nbp_") && !(ran.out + &ran.err).contains("nbp_"), "{text}");
    let stage = &desk.journal()["rotation"]["stage"];
    assert_eq!(stage, "committed");

    // The successor revoked its predecessor: the old one could not have seen whether that worked.
    let requests = desk.server.0.requests();
    assert!(requests.iter().any(|seen| seen.method == "DELETE" && seen.status == Some(200)));
    // Later runs know the token from the journal.
    desk.server.arrived();
    desk.rotate(&["--name", "laptop"]).ok();
    assert_eq!(desk.server.arrived().len(), 4);
    assert_eq!(desk.ids().len(), 1);
    assert!(desk.held().is_some_and(|id| id != new));
}

#[test]
fn the_same_line_with_an_id_or_a_name_goes_on_with_the_successor() {
    for selector in [["--token-id", "laptop"], ["--name", "laptop"]] {
        let desk = Desk::new();
        for _ in 0..3 {
            desk.rotate(&selector).ok();
            assert_eq!(desk.ids().len(), 1);
            assert!(desk.held().is_some());
        }
    }
}

#[test]
fn a_new_name_and_a_lifetime() {
    let desk = Desk::new();
    let json = desk.rotate(&["laptop", "--new-name", "server", "--expires-in", "40", "-o", "json"]).ok().json();
    assert!(json["token"]["name"].as_str().unwrap().starts_with("server #"), "{json}");
    assert!([39, 40].map(Value::from).contains(&json["token"]["days_left"]), "{json}");
    assert_eq!(json.get("plain_token"), None);
    // The old name still leads to it.
    desk.rotate(&["--name", "laptop"]).ok();
    assert_eq!(desk.ids().len(), 1);
}

#[test]
fn permissions_and_links_are_kept() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("real")).unwrap();
    std::fs::rename(desk.file(), desk.path("real/token")).unwrap();
    symlink("real/token", desk.file()).unwrap();
    std::fs::set_permissions(desk.path("real/token"), std::fs::Permissions::from_mode(0o640)).unwrap();
    desk.rotate(&[]).ok();
    assert!(desk.file().is_symlink());
    assert_eq!(std::fs::metadata(desk.file()).unwrap().mode() & 0o777, 0o640);
    assert_eq!(desk.ids(), [desk.held().unwrap()]);
    assert!(desk.path("real/token.rotation").exists(), "beside the file itself");

    std::fs::set_permissions(desk.path("real/token"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = desk.rotate(&[]).ok();
    assert!(ran.err.contains("every user could read"), "{ran:?}");
    assert_eq!(std::fs::metadata(desk.file()).unwrap().mode() & 0o777, 0o640);
}

#[test]
fn an_expired_token_can_be_rotated_by_another_credential() {
    let desk = Desk::new();
    let ran = desk.server.run(&["rotate", "old"]).ok();
    assert!(is_pat(&ran.out));
    assert!(!desk.server.names(ALICE).contains(&"old".to_owned()));
}

#[test]
fn another_users_token_is_rotated_with_the_user_id() {
    let desk = Desk::new();
    let target = desk.path("pipeline");
    let args = ["rotate", "--name", "pipeline", "--user-id", BOT, "--write-to", target.to_str().unwrap()];
    for _ in 0..2 {
        run(&mut desk.command(&args)).ok();
        let tokens = desk.server.0.tokens(BOT);
        assert_eq!(tokens.len(), 1);
        assert_eq!(desk.server.plain(&tokens[0].id), std::fs::read_to_string(&target).unwrap());
    }
    assert_eq!(desk.held().as_deref(), Some("laptop"));
}

#[test]
fn a_token_is_rotated_only_if_it_expires_soon() {
    let desk = Desk::new();
    let ran = desk.rotate(&["--if-expires-within", "14d", "-o", "json"]);
    assert_eq!(ran.status, 71, "{ran:?}");
    let json = ran.json();
    assert_eq!((&json["outcome"], &json["old_token_id"]), (&"nothing_to_do".into(), &"laptop".into()));
    desk.is_untouched();
    // The server's clock decides, and not the one of this machine.
    desk.server.0.advance_clock(20 * 86_400);
    let json = desk.rotate(&["--if-expires-within", "14d", "-o", "json"]).ok().json();
    assert_eq!(json["outcome"], "rotated");
    assert_eq!(desk.rotate(&["--if-expires-within", "14d"]).status, 71);
}

#[test]
fn a_dry_run_changes_nothing() {
    let desk = Desk::new();
    let ran = desk.rotate(&["--dry-run"]).ok();
    assert!(ran.err.contains("Would rotate token laptop"), "{ran:?}");
    assert_eq!(desk.rotate(&["--dry-run", "-o", "json"]).ok().json()["outcome"], "would_rotate");
    assert_eq!(desk.rotate(&["--dry-run", "--if-expires-within", "14d"]).status, 71);
    desk.is_untouched();
    assert!(!desk.path("token.rotation.lock").exists());
}

#[test]
fn the_old_token_works_until_the_overlap_is_over() {
    let desk = Desk::new();
    let line = ["--if-expires-within", "14d", "--overlap", "24h", "-o", "json"];
    desk.server.0.advance_clock(20 * 86_400);
    let ran = desk.rotate(&line).ok();
    let new = ran.json()["token_id"].as_str().unwrap().to_owned();
    assert_eq!(ran.json()["superseded"][0]["token_id"], "laptop");
    assert_eq!(desk.ids(), ["laptop", &new]);
    assert_eq!(desk.held(), Some(new.clone()));

    desk.server.0.advance_clock(23 * 3600);
    assert_eq!(desk.rotate(&line).status, 71);
    assert_eq!(desk.ids().len(), 2);
    let ran = desk.rotate(&["--if-expires-within", "14d", "--overlap", "20h", "--dry-run", "-o", "json"]);
    assert_eq!((ran.status, &ran.json()["revoked"]), (71, &json!(["laptop"])), "{ran:?}");
    assert_eq!(desk.ids().len(), 2);

    desk.server.0.advance_clock(2 * 3600);
    let ran = desk.rotate(&line);
    assert_eq!((ran.status, &ran.json()["revoked"]), (71, &json!(["laptop"])), "{ran:?}");
    assert_eq!(desk.ids(), [new]);
    assert_eq!(desk.journal()["superseded"], json!([]));
}

#[test]
fn a_superseded_token_that_somebody_else_revoked_is_crossed_out() {
    let desk = Desk::new();
    desk.rotate(&["--overlap", "24h"]).ok();
    run(&mut desk.command(&["revoke", "laptop", "--yes"])).ok();
    desk.server.0.advance_clock(25 * 3600);
    assert_eq!(desk.rotate(&["--if-expires-within", "14d", "--overlap", "24h"]).status, 71);
    assert_eq!(desk.journal()["superseded"], json!([]));
}

#[test]
fn without_an_overlap_what_was_superseded_is_revoked_at_once() {
    let desk = Desk::new();
    desk.rotate(&["--overlap", "30d"]).ok();
    desk.rotate(&["--overlap", "30d"]).ok();
    assert_eq!(desk.ids().len(), 3, "each has its time");
    desk.rotate(&[]).ok();
    assert_eq!(desk.ids(), [desk.held().unwrap()]);
}

#[test]
fn of_two_runs_at_once_one_does_nothing() {
    let desk = Desk::new();
    fault(&desk.server, "POST", 0, Action::Hold {});
    let first = desk.rotation(&["laptop"]).spawn().unwrap();
    crate::support::wait_until("the create is there", || {
        desk.server.0.requests().iter().any(|seen| seen.method == "POST")
    });
    let second = desk.rotate(&["laptop", "-o", "json"]);
    assert_eq!((second.status, &second.json_error()["kind"]), (72, &"busy".into()), "{second:?}");
    let other = desk.rotate(&["resume"]);
    assert_eq!(other.status, 72, "{other:?}");
    desk.server.0.release_held();
    finish(first).ok();
    assert_eq!(desk.ids(), [desk.held().unwrap()]);
    // A killed process keeps no lock.
    desk.rotate(&["laptop"]).ok();
}

#[test]
fn many_runs_at_once_leave_one_working_token() {
    let desk = Desk::new();
    let children: Vec<_> = (0..6).map(|_| desk.rotation(&["laptop", "--overlap", "1h"]).spawn().unwrap()).collect();
    let statuses: Vec<i32> = children.into_iter().map(|child| finish(child).status).collect();
    assert!(statuses.contains(&0) && statuses.iter().all(|status| [0, 72].contains(status)), "{statuses:?}");
    let rotated = statuses.iter().filter(|status| **status == 0).count();
    assert_eq!(desk.ids().len(), 1 + rotated, "each old token has its overlap");
    assert!(desk.held().is_some());
    desk.server.0.advance_clock(3601);
    assert_eq!(desk.rotate(&["laptop", "--if-expires-within", "1d", "--overlap", "1h"]).status, 71);
    assert_eq!(desk.ids(), [desk.held().unwrap()]);
}

#[test]
fn a_user_with_many_tokens() {
    let tokens = (0..10_000).map(|n| TokenSeed { name: format!("t{n}"), ..TokenSeed::default() }).collect();
    let many =
        UserSeed { id: "many".into(), role: "admin".into(), is_service_user: true, tokens, ..UserSeed::default() };
    let server = Server::with(World { users: vec![many], ..World::default() });
    let ran = server.run(&["rotate", "--name", "t4711", "--user-id", "many"]).ok();
    assert!(is_pat(&ran.out));
    let names = server.names("many");
    assert_eq!((names.len(), names.iter().filter(|name| name.starts_with("t4711 #")).count()), (10_000, 1));
}
