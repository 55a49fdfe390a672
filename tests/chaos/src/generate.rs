//! Stories from a seed.

use fastrand::Rng;

use crate::story::{ActorPlan, ClientPlan, Ending, Fault, Form, Moment, NAMES, On, PlannedFault, Step, Story, Which};
use crate::world::CREDENTIALS;

/// The lifetime that several creates share; all others have one of their own.
const COMMON_DAYS: i64 = 300;

/// The story of one run of a campaign.
#[must_use]
pub fn story(seed: u64, run: u64) -> Story {
    // Neighbouring runs must not have related numbers.
    let mut rng = Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ run.wrapping_mul(0xd1b5_4a32_d192_ed03));
    let clients: Vec<ClientPlan> = (0..rng.usize(1..=3)).map(|_| client(&mut rng)).collect();
    let mut days = 0;
    let mut actors: Vec<ActorPlan> = (0..rng.usize(clients.len()..=3))
        .map(|at| {
            let client = if at < clients.len() { at } else { rng.usize(..clients.len()) };
            let steps = (0..rng.usize(1..=4)).map(|_| step(&mut rng, &clients[client], &mut days)).collect();
            ActorPlan { client, steps }
        })
        .collect();
    let faults = (0..rng.usize(0..=5)).map(|_| planned(&mut rng, clients.len())).collect();
    let clock_step_secs = if rng.u8(..5) == 0 { [1, 60][rng.usize(..2)] } else { 0 };
    // Last, so that the rest of a story is the same with and without forks.
    for actor in &mut actors {
        if rng.u8(..8) == 0 {
            actor.steps.insert(rng.usize(..=actor.steps.len()), Step::Fork);
        }
    }
    Story { seed, run, clock_step_secs, clients, actors, faults }
}

fn client(rng: &mut Rng) -> ClientPlan {
    ClientPlan {
        credential: [0, 0, 1, 2][rng.usize(..4)].min(CREDENTIALS.len() - 1),
        token_file: rng.u8(..5) == 0,
        revoke_and_retry: rng.u8(..3) == 0,
        max_retries: rng.u32(0..=2),
    }
}

fn step(rng: &mut Rng, client: &ClientPlan, used_days: &mut i64) -> Step {
    let interrupt = |rng: &mut Rng, one_in: u8| {
        (rng.u8(..one_in) == 0).then(|| if rng.bool() { Moment::Sent } else { Moment::Acted })
    };
    // An interrupt needs a lifetime of its own, by which the request is known.
    let mut days = |rng: &mut Rng, interrupt: Option<Moment>| {
        *used_days += 1;
        if rng.u8(..6) == 0 && interrupt.is_none() { COMMON_DAYS } else { *used_days }
    };
    match rng.u8(..100) {
        0..42 => {
            let interrupt = interrupt(rng, 5);
            Step::Create {
                name: rng.usize(..NAMES.len()),
                days: days(rng, interrupt),
                tag: rng.bool() || (client.revoke_and_retry && rng.u8(..8) != 0),
                interrupt,
            }
        }
        42..56 => {
            let which = match rng.u8(..10) {
                0..6 => Which::Own(rng.usize(..2)),
                6..8 => Which::Seeded(rng.usize(..2)),
                8 => Which::Missing,
                _ => Which::Credential,
            };
            Step::Delete { which, interrupt: interrupt(rng, 8) }
        }
        56..62 => Step::List,
        62..64 => Step::CurrentUser,
        64..67 => Step::Check,
        67..70 => Step::Audit,
        70..94 => {
            let which = match rng.u8(..10) {
                0..4 => Which::Own(rng.usize(..2)),
                4..7 => Which::Seeded(rng.usize(..2)),
                _ => Which::Credential,
            };
            let ending = match rng.u8(..10) {
                0..3 => Ending::Commit,
                3 => Ending::KeepOld,
                4 => Ending::Abort,
                5 => Ending::CommitOrAbort,
                6 => Ending::Drop,
                _ => Ending::Resume { stored: rng.bool(), secret: rng.u8(..3) == 0 },
            };
            let interrupt = interrupt(rng, 8);
            Step::Rotate {
                which,
                days: days(rng, interrupt),
                tag: rng.u8(..6) != 0,
                adopt: matches!(which, Which::Credential),
                prepare: rng.u8(..3) == 0,
                interrupt,
                ending,
            }
        }
        94..97 => Step::SwapTokenFile,
        _ => Step::JumpClock { secs: [-300, -30, 30, 300][rng.usize(..4)] },
    }
}

