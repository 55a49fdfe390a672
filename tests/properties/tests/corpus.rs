//! Every input of the committed corpus, over its target.

use std::fs;
use std::path::{Path, PathBuf};

use netbird_properties::{TARGETS, answers};
use netbird_tokens::ErrorKind;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target)
}

/// The files of a target's corpus, in order.
fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = folder(target);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    files.sort();
    files
}

#[test]
fn every_input_of_the_corpus_keeps_what_must_hold() {
    for (target, check) in TARGETS {
        let files = corpus(target);
        assert!(!files.is_empty(), "{target} has no corpus");
        for file in files {
            // The name of the file that fails is in the output.
            eprintln!("{target} {}", file.file_name().unwrap().display());
            check(&fs::read(&file).unwrap());
        }
    }
}

#[test]
fn every_target_is_one_of_libfuzzers_too() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/Cargo.toml")).unwrap();
    for (target, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "fuzz/Cargo.toml lacks {target}");
    }
}

/// Without successes among them, the answers would prove little.
#[test]
fn every_operation_succeeds_with_an_answer_of_the_corpus() {
    for name in [
        "list",
        "list_null",
        "list_chunked",
        "get",
        "get_deep",
        "get_limited_at_once",
        "create",
        "create_tagged",
        "create_tagged_lost",
        "delete",
        "delete_gone",
        "me",
        "me_service_user",
        "users",
        "check",
        "check_refused",
        "rotate",
        "resume",
        "audit",
    ] {
        let outcome = answers::outcome(&fs::read(folder("answers").join(name)).unwrap());
        assert_eq!(outcome, Some(Ok(())), "{name}");
    }
    for (name, kind) in [
        ("create_lost", ErrorKind::OutcomeUnknown),
        ("create_other_name", ErrorKind::OutcomeUnknown),
        ("create_no_secret", ErrorKind::OutcomeUnknown),
        ("create_tagged_lost_twice", ErrorKind::OutcomeUnknown),
        ("delete_read", ErrorKind::OutcomeUnknown),
        ("get_other", ErrorKind::UnexpectedResponse),
        ("list_length_too_long", ErrorKind::Transport),
        ("unknown_credential", ErrorKind::Unauthorized),
    ] {
        let outcome = answers::outcome(&fs::read(folder("answers").join(name)).unwrap());
        assert_eq!(outcome.unwrap().unwrap_err().kind(), kind, "{name}");
    }
}

/// Without successes among them, the sessions would prove little.
#[test]
fn sessions_of_the_corpus_can_be_restored() {
    for name in ["good", "no_refresh_token", "expired_long_ago", "far_away", "here", "escapes"] {
        let text = fs::read_to_string(folder("sessions").join(name)).unwrap();
        let restored = netbird_tokens::LoginSession::restore(&text, netbird_tokens::ClientOptions::default());
        assert!(restored.is_ok(), "{name}: {restored:?}");
    }
}
