//! The audit: its formats for people and programs, its exit statuses, and where it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use netbird_mock::world::{Action, Fault, TokenSeed, UserSeed, World};
use serde_json::Value;

use crate::support::{ALICE, BOT, Ran, Server, answer, finish, interrupt, run, terminal, wait_until};

/// Alice's `laptop` (expires in 30 days) and `old` (expired, never used), and the service user's `pipeline`.
fn audit(server: &Server, args: &[&str]) -> Ran {
    run(server.with_token("laptop").arg("audit").args(args))
}

/// A fault for the list of one user's tokens.
fn fault_for(server: &Server, user_id: &str, action: Action) {
    let target_contains = Some(format!("{user_id}/tokens"));
    server.0.push_fault(Fault { method: None, target_contains, skip: 0, times: Some(0), action });
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn a_table_has_every_token_its_state_and_the_numbers() {
    let server = Server::start();
    let ran = audit(&server, &["--expiring-within", "1d"]).ok();
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("USER ") && lines[0].contains("STATE"), "{ran:?}");
    let row = |name: &str| *lines.iter().find(|line| line.contains(&format!(" {name} "))).unwrap();
    assert!(row("old").starts_with("alice ") && row("old").contains(" expired "), "{ran:?}");
    assert!(row("laptop").contains(" healthy "), "{ran:?}");
    assert!(row("pipeline").contains(" never_used "), "{ran:?}");
    assert!(row("old").contains("expired") && row("laptop").contains("expires in"), "the reason is there: {ran:?}");
    assert_eq!(lines[1], row("old"), "oneself first, and what needs attention first");
    let numbers = "3 tokens of 2 users: 1 expired, 0 expiring, 0 unused, 1 never used, 1 healthy.";
    assert!(lines.contains(&numbers), "{ran:?}");
    assert_eq!(ran.out.matches("Only a token's owner can see a person's tokens").count(), 1);
    assert!(ran.out.contains("the tokens of 3 other people are not part of this audit"), "{ran:?}");
    assert_eq!(ran.err, "", "no progress bar without a terminal");
    assert_eq!(server.arrived().len(), 3, "the users, and two lists");
}

#[test]
fn json_has_a_line_for_each_user_and_the_summary_last() {
    let server = Server::start();
    let ran = audit(&server, &["-o", "json", "--expiring-within", "60d"]).ok();
    let mut lines = lines(&ran);
    let summary = lines.pop().unwrap();
    let expected = serde_json::json!({"users": 2, "audited": 2, "failed": 0, "not_reached": 0, "other_people": 3, "tokens": 3,
        "expired": 1, "expiring": 2, "unused": 0, "never_used": 0, "healthy": 0, "is_complete": true});
    assert_eq!(summary["summary"], expected);
    let users: BTreeSet<&str> = lines.iter().map(|line| line["user"]["id"].as_str().unwrap()).collect();
    assert_eq!(users, BTreeSet::from([ALICE, BOT]));
    let alice = lines.iter().find(|line| line["user"]["id"] == ALICE).unwrap();
    assert_eq!((&alice["error"], alice["tokens"].as_array().unwrap().len()), (&Value::Null, 2));
    let old = alice["tokens"].as_array().unwrap().iter().find(|token| token["token"]["id"] == "old").unwrap();
    assert_eq!((&old["state"], &old["findings"]), (&"expired".into(), &serde_json::json!(["expired", "unused"])));
    assert_eq!((&old["token"]["is_expired"], &old["token"]["user_id"]), (&true.into(), &ALICE.into()));
    assert!(old["reason"].as_str().unwrap().starts_with("expired"), "{old}");
}

#[test]
fn what_to_fail_on_sets_the_status() {
    let server = Server::start();
    let status = |args: &[&str]| audit(&server, args).status;
    assert_eq!(status(&["--fail-on", "expired"]), 61);
    let ran = audit(&server, &["--fail-on", "unused,expired,expired", "-ojson"]);
    assert_eq!(ran.status, 61, "{ran:?}");
    let error = ran.json_error();
    assert_eq!((&error["kind"], &error["code"]), (&"findings".into(), &61.into()));
    let message = error["message"].as_str().unwrap();
    assert_eq!(message, "1 token found by --fail-on: 1 unused, 1 expired", "it is expired, and unused besides");
    assert_eq!(status(&["--fail-on", "expiring", "--expiring-within", "1d"]), 0);
    assert_eq!(status(&["--fail-on", "expiring", "--expiring-within", "31d"]), 61);
    assert_eq!(status(&["--fail-on", "unused", "--unused-for", "5000w"]), 0);
    let fine =
        run(server.with_token("pipeline").args(["audit", "--fail-on", "expired,unused", "--expiring-within", "1d"]));
    fine.ok();
}