fn planned(rng: &mut Rng, clients: usize) -> PlannedFault {
    let on = match rng.u8(..10) {
        0..4 => On::Post,
        4..6 => On::Get,
        6 => On::Look,
        7..9 => On::Delete,
        _ => On::Connection,
    };
    let fault = match on {
        On::Connection => Fault::Refuse,
        // Most of what can go wrong with a DELETE is a wrong answer: repeating it does no harm.
        On::Delete if rng.bool() => answer(rng),
        _ => fault(rng),
    };
    let nth = if on == On::Get { rng.u32(1..=6) } else { rng.u32(1..=3) };
    PlannedFault { client: rng.usize(..clients), on, nth, fault }
}

fn fault(rng: &mut Rng) -> Fault {
    match rng.u8(..100) {
        0..12 => Fault::CutRequest { at: rng.usize(1..450), reset: rng.bool() },
        12..20 => Fault::DelayRequest { ms: rng.u64(1..500) },
        20..38 => Fault::CutAnswer { at: rng.usize(0..600), reset: rng.bool() },
        38..46 => Fault::HoldAnswer { ms: rng.u64(1..500) },
        46..54 => Fault::Stall { act: rng.bool() },
        54..82 => answer(rng),
        82..88 => Fault::Redirect { status: [301, 302, 303, 307, 308][rng.usize(..5)] },
        88..92 => Fault::ShiftDate { secs: [-86_400, -120, -20, 20, 120, 86_400][rng.usize(..6)] },
        92..94 => Fault::NoDate,
        94..96 => Fault::CloseAfter,
        _ => Fault::Drip { ms: if rng.bool() { 25_000 } else { 900 } },
    }
}

/// Only answers that something in between can give: what NetBird itself refused, it did not do.
fn answer(rng: &mut Rng) -> Fault {
    let acts = rng.bool();
    let pick = |rng: &mut Rng, from: &[u16]| from[rng.usize(..from.len())];
    match rng.u8(..14) {
        0..4 => Fault::Answer { status: pick(rng, &[200, 200, 200, 401, 403, 404, 503]), form: Form::Html, act: acts },
        4..7 => Fault::Answer { status: pick(rng, &[404, 408, 499, 502, 503, 504, 520]), form: Form::Text, act: acts },
        7..10 => {
            Fault::Answer { status: pick(rng, &[200, 401, 403, 404, 404, 500]), form: Form::ForeignJson, act: acts }
        }
        10 => Fault::Answer { status: 429, form: Form::Own, act: false },
        11 => Fault::Answer { status: pick(rng, &[500, 503]), form: Form::Own, act: acts },
        12 => Fault::Answer { status: pick(rng, &[400, 403, 500]), form: Form::Echo, act: false },
        _ => Fault::Answer { status: 429, form: Form::Html, act: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_story_each_time_and_runs_differ() {
        assert_eq!(story(7, 3), story(7, 3));
        assert_ne!(story(7, 3), story(7, 4));
        assert_ne!(story(7, 3), story(8, 3));
    }

    #[test]
    fn every_step_and_fault_comes_up() {
        let stories: Vec<Story> = (0..3_000).map(|run| story(1, run)).collect();
        let text = format!("{stories:?}");
        for word in [
            "Create",
            "Delete",
            "List",
            "CurrentUser",
            "Check",
            "Audit",
            "Rotate",
            "SwapTokenFile",
            "JumpClock",
            "Fork",
            "Own",
            "Seeded",
            "Missing",
            "Credential",
            "Commit",
            "KeepOld",
            "Abort",
            "CommitOrAbort",
            "Drop",
            "Resume",
            "Refuse",
            "CutRequest",
            "DelayRequest",
            "CutAnswer",
            "HoldAnswer",
            "Stall",
            "Answer",
            "Redirect",
            "ShiftDate",
            "NoDate",
            "CloseAfter",
            "Drip",
            "Html",
            "Text",
            "ForeignJson",
            "Own",
            "Echo",
            "Sent",
            "Acted",
        ] {
            assert!(text.contains(word), "{word} never comes up");
        }
    }
}
