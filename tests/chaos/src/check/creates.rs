//! Whether creates were executed once, and whether what they made is known.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Facts;
use crate::call::{Call, What};
use crate::story::Step;
use crate::wire::Exchange;

/// The creates that were executed more often than they were called. A lost create that was found by its tag and revoked may
/// be executed again.
pub(super) fn executed_twice(facts: &Facts<'_>) -> Vec<String> {
    let mut executed: BTreeMap<(usize, Option<i64>), Vec<usize>> = BTreeMap::new();
    for (at, exchange) in facts.played.wire.iter().enumerate() {
        if exchange.made.is_some() {
            executed.entry((exchange.client, exchange.days)).or_default().push(at);
        }
    }
    let mut twice = Vec::new();
    for ((client, days), places) in executed {
        let calls: Vec<&Call> =
            facts.played.calls.iter().filter(|call| call.client == client && call.days() == days).collect();
        let surplus = places.len().saturating_sub(calls.len());
        let last = places.last().copied().unwrap_or_default();
        let made: BTreeSet<&str> =
            places.iter().filter_map(|at| Some(facts.played.wire[*at].made.as_ref()?.0.as_str())).collect();
        let before = facts.played.wire[..last].iter();
        let revoked = before.filter_map(Exchange::revoked).filter(|id| made.contains(id)).count();
        let may_repeat = calls.iter().any(|call| !matches!(call.what, What::Create { tag: false, .. }));
        let allowed = if may_repeat { revoked.min(calls.len()) } else { 0 };
        if surplus > allowed {
            let names: Vec<&str> = calls.iter().map(|call| call.what.name()).collect();
            twice.push(format!("{} creates were executed for {} ({})", places.len(), calls.len(), names.join(", ")));
        }
    }
    twice
}

/// The live tokens that nobody knows of.
pub(super) fn unknown_tokens(facts: &Facts<'_>) -> Vec<String> {
    let made = facts.played.live.iter().filter_map(|(id, name)| Some((id, name, facts.exchange_that_made(id)?)));
    let unknown = made.filter(|(id, name, exchange)| !is_known(facts, id, name, exchange));
    unknown.map(|(id, name, _)| format!("token {id} ({name:?}) is there, and nobody knows of it")).collect()
}

fn is_known(facts: &Facts<'_>, id: &str, name: &str, exchange: &Exchange) -> bool {
    let output = &facts.played.output;
    facts.held.contains_key(id)
        || output.reports.iter().any(|line| line.contains(id) || line.contains(&format!("{name:?}")))
        || facts.played.calls.iter().filter(|call| call.client == exchange.client).any(|call| {
            let in_record =
                call.record().is_some_and(|record| record.new_id.as_deref() == Some(id) || record.name == name);
            let in_error = call.failure().is_some_and(|failure| {
                let is_its_call = call.days() == exchange.days;
                // Finished in the background, unless the process is killed first: its caller knows of both.
                let died = facts.played.calls.iter().any(|later| {
                    later.actor == call.actor && later.began > call.began && matches!(later.what, What::Crash)
                });
                let in_background = failure.kind == "cancelled" && is_its_call && (died || !output.is_complete);
                failure.ids.iter().any(|named| named == id)
                    || (is_its_call && failure.token_name.as_deref() == Some(name))
                    || in_background
            });
            // The process died with the call: there is nobody to tell, and only a stored record can name what it made.
            let died_with_it = call.result.is_none()
                && call.days() == exchange.days
                && !matches!(call.what, What::RotationCreate { .. });
            in_record || in_error || died_with_it
        })
}

/// The lost creates whose token was in the list that was read to find it, and is not among the candidates.
pub(super) fn missing_candidates(facts: &Facts<'_>) -> Vec<String> {
    facts.played.calls.iter().filter_map(|call| missing_candidate(facts, call)).collect()
}

fn missing_candidate(facts: &Facts<'_>, call: &Call) -> Option<String> {
    let failure = call.failure().filter(|failure| failure.kind == "outcome_unknown")?;
    let story = &facts.played.story;
    let clock_jumps =
        story.actors.iter().flat_map(|actor| &actor.steps).any(|step| matches!(step, Step::JumpClock { .. }));
    // Other callers' lists could be taken for this call's. The list may have come too late for the call, which then says so.
    if story.is_shared(call.client) || clock_jumps || failure.text.contains("listing the tokens to find it failed") {
        return None;
    }
    let days = call.days()?;
    let of_this_call: Vec<(usize, &Exchange)> = facts.during(call).collect();
    let (at, made) = of_this_call.iter().find_map(|(at, exchange)| {
        let made = exchange.made.as_ref().filter(|_| exchange.days == Some(days))?;
        Some((*at, made.0.as_str()))
    })?;
    let last = of_this_call
        .last()
        .filter(|(place, exchange)| *place > at && exchange.undisturbed && exchange.listed.iter().any(|id| id == made));
    let is_missing = last.is_some() && !failure.ids.iter().any(|id| id == made);
    is_missing.then(|| {
        format!("{} was lost, the list had its token {made}, and the error does not name it", call.what.name())
    })
}
