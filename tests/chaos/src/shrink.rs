//! Makes a story that fails shorter, for as long as it still fails.

use std::time::{Duration, Instant};

use crate::check::{Rule, Violation, check};
use crate::play::Stage;
use crate::story::Story;

/// How often a shorter story is played before it counts as one that does not fail: threads differ from run to run.
const TRIES: usize = 4;

/// Plays a story up to [`TRIES`] times, until it breaks that promise.
fn fails(stage: &mut Stage, story: &Story, rule: Rule, allowance: Duration) -> Option<Vec<Violation>> {
    (0..TRIES).find_map(|_| {
        let played = stage.play(story).ok()?;
        let broken = check(&played, allowance);
        broken.iter().any(|violation| violation.rule == rule).then_some(broken)
    })
}

/// Every story that is one thing shorter, the largest things first.
fn shorter(story: &Story) -> Vec<Story> {
    let mut found = Vec::new();
    let mut without = |change: &dyn Fn(&mut Story)| {
        let mut story = story.clone();
        change(&mut story);
        found.push(story);
    };
    if story.actors.len() > 1 {
        (0..story.actors.len()).for_each(|at| {
            without(&|story| {
                story.actors.remove(at);
            })
        });
    }
    (0..story.faults.len()).for_each(|at| {
        without(&|story| {
            story.faults.remove(at);
        })
    });
    for (actor, plan) in story.actors.iter().enumerate() {
        (0..plan.steps.len()).for_each(|at| {
            without(&|story| {
                story.actors[actor].steps.remove(at);
            })
        });
    }
    if story.clock_step_secs > 0 {
        without(&|story| story.clock_step_secs = 0);
    }
    for (at, client) in story.clients.iter().enumerate() {
        if client.token_file {
            without(&|story| story.clients[at].token_file = false);
        }
        if client.max_retries > 0 {
            without(&|story| story.clients[at].max_retries = 0);
        }
    }
    // The last client can go when nobody uses it.
    let last = story.clients.len() - 1;
    if last > 0 && story.actors.iter().all(|actor| actor.client != last) {
        without(&|story| {
            story.clients.pop();
            story.faults.retain(|fault| fault.client != last);
        });
    }
    found
}

/// The shortest story that is found to break the promise, and how it does.
pub fn shrink(
    stage: &mut Stage,
    story: Story,
    broken: Vec<Violation>,
    allowance: Duration,
    time: Duration,
) -> (Story, Vec<Violation>) {
    let end = Instant::now() + time;
    let Some(rule) = broken.first().map(|violation| violation.rule) else { return (story, broken) };
    let mut best = (story, broken);
    'again: while Instant::now() < end {
        for story in shorter(&best.0) {
            if Instant::now() >= end {
                break;
            }
            if let Some(broken) = fails(stage, &story, rule, allowance) {
                best = (story, broken);
                continue 'again;
            }
        }
        break;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::story;

    #[test]
    fn every_candidate_is_another_story_and_none_is_longer() {
        for run in 0..200 {
            let story = story(3, run);
            for candidate in shorter(&story) {
                assert_ne!(candidate, story);
                assert!(candidate.size() <= story.size());
            }
        }
    }
}
