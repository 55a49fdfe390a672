//! `rotate --exec`: the program gets the secret on its standard input, and its exit status decides.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use netbird_mock::world::Action;

use crate::rotate_desk::{Desk, fault};
use crate::support::{Ran, answer, finish, interrupt, is_pat, run, wait_until};

/// Rotates `laptop` by a credential of its own user, and hands the secret to a program.
fn exec(desk: &Desk, command: &str, args: &[&str]) -> Ran {
    run(desk.command(&["rotate", "laptop", "--exec", command]).args(args))
}

/// Checks that the successor is gone, and the old token is there.
#[track_caller]
fn is_undone(desk: &Desk, ran: &Ran) {
    assert_eq!(ran.status, 73, "{ran:?}");
    assert!(ran.err.contains("The new token is revoked again; the old one, laptop, still works"), "{ran:?}");
    assert!(!ran.err.contains("nbp_") && !ran.out.contains("nbp_"), "{ran:?}");
    let requests = desk.server.0.requests();
    assert_eq!(requests.iter().filter(|seen| seen.method == "POST").count(), 1, "it was created");
    desk.is_untouched_but_for_the_delete();
}

#[test]
fn the_secret_is_on_standard_input_and_nowhere_else() {
    let desk = Desk::new();
    let script = desk.path("program");
    std::fs::write(&script, "#!/bin/sh\necho \"args: $*\"; env; cat > \"$1\"\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
    let taken = desk.path("taken it");
    let ran = exec(&desk, &format!("{} '{}' '$HOME'", script.display(), taken.display()), &[]).ok();
    let secret = std::fs::read_to_string(&taken).unwrap();
    assert!(is_pat(&secret), "without a newline");
    assert!(ran.out.starts_with("args: ") && ran.out.contains("$HOME"), "what it prints goes through: {ran:?}");
    assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret));
    let ids = desk.ids();
    assert_eq!(ids.len(), 1);
    assert_eq!(desk.server.plain(&ids[0]), secret);
}

#[test]
fn with_json_only_the_object_is_on_standard_output() {
    let desk = Desk::new();
    let ran = exec(&desk, "cat > /dev/null; echo hello", &["--shell", "-o", "json"]).ok();
    let json = ran.json();
    assert_eq!((&json["outcome"], json.get("plain_token")), (&"rotated".into(), None));
    assert!(ran.err.contains("hello"), "{ran:?}");
}

#[test]
fn a_program_that_fails_leaves_the_old_token() {
    for command in ["cat; exit 3", "exit 1", "cat; kill -9 $$", "exec <&-; true"] {
        let desk = Desk::new();
        let ran = exec(&desk, &format!("({command}) > /dev/null"), &["--shell"]);
        is_undone(&desk, &ran);
    }
}

#[test]
fn a_program_that_does_not_read_the_secret_leaves_the_old_token() {
    let desk = Desk::new();
    let ran = exec(&desk, "true", &[]);
    is_undone(&desk, &ran);
    assert!(ran.err.contains("without reading the secret"), "{ran:?}");
}

#[test]
fn a_program_that_hangs_is_ended() {
    for command in ["cat > /dev/null; sleep 600", "trap '' TERM; cat > /dev/null; sleep 600; sleep 600"] {
        let desk = Desk::new();
        let started = Instant::now();
        let ran = exec(&desk, command, &["--shell", "--exec-timeout", "0.5"]);
        is_undone(&desk, &ran);
        assert!(ran.err.contains("--exec-timeout"), "{ran:?}");
        assert!(started.elapsed().as_secs() < 60, "it was not waited for");
    }
}

#[test]
fn what_a_program_started_ends_with_it() {
    let desk = Desk::new();
    let pid_file = desk.path("pid");
    let script = format!("sleep 600 & echo $! > {}; cat > /dev/null; sleep 600", pid_file.display());
    let ran = exec(&desk, &script, &["--shell", "--exec-timeout", "0.5"]);
    assert_eq!(ran.status, 73, "{ran:?}");
    let pid = std::fs::read_to_string(&pid_file).unwrap();
    let is_gone = || {
        let state = std::fs::read_to_string(Path::new("/proc").join(pid.trim()).join("stat"));
        state.map_or(true, |state| state.rsplit(") ").next().unwrap().starts_with('Z'))
    };
    wait_until("it has ended", is_gone);
}

#[test]
fn ctrl_c_ends_the_program_and_leaves_the_old_token() {
    let desk = Desk::new();
    let started = desk.path("started");
    let script = format!("cat > /dev/null; touch {}; sleep 600", started.display());
    let child = desk.command(&["rotate", "laptop", "--shell", "--exec", &script]).spawn().unwrap();
    wait_until("the program is at work", || started.exists());
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert!(ran.err.contains("The new token is revoked again"), "{ran:?}");
    assert_eq!(desk.ids(), ["laptop"]);
}

