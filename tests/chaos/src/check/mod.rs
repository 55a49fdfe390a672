//! The checker: compares what callers were told with what the server did.

mod creates;
mod facts;
mod reports;
mod revocations;

use std::time::Duration;

use crate::play::Played;

use facts::Facts;

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// How.
    pub how: String,
}

/// The promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// No success is reported that did not happen, and no refusal that the server did not give.
    Truth,
    /// No create is executed twice for one call.
    Once,
    /// Every live token is held by a caller or named in a report.
    Known,
    /// Nothing is revoked that a caller holds or that another made.
    Revoked,
    /// The old token is revoked only after the new one has proved to work, and one that works is left.
    Works,
    /// No secret is printed.
    Secret,
    /// Every call ends in its time.
    Time,
    /// No redirect is followed.
    Redirect,
    /// The proxies' log is the server's own: without that, nothing above is proved.
    Agreement,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 9] = [
        Rule::Truth,
        Rule::Once,
        Rule::Known,
        Rule::Revoked,
        Rule::Works,
        Rule::Secret,
        Rule::Time,
        Rule::Redirect,
        Rule::Agreement,
    ];

    /// What is promised.
    #[must_use]
    pub fn promise(self) -> &'static str {
        match self {
            Rule::Truth => "a call reports only what the server did",
            Rule::Once => "no create is executed twice for one call",
            Rule::Known => "every live token is held by a caller or named in a report",
            Rule::Revoked => "nothing is revoked that a caller holds or that another made",
            Rule::Works => "a rotation leaves a token that works",
            Rule::Secret => "no secret is printed",
            Rule::Time => "every call ends in its time",
            Rule::Redirect => "no redirect is followed",
            Rule::Agreement => "the proxies' log agrees with the server's",
        }
    }
}

/// What was broken in a run. `allowance` is what a lost create may take beyond its timeout.
#[must_use]
pub fn check(played: &Played, allowance: Duration) -> Vec<Violation> {
    let facts = Facts::of(played);
    let mut broken = Vec::new();
    let mut add = |rule, how: Vec<String>| broken.extend(how.into_iter().map(|how| Violation { rule, how }));
    add(Rule::Truth, reports::untrue_successes(&facts));
    add(Rule::Truth, reports::untrue_errors(&facts));
    add(Rule::Once, creates::executed_twice(&facts));
    add(Rule::Known, creates::unknown_tokens(&facts));
    add(Rule::Known, creates::missing_candidates(&facts));
    add(Rule::Revoked, revocations::without_right(&facts));
    add(Rule::Works, revocations::without_proof(&facts));
    add(Rule::Works, revocations::nothing_left(&facts));
    add(Rule::Secret, secrets(played));
    add(Rule::Time, late(played, allowance));
    add(
        Rule::Redirect,
        played.redirects_followed.iter().map(|method| format!("a {method} followed a redirect")).collect(),
    );
    add(Rule::Agreement, disagreement(played));
    broken
}

fn secrets(played: &Played) -> Vec<String> {
    let mut texts: Vec<(String, String)> = vec![("the log or the events".to_owned(), played.output.text.clone())];
    for call in &played.calls {
        let text = match &call.result {
            Some(Err(failure)) => failure.text.clone(),
            Some(Ok(success)) => format!("{success:?}"),
            None => continue,
        };
        texts.push((format!("what {} gave", call.what.name()), text));
    }
    let leaks = |(place, text): &(String, String)| {
        let place = place.clone();
        let leaks = played.secrets.leaks(text);
        leaks.into_iter().map(move |leak| format!("{} of {} is in {place}", leak.what, leak.name)).collect::<Vec<_>>()
    };
    texts.iter().flat_map(leaks).collect()
}

fn late(played: &Played, allowance: Duration) -> Vec<String> {
    let late = played.calls.iter().filter(|call| call.took > call.limit(allowance));
    late.map(|call| format!("{} took {:?}, and may take {:?}", call.what.name(), call.took, call.limit(allowance)))
        .collect()
}

fn disagreement(played: &Played) -> Vec<String> {
    let seen = played.wire.iter().filter(|exchange| exchange.method != "GET" && exchange.status == 200).count();
    let seen = seen + played.revoked_by_operator.len();
    if seen == played.writes {
        return Vec::new();
    }
    vec![format!("the server did {} writes, and the proxies saw {seen}", played.writes)]
}
