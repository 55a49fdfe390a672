//! What keeps a scenario from running against a real server.

use std::fmt;

use jiff::Timestamp;
use netbird_mock::world::{TokenSeed, UserSeed, World};
use serde_json::Value;

use crate::scenario::{Scenario, ServerAction, Step};

/// Something that a scenario needs and a real server, used over its API, does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The scenario says so itself, with a reason.
    Declared,
    /// Faults, or requests that are held.
    Fault,
    /// Settings of the mock: its clock, its limiter, its certificate, its version.
    ServerSetting,
    /// The mock is told to do something, or waited for.
    Control,
    /// A proxy of the runner.
    Proxy,
    /// A call that is interrupted, or a time that is measured.
    Timing,
    /// The JWT of a person.
    Jwt,
    /// A person who is neither owner nor admin, or who is blocked or not approved.
    Person,
    /// A seeded token that the API cannot make: expired, used, with a text or fields of its own.
    Token,
    /// A time by the mock's clock.
    Time,
    /// The address of a mock on this machine.
    Address,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declared => "says why itself",
            Self::Fault => "injects a fault",
            Self::ServerSetting => "sets the server's clock, limiter, certificate or version",
            Self::Control => "tells the server what to do",
            Self::Proxy => "watches a proxy",
            Self::Timing => "interrupts a call or measures a time",
            Self::Jwt => "needs the JWT of a person",
            Self::Person => "needs a person that the API cannot make",
            Self::Token => "needs a token that the API cannot make",
            Self::Time => "compares with a time of the mock's clock",
            Self::Address => "needs a server on this machine",
        })
    }
}

/// The first obstacle of a scenario; none if it also runs against a real server.
#[must_use]
pub fn obstacle(scenario: &Scenario) -> Option<Obstacle> {
    if scenario.not_live.is_some() {
        return Some(Obstacle::Declared);
    }
    let Ok(world) = serde_json::from_value::<World>(Value::Object(scenario.server.clone())) else {
        // Its texts have references, which only a mock's world has.
        return Some(Obstacle::Token);
    };
    let text = scenario.text();
    of_server(scenario, &world)
        .or_else(|| scenario.proxy.then_some(Obstacle::Proxy))
        .or_else(|| scenario.steps.iter().find_map(of_step))
        .or_else(|| of_credential(scenario, &text))
        .or_else(|| used_users(&world, scenario, &text).find_map(|user| of_user(user, &world)))
        .or_else(|| text.contains("\"now\":").then_some(Obstacle::Time))
}

/// The users of a scenario's world that its steps name, by their own ids or by those of their tokens.
pub fn used_users<'a>(world: &'a World, scenario: &'a Scenario, text: &'a str) -> impl Iterator<Item = &'a UserSeed> {
    let names = move |id: &str| scenario.credential.as_deref() == Some(id) || contains_word(text, id);
    world
        .users
        .iter()
        .filter(move |user| names(&user.id) || user.tokens.iter().any(|token| token.id.as_deref().is_some_and(names)))
}

/// Whether a text contains these characters with no letter or digit on either side.
fn contains_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

fn of_server(scenario: &Scenario, world: &World) -> Option<Obstacle> {
    if !world.faults.is_empty() {
        return Some(Obstacle::Fault);
    }
    let keys = ["server_version", "clock_step_secs", "zone", "digits", "rate_limit", "tls", "identity_provider"];
    // The version of a scenario for several is not set by the scenario itself.
    let sets =
        |key: &&str| scenario.server.contains_key(*key) && !(*key == "server_version" && scenario.version.is_some());
    keys.iter().any(sets).then_some(Obstacle::ServerSetting)
}

fn of_step(step: &Step) -> Option<Obstacle> {
    match &step.server {
        Some(ServerAction::AddToken { token, .. }) => {
            let seed = serde_json::from_value(token.clone()).ok();
            return seed.is_none_or(|seed| lifetime(&seed, None).is_none()).then_some(Obstacle::Token);
        }
        Some(ServerAction::PushFault(_) | ServerAction::ReleaseHeld(_)) => return Some(Obstacle::Fault),
        Some(_) => return Some(Obstacle::Control),
        None => {}
    }
    if step.proxy_saw.is_some() {
        return Some(Obstacle::Proxy);
    }
    let is_timed = step.cancel_after_ms.is_some() || step.at_least_ms.is_some() || step.at_most_ms.is_some();
    if step.cancel_when.is_some() || step.server_becomes.is_some() || is_timed {
        return Some(Obstacle::Timing);
    }
    let expect = step.on_live.as_ref().and_then(|live| live.expect.as_ref()).or(step.expect.as_ref());
    expect.is_some_and(has_time).then_some(Obstacle::Time)
}