#[test]
fn a_successor_that_cannot_be_revoked_is_named() {
    let desk = Desk::new();
    fault(&desk.server, "DELETE", 0, answer(403, "permission denied"));
    let ran = exec(&desk, "false", &["-o", "json"]);
    let new = desk.ids().into_iter().find(|id| id != "laptop").unwrap();
    assert_eq!(ran.status, 73, "{ran:?}");
    let error = ran.json_error();
    assert_eq!((&error["kind"], &error["candidate_token_ids"]), (&"not_stored".into(), &serde_json::json!([new])));

    fault(&desk.server, "DELETE", 0, answer(403, "permission denied"));
    let ran = exec(&desk, "false", &[]);
    let newest = desk.ids().into_iter().find(|id| *id != new && id != "laptop").unwrap();
    assert!(ran.err.contains(&format!("next: netbird-tokens revoke {newest}")), "{ran:?}");
}

#[test]
fn a_killed_run_does_not_lose_the_token_that_the_program_may_have_stored() {
    let desk = Desk::new();
    let journal = desk.path("journal");
    let vault = desk.path("vault");
    let args = |script: &str| {
        let mut command = desk.command(&["rotate", "laptop", "--shell", "--exec", script, "--journal"]);
        command.arg(&journal);
        command
    };
    let mut child = args(&format!("cat > {}; exec sleep 3", vault.display())).spawn().unwrap();
    wait_until("the vault has it", || std::fs::read_to_string(&vault).is_ok_and(|text| is_pat(&text)));
    child.kill().unwrap();
    child.wait().unwrap();
    let in_vault = |desk: &Desk| {
        let secret = std::fs::read_to_string(&vault).unwrap();
        desk.ids().into_iter().find(|id| desk.server.plain(id) == secret)
    };
    assert_eq!(desk.ids().len(), 2);
    let lost = in_vault(&desk).unwrap();

    // Nobody can say whether the vault has it, so nothing is revoked.
    let ran = run(desk.command(&["rotate", "resume", "--journal"]).arg(&journal));
    assert_eq!(ran.status, 13, "{ran:?}");
    assert!(ran.err.contains(&lost), "{ran:?}");
    assert_eq!(desk.ids().len(), 2);
    // Nor when the next program fails.
    assert_eq!(run(&mut args("exit 1")).status, 73);
    assert_eq!(in_vault(&desk), Some(lost.clone()));

    // The next success revokes both, even if the token does not expire soon.
    let mut again = args(&format!("cat > {}", vault.display()));
    run(again.args(["--if-expires-within", "1d"])).ok();
    let ids = desk.ids();
    assert_eq!((ids.len(), in_vault(&desk)), (1, Some(ids[0].clone())));
    assert!(ids[0] != lost && ids[0] != "laptop");
}

#[test]
fn a_journal_makes_a_chain_of_tokens() {
    let desk = Desk::new();
    let (journal, vault) = (desk.path("journal"), desk.path("vault"));
    std::fs::copy(desk.file(), &vault).unwrap();
    for _ in 0..3 {
        let mut command = desk.server.with_token("ulis");
        command.env_remove("NB_PAT").args(["rotate", "--name", "laptop", "--shell"]);
        command.args(["--token-command", &format!("cat {}", vault.display())]);
        command.args(["--exec", &format!("cat > {}", vault.display()), "--journal"]).arg(&journal);
        run(&mut command).ok();
        let ids = desk.ids();
        assert_eq!(ids.len(), 1);
        assert_eq!(desk.server.plain(&ids[0]), std::fs::read_to_string(&vault).unwrap());
    }
}

#[test]
fn a_create_that_is_interrupted_leaves_nothing() {
    let desk = Desk::new();
    fault(&desk.server, "POST", 0, Action::DelayAnswer { ms: 1_000 });
    let child = desk.rotation(&["laptop"]).spawn().unwrap();
    wait_until("the token is there", || desk.ids().len() == 2);
    interrupt(&child);
    let ran = finish(child);
    assert_eq!(ran.status, 130, "{ran:?}");
    assert!(ran.err.contains("no new token is left"), "{ran:?}");
    desk.is_untouched_but_for_the_delete();
}

#[test]
fn the_child_does_not_see_our_standard_input() {
    let desk = Desk::new();
    let mut command = desk.command(&["rotate", "laptop", "--shell", "--exec", "cat; echo; echo end"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let _open = child.stdin.take();
    let ran = finish(child).ok();
    let (secret, rest) = ran.out.split_once('\n').unwrap();
    assert!(is_pat(secret) && rest == "end\n", "what a program prints is its own business: {ran:?}");
}
