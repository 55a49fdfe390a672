//! The recipes of the audit's guide do what it says.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use netbird_mock::world::Fault;

use crate::support::{Ran, Server, answer, program, run, write};

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/audit.md");

/// The block of the guide in this language that contains the text.
fn block(language: &str, with: &str) -> String {
    let guide = fs::read_to_string(GUIDE).unwrap();
    let start = format!("```{language}\n");
    let mut blocks = guide.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.find(|block| block.contains(with)).unwrap_or_else(|| panic!("no block with {with}")).to_owned()
}

/// Runs lines of the guide in a directory of their own, whose `bin` comes first on the path.
fn shell(server: &Server, token_id: &str, lines: &str, folder: &Path) -> Ran {
    let program = program();
    let directory = Path::new(program.get_program()).parent().unwrap();
    let rest = std::env::var("PATH").unwrap();
    let path = format!("{}:{}:{rest}", folder.join("bin").display(), directory.display());
    let mut command = Command::new("sh");
    command.args(["-ec", lines]).current_dir(folder).env("PATH", path);
    for (name, value) in server.with_token(token_id).get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("MAIL_TO", "ops@example.com").env("TEXTFILE_DIRECTORY", folder);
    run(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))
}

#[test]
fn a_mail_is_sent_only_if_something_needs_attention() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    write(&folder.path().join("bin/mail"), "#!/bin/sh\n{ printf '%s\\n' \"$@\"; cat; } > mail.txt\n", 0o755);
    let lines = block("sh", "mail -s");
    let mail = folder.path().join("mail.txt");

    shell(&server, "pipeline", &lines, folder.path()).ok();
    assert!(!mail.exists(), "the service user's token is fine");
    shell(&server, "laptop", &lines, folder.path()).ok();
    let text = fs::read_to_string(&mail).unwrap();
    assert!(text.contains("ops@example.com") && text.contains(" expired ") && text.contains("--fail-on"), "{text}");
    fs::remove_file(&mail).unwrap();
    shell(&server, "old", &lines, folder.path()).ok();
    assert!(fs::read_to_string(&mail).unwrap().contains("error: "), "a failed audit is told too");
}

#[test]
fn the_alerts_use_metrics_that_exist() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    shell(&server, "laptop", &block("sh", "--output prometheus"), folder.path()).ok();
    let metrics = fs::read_to_string(folder.path().join("netbird_tokens.prom")).unwrap();
    let rules = block("yaml", "alert:");
    let expressions: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).collect();
    assert_eq!(expressions.len(), rules.matches("alert: ").count());
    for expression in expressions {
        let name = expression.split(' ').find(|word| word.starts_with("netbird_")).unwrap();
        assert!(metrics.contains(&format!("# TYPE {name} gauge\n{name}")), "{expression}");
    }
    let guide = fs::read_to_string(GUIDE).unwrap();
    for line in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().unwrap();
        assert!(guide.contains(&format!("| `{name}` |")), "{name} is in the guide");
    }
}

#[test]
fn a_gate_fails_on_what_it_looks_for_and_keeps_the_page() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let gate = block("sh", "audit.html");
    assert_eq!(shell(&server, "laptop", &gate, folder.path()).status, 61);
    assert!(fs::read_to_string(folder.path().join("audit.html")).unwrap().starts_with("<!DOCTYPE html>"));
    shell(&server, "pipeline", &gate, folder.path()).ok();

    let lenient = block("sh", "-eq 62");
    shell(&server, "pipeline", &lenient, folder.path()).ok();
    assert_ne!(shell(&server, "laptop", &lenient, folder.path()).status, 0, "an expired token still fails");
    server.0.push_fault(Fault {
        method: None,
        target_contains: Some("/tokens".to_owned()),
        skip: 0,
        times: Some(0),
        action: answer(403, "no"),
    });
    shell(&server, "pipeline", &lenient, folder.path()).ok();
}
