//! Whether what was revoked was to be revoked, and whether rotations leave a token that works.

use super::facts::Facts;
use crate::call::{Call, What};
use crate::wire::Exchange;

/// The revocations that nobody asked for and that no create of the same client explains.
pub(super) fn without_right(facts: &Facts<'_>) -> Vec<String> {
    facts.played.wire.iter().filter_map(|exchange| without_any(facts, exchange)).collect()
}

fn without_any(facts: &Facts<'_>, exchange: &Exchange) -> Option<String> {
    let id = exchange.revoked().filter(|id| !facts.requested.contains(id))?;
    if facts.held.contains_key(id) {
        return Some(format!("token {id} was revoked, which a caller holds"));
    }
    match facts.exchange_that_made(id) {
        None => Some(format!("token {id} was revoked, which was there before")),
        Some(made) if made.client != exchange.client => {
            Some(format!("token {id} was revoked, which another client made"))
        }
        Some(_) => None,
    }
}

/// The commits that revoked the old token before the new one had proved to work.
pub(super) fn without_proof(facts: &Facts<'_>) -> Vec<String> {
    facts.played.calls.iter().filter_map(|call| unproved(facts, call)).collect()
}

fn unproved(facts: &Facts<'_>, call: &Call) -> Option<String> {
    let What::Commit { old, new, keep_old: false } = &call.what else { return None };
    let is_asked_for_otherwise = facts.played.calls.iter().any(|other| match &other.what {
        What::Delete { id } => id == old,
        What::Resume { record, .. } => record.old_id == *old || record.new_id.as_ref() == Some(old),
        What::Abort { new: Some(new), .. } => new == old,
        What::Commit { old: also, new: other_new, .. } => also == old && other_new != new,
        _ => false,
    });
    if is_asked_for_otherwise {
        return None;
    }
    let secret = &facts.held.get(new.as_str())?.secret;
    let (at, _) = facts.during(call).find(|(_, exchange)| exchange.revoked() == Some(old))?;
    let proof = |exchange: &Exchange| {
        exchange.authenticated_with == *secret
            && exchange.method == "GET"
            && exchange.status == 200
            && exchange.delivered
    };
    let is_proved = facts.played.wire[..at].iter().any(proof);
    (!is_proved).then(|| format!("token {old} was revoked before its successor {new} had proved to work"))
}

/// The rotations that left neither the old token nor the new one, although nobody else revoked either.
pub(super) fn nothing_left(facts: &Facts<'_>) -> Vec<String> {
    let begun = facts.played.calls.iter().filter_map(|call| Some((call.record()?, call.made()?)));
    let lost = begun.filter(|(record, made)| {
        let (old, new) = (record.old_id.as_str(), made.id.as_str());
        !facts.is_live(old) && !facts.is_live(new) && !facts.is_asked_for_elsewhere(old, new)
    });
    lost.map(|(record, made)| format!("neither {} nor its successor {} works", record.old_id, made.id)).collect()
}

impl Facts<'_> {
    /// Whether anything but the rotation from `old` to `new` asked for the revocation of either.
    fn is_asked_for_elsewhere(&self, old: &str, new: &str) -> bool {
        let either = |id: &str| id == old || id == new;
        self.played.revoked_by_operator.iter().any(|id| either(id))
            || self.played.calls.iter().any(|call| match &call.what {
                What::Delete { id } => either(id),
                What::Commit { old: from, new: to, keep_old: false } => {
                    either(from) && (from, to) != (&old.to_owned(), &new.to_owned())
                }
                What::Abort { old: from, new: Some(to) } => either(to) && (from != old || to != new),
                What::Resume { record, .. } => {
                    let is_this = record.old_id == old && record.new_id.as_deref() == Some(new);
                    !is_this && (either(&record.old_id) || record.new_id.as_deref().is_some_and(either))
                }
                _ => false,
            })
    }
}
