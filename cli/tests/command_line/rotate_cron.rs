//! The line that cron runs every hour, for 400 days: one working token at every instant, never more than two, none forgotten.

use std::ffi::OsString;

use crate::rotate_desk::Desk;
use crate::support::ALICE;

const DAYS: u32 = 400;

/// Runs the line in this process: starting a program 9600 times would take minutes.
fn run(line: &[OsString]) -> u8 {
    loop {
        let status = netbird_tokens_cli::run(line.to_vec());
        // A program that another test is starting shares the lock of this process until its `exec`.
        if status != 72 {
            return status;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn a_line_that_runs_for_400_days() {
    // Every hour for a day after a rotation and from a day before the next one on, and every sixth hour in between.
    simulate(|hours_since| !(26..=15 * 24).contains(&hours_since) || hours_since % 6 == 0);
}

#[test]
#[ignore = "takes minutes without optimisation"]
fn a_line_that_runs_every_hour_for_400_days() {
    simulate(|_| true);
}

fn simulate(runs: fn(u32) -> bool) {
    let desk = Desk::new();
    let url = desk.server.0.url();
    let file = desk.file().into_os_string();
    let line = "n rotate --name laptop --if-expires-within 14d --overlap 24h --quiet --proxy-from-env false".split(' ');
    let mut line: Vec<OsString> = line.map(OsString::from).collect();
    line.extend([
        "--management-url".into(),
        url.into(),
        "--token-file".into(),
        file.clone(),
        "--write-to".into(),
        file,
    ]);

    let (mut rotations, mut revoked, mut hours_since) = (0, 0, 0);
    for hour in 0..DAYS * 24 {
        desk.server.0.advance_clock(3600);
        let before = desk.ids();
        // Now and then the machine sleeps for most of a day.
        let is_awake = hour / 24 % 10 != 9 || hour % 24 == 0;
        hours_since += 1;
        if is_awake && runs(hours_since) {
            let status = run(&line);
            assert!([0, 71].contains(&status), "hour {hour}: {status}");
            if status == 0 {
                (rotations, hours_since) = (rotations + 1, 0);
            }
        }
        let ids = desk.ids();
        revoked += before.iter().filter(|id| !ids.contains(id)).count();
        let held = desk.held().unwrap_or_else(|| panic!("hour {hour}: the file holds no token that exists"));
        let now = desk.server.0.now();
        let tokens = desk.server.0.tokens(ALICE);
        let expires = tokens.iter().find(|token| token.id == held).unwrap().expiration_date.clone();
        assert!(expires > now, "hour {hour}: the held token has expired: {expires}, and it is {now}");
        assert!(ids.len() <= 2, "hour {hour}: {ids:?}");
        if ids.len() == 2 {
            let superseded = &desk.journal()["superseded"][0]["token_id"];
            assert!(ids.iter().any(|id| superseded == id), "hour {hour}: one of {ids:?} is forgotten");
        }
    }
    // The tokens live for 30 days, and each is replaced 14 days before its end.
    assert!((24..=26).contains(&rotations), "{rotations}");
    assert_eq!(desk.ids().len() + revoked, 1 + rotations as usize);
}