#[test]
fn wrong_options_cost_no_request() {
    let server = Server::start();
    for args in [
        &["--expiring-within", "soon"] as &[&str],
        &["--unused-for", "0d"],
        &["--concurrency", "0"],
        &["--concurrency", "65"],
        &["--fail-on", "healthy"],
        &["--names"],
        &["--to", "/no/such/directory/report"],
        &["--output", "xml"],
    ] {
        let ran = audit(&server, args);
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
    }
    assert!(audit(&server, &["--time-limit", "5 days"]).err.contains("30d"), "it shows the form");
    assert_eq!(server.arrived(), [""; 0]);
}

#[test]
fn a_user_that_fails_is_told_beside_the_others() {
    let server = Server::start();
    fault_for(&server, BOT, answer(500, "the disk is full"));
    let ran = audit(&server, &["--max-retries", "0"]);
    assert_eq!(ran.status, 62, "{ran:?}");
    assert!(ran.out.contains(" laptop ") && !ran.out.contains("pipeline"), "{ran:?}");
    assert!(ran.err.contains(&format!("warning: the tokens of {BOT} ({BOT}) could not be listed: ")), "{ran:?}");
    assert!(ran.err.contains("error: the audit is incomplete: the tokens of 1 user could not be listed"), "{ran:?}");

    let ran = audit(&server, &["--max-retries", "0", "-o", "json", "--fail-on", "expired"]);
    assert_eq!(ran.status, 61, "what was found matters more");
    let failed = lines(&ran).into_iter().find(|line| line["user"]["id"] == BOT).unwrap();
    assert_eq!((&failed["error"]["kind"], &failed["error"]["status"]), (&"server_error".into(), &500.into()));
    assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    assert!(ran.json_error()["message"].as_str().unwrap().contains("; the audit is incomplete"), "{ran:?}");

    let ran = audit(&server, &["--max-retries", "0", "-o", "prometheus"]);
    let samples = samples(&ran.out);
    assert_eq!(samples["netbird_token_audit_complete{}"], 0.0);
    assert_eq!(samples["netbird_token_audit_users{outcome=failed}"], 1.0);
}

#[test]
fn a_time_limit_gives_what_has_arrived() {
    let server = Server::start();
    fault_for(&server, BOT, Action::Delay { ms: 60_000 });
    let ran = audit(&server, &["--time-limit", "2s", "-o", "json"]);
    assert_eq!((ran.status, &ran.json_error()["kind"]), (62, &"incomplete".into()), "{ran:?}");
    let summary = lines(&ran).pop().unwrap();
    assert_eq!(summary["summary"]["is_complete"], false);
    assert!(summary["summary"]["not_reached"].as_u64().unwrap() >= 1, "{summary}");
}

#[test]
fn a_refused_credential_is_the_commands_error() {
    let server = Server::start();
    let ran = run(server.with_token("old").args(["audit", "--fail-on", "expired"]));
    assert_eq!(ran.status, 10, "{ran:?}");
    assert_eq!(ran.out, "");
}

/// Parses the text format, and checks what it promises: metadata before the samples of a metric, which stand together.
fn samples(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with('\n'));
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let mut samples = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut current = String::new();
    let mut has_type = false;
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            current = help.split_once(' ').unwrap().0.to_owned();
            assert!(is_name(&current) && seen.insert(current.clone()), "{line}");
            has_type = false;
            continue;
        }
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert_eq!(kind, format!("{current} gauge"));
            has_type = true;
            continue;
        }
        assert!(has_type, "{line}");
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        assert_eq!(name, current, "{line}");
        let key = format!("{name}{{{}}}", labels_of(labels).join(","));
        assert!(samples.insert(key, value.parse().unwrap()).is_none(), "{line}: twice");
    }
    samples
}

/// Labels as `name=value`, read as the format defines them.
fn labels_of(text: &str) -> Vec<String> {
    let mut labels = Vec::new();
    let mut rest = text;
    while rest != "}" {
        let (name, value) = rest.split_once("=\"").unwrap();
        let mut read = String::new();
        let mut chars = value.char_indices();
        let end = loop {
            match chars.next().unwrap() {
                (at, '"') => break at,
                (_, '\\') => read.push(match chars.next().unwrap().1 {
                    'n' => '\n',
                    escaped @ ('\\' | '"') => escaped,
                    other => panic!("\\{other} is no escape: {text}"),
                }),
                (_, c) => read.push(c),
            }
        };
        labels.push(format!("{}={read}", name.trim_start_matches(',')));
        rest = &value[end + 1..];
    }
    labels
}

