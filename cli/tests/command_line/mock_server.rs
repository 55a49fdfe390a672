//! `mock-server`: ready when it says so, for people and for programs, and gone when told.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use crate::support::{Ran, finish, interrupt, program, run};

fn start(args: &[&str]) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut child = program().arg("mock-server").args(args).stdin(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    (child, lines)
}

fn whoami(url: &str, pat: &str, args: &[&str]) -> Ran {
    run(program().env("NB_MANAGEMENT_URL", url).env("NB_PAT", pat).args(["whoami", "-o", "json"]).args(args))
}

#[test]
fn a_program_reads_one_line_and_closes_its_input_at_the_end() {
    let (mut child, mut lines) = start(&["-o", "json", "--until-stdin-closes"]);
    let ready: serde_json::Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    assert!(ready["control_url"].is_string());
    let pat = ready["seeded"][0]["plain"].as_str().unwrap();
    assert_eq!(whoami(ready["url"].as_str().unwrap(), pat, &[]).ok().json()["id"], ready["seeded"][0]["user_id"]);
    drop(child.stdin.take());
    finish(child).ok();
}

#[test]
fn a_person_is_told_how_to_use_it_and_stops_it_by_ctrl_c() {
    let (child, lines) = start(&[]);
    let text: Vec<String> = lines.take_while(|line| !line.contains("Ctrl-C")).collect();
    let export = |name: &str| {
        let start = format!("  export {name}=");
        text.iter().find_map(|line| line.strip_prefix(&start).map(str::to_owned)).unwrap()
    };
    whoami(&export("NB_MANAGEMENT_URL"), &export("NB_PAT"), &[]).ok();
    interrupt(&child);
    finish(child).ok();
}

#[test]
fn a_world_of_ones_own_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.json");
    std::fs::write(&world, r#"{"users": [{"id": "me", "role": "owner", "tokens": [{"name": "mine"}]}]}"#).unwrap();
    let (mut child, mut lines) =
        start(&["-o", "json", "--until-stdin-closes", "--tls", "--world", world.to_str().unwrap()]);
    let ready: serde_json::Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, ready["ca_pem"].as_str().unwrap()).unwrap();
    let (url, pat) = (ready["url"].as_str().unwrap(), ready["seeded"][0]["plain"].as_str().unwrap());
    assert_eq!(whoami(url, pat, &["--ca-file", ca.to_str().unwrap()]).ok().json()["id"], "me");
    assert_eq!(whoami(url, pat, &[]).status, 21);
    drop(child.stdin.take());
    finish(child).ok();
}

#[test]
fn a_world_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.json");
    assert_eq!(run(program().args(["mock-server", "--world"]).arg(&world)).status, 3);
    std::fs::write(&world, r#"{"user": []}"#).unwrap();
    assert_eq!(run(program().args(["mock-server", "--world"]).arg(&world)).status, 2);
}