fn of_credential(scenario: &Scenario, text: &str) -> Option<Obstacle> {
    let is_jwt = scenario.credential.as_deref().is_some_and(|name| name.starts_with("jwt:"));
    if is_jwt || text.contains("${jwt:") {
        return Some(Obstacle::Jwt);
    }
    let local = ["${server.port}", "${server.address}", "${server.ca_pem}"];
    local.iter().any(|name| text.contains(name)).then_some(Obstacle::Address)
}

fn of_user(user: &UserSeed, world: &World) -> Option<Obstacle> {
    let is_admin = user.role == "owner" || user.role == "admin";
    if user.is_blocked || user.pending_approval || user.account.is_some() || !(is_admin || user.is_service_user) {
        return Some(Obstacle::Person);
    }
    let clock = world.clock.as_deref();
    user.tokens.iter().any(|token| lifetime(token, clock).is_none()).then_some(Obstacle::Token)
}

/// The lifetime in days that a seeded token gets from a real server; none if no token can be made that is like it.
#[must_use]
pub fn lifetime(token: &TokenSeed, clock: Option<&str>) -> Option<i64> {
    const DEFAULT_DAYS: i64 = 30;
    const MOST_DAYS: i64 = 365;
    if token.plain.is_some() || token.last_used.is_some() || !token.raw.is_empty() || !token.omit.is_empty() {
        return None;
    }
    let Some(expiration) = &token.expiration_date else {
        return Some(DEFAULT_DAYS);
    };
    let expiration: Timestamp = expiration.parse().ok()?;
    let now: Timestamp = clock.map_or_else(|| Some(Timestamp::now()), |clock| clock.parse().ok())?;
    let created = match &token.created_at {
        Some(created) => created.parse().ok()?,
        None => now,
    };
    let days = expiration.duration_since(created).as_hours() / 24;
    (expiration > now && days >= 1).then(|| days.min(MOST_DAYS))
}

/// Whether an expectation has a time in it, which only the mock's clock can give.
fn has_time(expect: &Value) -> bool {
    match expect {
        Value::String(text) => is_time(text),
        Value::Array(items) => items.iter().any(has_time),
        Value::Object(fields) => fields.values().any(has_time),
        _ => false,
    }
}

/// `2026-03-01T…`, also at the start of a pattern.
fn is_time(text: &str) -> bool {
    let text = text.trim_start_matches('^').as_bytes();
    let form = b"dddd-dd-ddT";
    text.len() >= form.len()
        && text.iter().zip(form).all(|(byte, want)| if *want == b'd' { byte.is_ascii_digit() } else { byte == want })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_whole() {
        assert!(contains_word(r#"{"user_id":"ci"}"#, "ci"));
        assert!(contains_word("${plain:ci}", "ci"));
        assert!(!contains_word(r#"{"name":"ci-old"}"#, "ci"));
        assert!(!contains_word("circle", "ci"));
    }

    #[test]
    fn a_token_keeps_its_lifetime_in_days() {
        let token = |created: Option<&str>, expiration: Option<&str>| TokenSeed {
            created_at: created.map(str::to_owned),
            expiration_date: expiration.map(str::to_owned),
            ..TokenSeed::default()
        };
        let clock = Some("2026-06-01T12:00:00Z");
        assert_eq!(lifetime(&token(None, None), clock), Some(30));
        assert_eq!(lifetime(&token(None, Some("2026-06-08T12:00:00Z")), clock), Some(7));
        let made = token(Some("2026-05-01T00:00:00Z"), Some("2026-07-30T00:00:00Z"));
        assert_eq!(lifetime(&made, clock), Some(90));
        assert_eq!(lifetime(&token(None, Some("2099-01-01T00:00:00Z")), clock), Some(365));
        assert_eq!(lifetime(&token(None, Some("2026-05-31T00:00:00Z")), clock), None, "expired");
        let used = TokenSeed { last_used: Some("2026-05-01T00:00:00Z".to_owned()), ..TokenSeed::default() };
        assert_eq!(lifetime(&used, clock), None);
    }

    #[test]
    fn times_are_recognised() {
        assert!(has_time(&serde_json::json!({"ok": [{"created_at": "2026-03-01T09:00:00.000000Z"}]})));
        assert!(has_time(&serde_json::json!({"$matches": "^2026-03-01T"})));
        assert!(!has_time(&serde_json::json!({"created_at": "$time", "name": "2026"})));
    }
}
