//! Whether what callers were told is true.

use super::facts::{Facts, named};
use crate::call::{Call, Made, Record, Success, What};
use crate::story::{Fault, Form, On, PlannedFault};

/// Successes that did not happen.
pub(super) fn untrue_successes(facts: &Facts<'_>) -> Vec<String> {
    facts.played.calls.iter().filter_map(|call| untrue_success(facts, call)).collect()
}

fn untrue_success(facts: &Facts<'_>, call: &Call) -> Option<String> {
    let Some(Ok(success)) = &call.result else { return None };
    if let (Some(made), Some(days)) = (call.made(), call.days()) {
        let wrong = wrong_token(facts, call, made, days);
        if wrong.is_some() {
            return wrong;
        }
    }
    let said = named(&call.what);
    let claim = |wrong: bool, what: &str| wrong.then(|| format!("{said} succeeded, but {what}"));
    match (&call.what, success) {
        (What::Delete { id }, _) if !facts.existed(id) => {
            claim(!may_have_been_lost(facts, call, id), "there never was such a token")
        }
        (What::Delete { id }, _) => claim(facts.is_live(id), "the token is there"),
        (What::Commit { old, keep_old: false, .. }, _) => claim(facts.is_live(old), "the old token is there"),
        (What::Commit { old, keep_old: true, .. }, _) => {
            claim(!facts.is_live(old) && !facts.requested.contains(old.as_str()), "the old token is gone")
        }
        (What::Abort { new: Some(new), .. }, _) => claim(facts.is_live(new), "the new token is there"),
        (What::Resume { record, .. }, Success::Record(after)) => {
            untrue_end(facts, record, after).map(|what| format!("{said} said {}, but {what}", after.stage))
        }
        (What::List, Success::Ids(ids)) => untrue_list(facts, call, ids),
        (What::Audit, Success::Ids(ids)) => {
            let invented = ids.iter().find(|id| !facts.existed(id))?;
            claim(true, &format!("there never was a token {invented}"))
        }
        (What::Check, Success::Word(state)) if state == "unknown" || state == "refused" => {
            let refused = facts.during(call).any(|(_, exchange)| matches!(exchange.status, 401 | 404));
            claim(!refused, &format!("it said {state}, which the server did not"))
        }
        _ => None,
    }
}

/// Whether an attempt of a delete may have been lost. Then "there is no such token" is a success: it is gone either way.
fn may_have_been_lost(facts: &Facts<'_>, call: &Call, id: &str) -> bool {
    let attempts = facts.during(call).filter(|(_, exchange)| exchange.token_id() == Some(id)).count();
    // A connection that ends right after an answer may take the next request, and loses it.
    let ends = |fault: &Fault| matches!(fault, Fault::CloseAfter | Fault::CutAnswer { .. } | Fault::Drip { .. });
    let breaks = |fault: &PlannedFault| {
        fault.client == call.client && (matches!(fault.on, On::Delete | On::Connection) || ends(&fault.fault))
    };
    attempts > 1 || facts.played.story.faults.iter().any(breaks)
}

fn wrong_token(facts: &Facts<'_>, call: &Call, made: &Made, days: i64) -> Option<String> {
    let said = format!("{} gave token {}", named(&call.what), made.id);
    let Some(exchange) = facts.exchange_that_made(&made.id) else {
        return Some(format!("{said}, which the server did not make"));
    };
    let secret_fits = exchange.made.as_ref().is_some_and(|(_, secret)| *secret == made.secret);
    let name_fits = exchange.name.as_deref() == Some(made.name.as_str());
    let asked_fits = match call.what {
        What::Create { name, tag: false, .. } => made.name == name,
        What::Create { name, tag: true, .. } => made.name.starts_with(&format!("{name} #")),
        _ => true,
    };
    let fits = secret_fits && name_fits && asked_fits && exchange.days == Some(days);
    (!fits).then(|| format!("{said}, which is not what it asked for"))
}

/// What is untrue about how a resumed rotation ended.
fn untrue_end(facts: &Facts<'_>, before: &Record, after: &Record) -> Option<&'static str> {
    let new = after.new_id.as_deref().or(before.new_id.as_deref());
    match after.stage.as_str() {
        "committed" if facts.is_live(&before.old_id) => Some("the old token is there"),
        "aborted" if new.is_some_and(|new| facts.is_live(new)) => Some("the new token is there"),
        "committed" | "aborted" | "kept" => None,
        _ => Some("that is no end"),
    }
}

/// A list has every token that was there all the time, and none that never was.
fn untrue_list(facts: &Facts<'_>, call: &Call, ids: &[String]) -> Option<String> {
    if let Some(invented) = ids.iter().find(|id| !facts.existed(id)) {
        return Some(format!("list_tokens gave {invented}, which never was"));
    }
    let user = facts.user_of(call.client);
    let there = |id: &str| match facts.exchange_that_made(id) {
        Some(exchange) => exchange.target.contains(&format!("/users/{user}/")) && exchange.at < call.began,
        None => facts.played.seeded.get(id).is_some_and(|owner| owner == user),
    };
    let missing = facts.played.live.keys().find(|id| there(id) && !ids.contains(id))?;
    Some(format!("list_tokens left out {missing}, which was there all the time"))
}

/// Refusals that the server did not give, and bugs.
pub(super) fn untrue_errors(facts: &Facts<'_>) -> Vec<String> {
    facts.played.calls.iter().filter_map(|call| untrue_error(facts, call)).collect()
}

fn untrue_error(facts: &Facts<'_>, call: &Call) -> Option<String> {
    let failure = call.failure()?;
    let said = named(&call.what);
    if failure.kind == "internal" {
        return Some(format!("{said} failed with a bug: {}", failure.text));
    }
    // Something in between may speak in NetBird's own form; then this says nothing.
    let imitated = facts.played.story.faults.iter().any(|fault| {
        fault.client == call.client && matches!(fault.fault, Fault::Answer { form: Form::Own | Form::Echo, .. })
    });
    let statuses: &[u16] = match failure.kind.as_str() {
        "unauthorized" => &[401, 404],
        "forbidden" if !imitated => &[403],
        "not_found" => &[404],
        _ => return None,
    };
    let given = facts.during(call).any(|(_, exchange)| statuses.contains(&exchange.status));
    (!given).then(|| format!("{said} failed with {}, which the server did not say", failure.kind))
}