#[test]
fn metrics_are_well_formed_and_have_names_only_if_asked() {
    let server = Server::start();
    let name = "quote\" brace} back\\slash\nline \u{202e}";
    let seed = TokenSeed { id: Some("odd".to_owned()), name: name.to_owned(), ..TokenSeed::default() };
    server.0.add_token(ALICE, seed).unwrap();
    let ran = audit(&server, &["-o", "prometheus"]).ok();
    let plain = samples(&ran.out);
    let expiry = format!("netbird_token_expiry_timestamp_seconds{{token_id=old,user_id={ALICE}}}");
    assert_eq!(plain[&expiry], 1_580_515_200.0);
    assert!(!plain.contains_key(&expiry.replace("expiry", "last_used")), "it was never used");
    assert!(plain.contains_key(&expiry.replace("expiry", "last_used").replace("old", "laptop")), "{plain:?}");
    assert_eq!((plain["netbird_tokens{state=expired}"], plain["netbird_token_audit_complete{}"]), (1.0, 1.0));
    assert_eq!(plain["netbird_token_audit_users{outcome=other_people}"], 3.0);
    for word in ["quote", "laptop\"", "name"] {
        let others = ran.out.lines().filter(|line| !line.starts_with('#') && !line.contains("token_id=\"laptop\""));
        assert!(others.into_iter().all(|line| !line.contains(word)), "{word}: {ran:?}");
    }

    let named = samples(&audit(&server, &["-o", "prometheus", "--names"]).ok().out);
    let odd = named.keys().find(|key| key.contains("token_id=odd") && key.contains("expiry")).unwrap();
    assert!(odd.contains(r#"token_name=quote" brace} back\slash\nline \u{202e},user_name=alice"#), "{odd}");
}

#[test]
fn a_file_is_replaced_at_the_end_or_not_at_all() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report");
    let to = path.to_str().unwrap();
    let names = || std::fs::read_dir(folder.path()).unwrap().count();
    for (format, start) in
        [("table", "USER"), ("json", "{\"user\""), ("html", "<!DOCTYPE html>"), ("prometheus", "# HELP")]
    {
        let ran = audit(&server, &["-o", format, "--to", to, "--color", "always"]).ok();
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""), "{format}");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(start) && !text.contains('\u{1b}'), "{format}: {text}");
        assert_eq!(names(), 1, "{format}");
    }
    assert!(audit(&server, &["--to", "-"]).ok().out.starts_with("USER"));

    std::fs::write(&path, "old").unwrap();
    assert_eq!(run(server.with_token("old").args(["audit", "--to", to])).status, 10);
    server.arrived();
    server.fault("GET", Action::Delay { ms: 60_000 });
    let child = server.with_token("laptop").args(["audit", "-ojson", "--to", to]).spawn().unwrap();
    wait_until("the request is there", || !server.arrived().is_empty());
    interrupt(&child);
    assert_eq!(finish(child).status, 130);
    assert_eq!((std::fs::read_to_string(&path).unwrap().as_str(), names()), ("old", 1));

    server.0.clear_faults();
    audit(&server, &["--to", "/dev/null"]).ok();
    assert!(!Path::new("/dev/null").is_file(), "a device is not replaced");
}

#[test]
fn a_terminal_shows_the_progress() {
    let server = Server::start();
    let (mut person, stderr) = terminal();
    let mut command = server.with_token("laptop");
    let child = command.arg("audit").env("TERM", "xterm").stderr(stderr).spawn().unwrap();
    drop(command);
    let reader = std::thread::spawn(move || {
        let mut shown = String::new();
        // A terminal whose program has ended cannot be read further.
        let _ = person.read_to_string(&mut shown);
        shown
    });
    let ran = finish(child).ok();
    assert!(ran.out.starts_with("USER"), "{ran:?}");
    assert!(reader.join().unwrap().contains(" of 2 users, "), "the bar is on standard error");
}

/// 100 service users with 200 tokens each, and Alice.
fn many() -> Server {
    let tokens =
        |user: usize| (0..200).map(move |n| TokenSeed { name: format!("token {user}.{n}"), ..TokenSeed::default() });
    let users = (0..100).map(|user| UserSeed {
        id: format!("service-{user}"),
        role: "user".to_owned(),
        is_service_user: true,
        tokens: tokens(user).collect(),
        ..UserSeed::default()
    });
    Server::with(World { users: users.collect(), ..World::default() })
}

#[cfg(target_os = "linux")]
#[test]
fn twenty_thousand_tokens_stream_through_little_memory() {
    let server = many();
    let mut child = server.with_token("laptop").args(["audit", "-o", "json"]).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut out = child.stdout.take().unwrap();
    let (mut text, mut part, mut most) = (Vec::new(), [0; 64 * 1024], 0);
    loop {
        let read = out.read(&mut part).unwrap();
        if read == 0 {
            break;
        }
        text.extend_from_slice(&part[..read]);
        let now = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = now.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(peak.unwrap_or(0));
    }
    assert_eq!(finish(child).status, 0);
    assert!(text.len() > 4_000_000, "{}", text.len());
    assert!(most > 0 && most < 64 * 1024, "{most} kB");
    let last = text.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap();
    let summary: Value = serde_json::from_slice(last).unwrap();
    assert_eq!((&summary["summary"]["tokens"], &summary["summary"]["users"]), (&20_003.into(), &102.into()));
}
