//! The recording in the guide to logging in is what the program prints.

use std::fs;
use std::path::Path;

use netbird_mock::world::{IdentityProvider, UserSeed, Verdict, World};

use crate::home::Home;
use crate::support::{Server, run};

/// What the recording calls the server.
const SERVER: &str = "https://netbird.example.com";
/// What is different in each run: the code, ids, times and the secrets.
const VARYING: char = '…';

/// The lines of the recordings below the heading.
fn recordings() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/login.md");
    let guide = fs::read_to_string(path).unwrap();
    let (_, section) = guide.split_once("\n## From the command line\n").expect("the section");
    let section = section.split("\n## ").next().unwrap();
    section.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// A server where Ada approves every login at once.
fn server() -> Server {
    let verdict = Some(Verdict::Approve { user_id: "ada".to_owned(), after_polls: 0 });
    let ada = UserSeed {
        id: "ada".to_owned(),
        name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        role: "owner".to_owned(),
        ..UserSeed::default()
    };
    let provider = IdentityProvider { verdict, ..IdentityProvider::default() };
    Server::with(World { users: vec![ada], identity_provider: Some(provider), ..World::default() })
}

/// Whether a line is one of the recording, in which `…` stands for what varies, and for nothing else.
fn is_recorded(line: &str, recorded: &str) -> bool {
    let mut parts = recorded.split(VARYING);
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = recorded.contains(VARYING).then(|| parts.next_back().unwrap_or_default()) else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[test]
fn the_recordings_are_what_is_printed() {
    let (server, home) = (server(), Home::new());
    let mut commands = 0;
    for recording in recordings() {
        let mut lines = recording.lines().peekable();
        while let Some(line) = lines.next() {
            let command = line.strip_prefix("$ ").expect("a command");
            let mut recorded = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
                recorded.push(line);
            }
            if command.starts_with("export ") {
                assert_eq!(command, format!("export NB_MANAGEMENT_URL={SERVER}"));
                continue;
            }
            commands += 1;
            let own = home.program(&server);
            let directory = Path::new(own.get_program()).parent().unwrap();
            let path = format!("{}:{}", directory.display(), std::env::var("PATH").unwrap());
            let mut shell = std::process::Command::new("sh");
            // One stream, as at a terminal.
            shell.args(["-c", &format!("{command} 2>&1")]).env("PATH", path);
            for (name, value) in own.get_envs() {
                match value {
                    Some(value) => shell.env(name, value),
                    None => shell.env_remove(name),
                };
            }
            shell.env_remove("XDG_STATE_HOME").current_dir(home.path());
            shell.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped());
            let ran = run(&mut shell).ok();
            let printed = ran.out.replace(&server.0.url(), SERVER);
            let printed: Vec<&str> = printed.lines().collect();
            let same = printed.len() == recorded.len()
                && printed.iter().zip(&recorded).all(|(line, recorded)| is_recorded(line, recorded));
            assert!(same, "$ {command}\n{}\n\nThe guide has:\n{}", printed.join("\n"), recorded.join("\n"));
        }
    }
    assert!(commands >= 5, "{commands}");
}

#[test]
fn a_recording_with_other_words_is_noticed() {
    assert!(is_recorded("Expires: 2026-11-27 18:09:46Z (29 days left)", "Expires: … (… days left)"));
    assert!(is_recorded("    WDJB-MJHT", "    …") && is_recorded("", "") && is_recorded("same", "same"));
    for (line, recorded) in [
        ("Expires: soon", "Expires: … (… days left)"),
        ("same and more", "same"),
        ("same", "same and more"),
        ("Expired: 2026 (3 days left)", "Expires: … (… days left)"),
        ("Expires: 2026 (3 days left) or so", "Expires: … (… days left)"),
    ] {
        assert!(!is_recorded(line, recorded), "{line}");
    }
}
