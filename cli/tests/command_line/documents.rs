//! What the documents show of the command line: the README's session is what the program prints, and every command is one that it
//! understands.

use std::path::Path;
use std::process::{Command, Stdio};

use netbird_mock::MockServer;
use netbird_mock::world::{Action, Fault, TokenSeed, UserSeed, World};

use crate::support::{program, run};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A command of the README, and what it shows below it.
struct Shown {
    command: String,
    output: String,
}

fn session() -> Vec<Shown> {
    let readme = std::fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let block = readme.split("```console\n").nth(1).expect("a session").split("```").next().unwrap();
    let commands = block.split("$ ").skip(1).map(|part| part.split_once('\n').unwrap());
    commands.map(|(command, output)| Shown { command: command.to_owned(), output: output.to_owned() }).collect()
}

/// A text without what differs between two runs: times, ids, tags, numbers of days and the width of columns.
fn normal(text: &str) -> String {
    text.lines().map(normal_line).collect()
}

fn normal_line(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut plain = String::new();
    for (index, word) in words.iter().enumerate() {
        let core = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric() && letter != '#');
        let next_is_days = words.get(index + 1).is_some_and(|next| next.starts_with("days"));
        let kind = if is_time(core) {
            "<time>"
        } else if core.len() == 20 && core.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v')) {
            "<id>"
        } else if core.len() == 11 && core.starts_with('#') {
            "<tag>"
        } else if next_is_days && core.parse::<u32>().is_ok() {
            "<number>"
        } else {
            core
        };
        plain.push_str(&if core.is_empty() { (*word).to_owned() } else { word.replace(core, kind) });
        plain.push(' ');
    }
    format!("{}\n", plain.trim_end())
}

/// `2026-12-26`, `13:03Z` or `13:03:08Z`.
fn is_time(word: &str) -> bool {
    let shape: String = word.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    ["0000-00-00", "00:00Z", "00:00:00Z"].contains(&shape.as_str())
}

fn shell(server: &MockServer, command: &str, folder: &Path) -> String {
    let program = program();
    let directory = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", directory.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    // In the order in which a terminal shows both.
    shell.args(["-c", &format!("umask 077\nexec 2>&1\n{command}")]).current_dir(folder).env("PATH", path);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.env("NB_MANAGEMENT_URL", server.url()).env("NB_PAT", server.plain_of("ch8i54g6lnn4g9hqv7n0").unwrap());
    run(shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped())).out
}

#[test]
fn the_session_in_the_readme_is_real() {
    let owner = UserSeed {
        id: "alice".to_owned(),
        name: "Alice".to_owned(),
        role: "owner".to_owned(),
        email: "alice@example.com".to_owned(),
        tokens: vec![TokenSeed {
            id: Some("ch8i54g6lnn4g9hqv7n0".to_owned()),
            name: "laptop".to_owned(),
            ..TokenSeed::default()
        }],
        ..UserSeed::default()
    };
    let server = MockServer::start(World { users: vec![owner], ..World::default() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let session = session();
    assert!(session.len() >= 4, "only {} commands", session.len());
    let (mut expected, mut printed) = (String::new(), String::new());
    for Shown { command, output } in session {
        if command.contains("connection breaks") {
            server.push_fault(Fault {
                method: Some("POST".to_owned()),
                target_contains: None,
                skip: 0,
                times: Some(1),
                action: Action::DropAfter { reset: false },
            });
        }
        expected.push_str(&format!("$ {command}\n{output}"));
        let shown = shell(&server, &command, folder.path());
        printed.push_str(&format!("$ {command}\n{shown}"));
    }
    assert!(!printed.contains("nbp_"), "it shows a secret");
    assert_eq!(normal(&printed), normal(&expected), "\nthe session is:\n{printed}");
}

#[test]
fn only_what_changes_may_differ() {
    let shown = "ID  NAME\nch8i54g6lnn4g9hqv7n0  deploy #k3f9q2xm7w (30 days left) 2026-12-26 13:03Z\n";
    let printed = "ID NAME\ndc42s3168ahqdcd6eafg deploy #vmezsyunha (29 days left) 2027-01-02 01:59Z\n";
    assert_eq!(normal(shown), normal(printed));
    assert_ne!(normal(shown), normal(&printed.replace("deploy", "ci")));
    assert_ne!(normal(shown), normal(&printed.replace("left", "ago")));
}

/// The commands of this program in the `sh` blocks of a document, as words.
fn commands(text: &str) -> Vec<Vec<String>> {
    let blocks = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().replace("\\\n", " "));
    let mut found = Vec::new();
    for block in blocks {
        for line in block.lines() {
            let line = line.split(" #").next().unwrap();
            for part in line.split("netbird-tokens ").skip(1) {
                let end = part.find(['[', '|', '>', '<', ';', '&', ')', '`', '$']).unwrap_or(part.len());
                // A value from a variable: any word will do.
                let cut = part[end..].starts_with('$').then_some("value");
                // The number of a redirected stream.
                let command = part[..end].strip_suffix(" 2").unwrap_or(&part[..end]);
                // The quote that opened before the command.
                let words = shlex::split(command).or_else(|| shlex::split(command.trim_end_matches('"')));
                let words = words.unwrap_or_else(|| panic!("a quote is open in: {command}"));
                found.push(words.into_iter().chain(cut.map(str::to_owned)).collect());
            }
        }
    }
    found
}

#[test]
fn every_command_in_the_documents_is_known() {
    let mut number = 0;
    let mut documents: Vec<_> =
        std::fs::read_dir(Path::new(ROOT).join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    documents.extend(["README.md", "cli/README.md"].map(|name| Path::new(ROOT).join(name)));
    for document in documents.iter().filter(|document| document.extension().is_some_and(|it| it == "md")) {
        for words in commands(&std::fs::read_to_string(document).unwrap()) {
            // Help is printed only if everything before it was understood. After `--` it would be an argument.
            let (options, rest) = words.split_at(words.iter().position(|word| word == "--").unwrap_or(words.len()));
            let ran = run(program().args(options).arg("--help").args(rest));
            assert_eq!(ran.status, 0, "{}: netbird-tokens {}\n{}", document.display(), words.join(" "), ran.err);
            number += 1;
        }
    }
    assert!(number > 30, "only {number} commands");
}

#[test]
fn an_unknown_command_would_be_noticed() {
    let found =
        commands("```sh\nTOKEN=$(netbird-tokens create --nmae ci)   # netbird-tokens x\n```\nnetbird-tokens y\n");
    assert_eq!(found, [["create", "--nmae", "ci"]]);
    assert_ne!(run(program().args(&found[0]).arg("--help")).status, 0);
}

#[test]
fn a_quoted_word_is_one_word() {
    let found = commands("```sh\nnetbird-tokens list --token-command \"pass show netbird\"\n```\n");
    assert_eq!(found, [["list", "--token-command", "pass show netbird"]]);
    assert_eq!(commands("```sh\nTOKEN=\"$(netbird-tokens create)\"\n```\n"), [["create"]]);
}
