//! Help, completions and the manual page.

use crate::support::{program, run};

const COMMANDS: [&str; 16] = [
    "login",
    "logout",
    "list",
    "inspect",
    "create",
    "revoke",
    "audit",
    "rotate",
    "whoami",
    "users",
    "check",
    "token",
    "mock-server",
    "demo",
    "completions",
    "man",
];

#[test]
fn no_arguments_print_the_help() {
    let ran = run(&mut program()).ok();
    for command in COMMANDS {
        assert!(ran.out.contains(&format!("\n  {command} ")), "{command}");
    }
    assert_eq!(ran.err, "");
}

#[test]
fn every_command_has_its_help() {
    for command in COMMANDS {
        let ran = run(program().args([command, "--help"])).ok();
        assert!(ran.out.contains("Usage: netbird-tokens"), "{command}");
    }
}

#[test]
fn options_of_every_command_are_under_no_heading_of_others() {
    for command in COMMANDS {
        let help = run(program().args([command, "--help"])).ok().out;
        let mut heading = "";
        for line in help.lines() {
            if !line.starts_with(' ') && line.ends_with(':') {
                heading = line;
            }
            let option = line.trim_start();
            if option.starts_with("-o, --output") || option.starts_with("--color") || option.starts_with("-h, --help") {
                assert_eq!(heading, "Options:", "{command}: {line}");
            }
        }
    }
}

#[test]
fn exit_statuses_are_in_the_help_the_manual_and_the_guide() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli.md")).unwrap();
    let help = run(program().arg("--help")).ok().out;
    let manual = run(program().arg("man")).ok().out;
    let table = help.split("Exit status:").nth(1).unwrap();
    let mut count = 0;
    for line in table.lines().filter(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit())) {
        let (status, meaning) = line.trim().split_once("  ").unwrap();
        let row = guide.lines().find(|row| row.starts_with(&format!("| {status} |")));
        let word = meaning.split([':', ' ']).next().unwrap();
        assert!(row.is_some_and(|row| row.contains(word)), "{line}: {row:?}");
        assert!(manual.contains(word), "{line}");
        count += 1;
    }
    assert_eq!(
        count,
        guide.lines().filter(|row| row.starts_with("| ") && row[2..].starts_with(|c: char| c.is_ascii_digit())).count()
    );
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(program().args(["completions", shell])).ok();
        assert!(ran.out.contains("netbird-tokens") && ran.out.contains("revoke"), "{shell}");
        assert!(!ran.out.contains("token-type") && !ran.out.contains("netbird_tokens\n"), "{shell}");
    }
}

#[test]
fn a_manual_page_for_every_command() {
    let above = tempfile::tempdir().unwrap();
    // The directory need not exist.
    let folder = above.path().join("share/man/man1");
    run(program().args(["man", "--directory"]).arg(&folder)).ok();
    for command in COMMANDS {
        let page = std::fs::read_to_string(folder.join(format!("netbird-tokens-{command}.1"))).unwrap();
        assert!(page.starts_with(".ie") && page.contains(".TH netbird-tokens"), "{command}: {page:.200}");
    }
    let page = run(program().arg("man")).ok().out;
    assert!(page.contains(".SH NAME") && page.contains(".SH \"EXIT STATUS\""), "{page:.200}");
    let list = std::fs::read_to_string(folder.join("netbird-tokens-list.1")).unwrap();
    assert!(list.contains("Maximum number of retries"), "options that the short help leaves out");
    assert!(!list.contains("token\\-type"), "hidden options");
    assert_eq!(page, std::fs::read_to_string(folder.join("netbird-tokens.1")).unwrap());
}

#[test]
fn the_version() {
    assert_eq!(run(program().arg("--version")).ok().out, format!("netbird-tokens {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_installation_lines_of_the_guide_work_where_no_directory_exists() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli.md")).unwrap();
    let block = guide.split("```sh\n").find(|block| block.contains("netbird-tokens completions bash")).unwrap();
    let lines = block.split("```").next().unwrap();
    let home = tempfile::tempdir().unwrap();
    let program = program();
    let directory = std::path::Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", directory.display(), std::env::var("PATH").unwrap());
    let status =
        std::process::Command::new("sh").args(["-ec", lines]).env("HOME", home.path()).env("PATH", path).status();
    assert!(status.unwrap().success());
    for file in [
        "bash-completion/completions/netbird-tokens",
        "zsh/site-functions/_netbird-tokens",
        "man/man1/netbird-tokens-create.1",
    ] {
        assert!(home.path().join(".local/share").join(file).exists(), "{file}");
    }
    assert!(home.path().join(".config/fish/completions/netbird-tokens.fish").exists());
}
