//! What the rules look up.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::{Call, Made, What};
use crate::play::Played;
use crate::wire::Exchange;
use crate::world::{CREDENTIALS, USERS};

/// A run, with what is looked up often.
pub(super) struct Facts<'a> {
    pub(super) played: &'a Played,
    /// The create that made a token, by the token's id: its place on the wire.
    pub(super) made: BTreeMap<&'a str, usize>,
    /// The tokens that callers were given.
    pub(super) held: BTreeMap<&'a str, &'a Made>,
    /// The tokens whose revocation a caller or the operator asked for.
    pub(super) requested: BTreeSet<&'a str>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(played: &'a Played) -> Self {
        let made = played.wire.iter().enumerate();
        let made = made.filter_map(|(at, exchange)| Some((exchange.made.as_ref()?.0.as_str(), at))).collect();
        let held = played.calls.iter().filter_map(Call::made).map(|made| (made.id.as_str(), made)).collect();
        let mut requested: BTreeSet<&str> = played.revoked_by_operator.iter().map(String::as_str).collect();
        for call in &played.calls {
            match &call.what {
                What::Delete { id } => drop(requested.insert(id)),
                What::Commit { old, keep_old: false, .. } => drop(requested.insert(old)),
                What::Abort { new, .. } => requested.extend(new.as_deref()),
                What::Resume { record, .. } => {
                    requested.insert(&record.old_id);
                    requested.extend(record.new_id.as_deref());
                }
                _ => {}
            }
        }
        Facts { played, made, held, requested }
    }

    pub(super) fn exchange_that_made(&self, id: &str) -> Option<&'a Exchange> {
        self.made.get(id).map(|at| &self.played.wire[*at])
    }

    pub(super) fn is_live(&self, id: &str) -> bool {
        self.played.live.contains_key(id)
    }

    /// Whether there ever was such a token.
    pub(super) fn existed(&self, id: &str) -> bool {
        self.played.seeded.contains_key(id) || self.made.contains_key(id)
    }

    /// The user whose tokens a client sees.
    pub(super) fn user_of(&self, client: usize) -> &'static str {
        USERS[CREDENTIALS[self.played.story.clients[client].credential].0]
    }

    /// The exchanges of the call's client from its beginning to its end, with their places on the wire.
    pub(super) fn during(&self, call: &'a Call) -> impl Iterator<Item = (usize, &'a Exchange)> {
        let end = call.began + call.took;
        self.played.wire.iter().enumerate().filter(move |(_, exchange)| {
            exchange.client == call.client && exchange.at >= call.began && exchange.at <= end
        })
    }
}

/// A call in words, for a message.
pub(super) fn named(what: &What) -> String {
    match what {
        What::Delete { id } => format!("delete_token of {id}"),
        What::Commit { old, new, .. } => format!("the commit of {old} -> {new}"),
        What::Abort { old, .. } => format!("the abort of the rotation of {old}"),
        What::Resume { record, .. } => format!("resume_rotation of {} ({})", record.old_id, record.stage),
        other => other.name().to_owned(),
    }
}
