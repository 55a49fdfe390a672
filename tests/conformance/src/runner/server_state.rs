//! Compares the tokens on the server with those that a step expects.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::context::Context;
use crate::report::FailureKind;
use crate::scenario::TokenNames;
use crate::variables;

/// How long `server_becomes` waits by default.
const BECOMES_LIMIT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);

/// The token names that a step expects, sorted, with references resolved.
///
/// # Errors
/// A reference cannot be resolved.
pub fn resolve(context: &mut Context<'_>, names: &TokenNames) -> Result<TokenNames> {
    let mut resolved = TokenNames::new();
    for (user, names) in names {
        let user = variables::expand_string(user, context)?;
        let mut names: Vec<String> =
            names.iter().map(|name| variables::expand_string(name, context)).collect::<Result<_>>()?;
        names.sort();
        resolved.insert(user, names);
    }
    Ok(resolved)
}

/// The differences between these names and the server's tokens now.
///
/// # Errors
/// A real server refuses it or cannot be reached.
pub fn differences(context: &Context<'_>, expected: &TokenNames) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (user, names) in expected {
        let got = context.server.token_names(user)?;
        if *names != got {
            found.push(format!("{user} has the tokens {got:?}, expected {names:?}"));
        }
    }
    Ok(found)
}

/// The step `server_has`.
///
/// # Errors
/// A reference cannot be resolved.
pub fn has(context: &mut Context<'_>, names: &TokenNames, title: &str) -> Result<()> {
    let expected = resolve(context, names)?;
    for difference in differences(context, &expected)? {
        context.fail(FailureKind::State, title, difference);
    }
    Ok(())
}

/// The step `server_becomes`: waits until the state is there.
///
/// # Errors
/// A reference cannot be resolved.
pub fn becomes(context: &mut Context<'_>, names: &TokenNames, within_ms: Option<u64>, title: &str) -> Result<()> {
    let limit = within_ms.map_or(BECOMES_LIMIT, Duration::from_millis);
    let expected = resolve(context, names)?;
    let until = Instant::now() + limit;
    loop {
        let found = differences(context, &expected)?;
        if found.is_empty() {
            return Ok(());
        }
        if Instant::now() >= until {
            for difference in found {
                context.fail(FailureKind::State, title, format!("after {} ms {difference}", limit.as_millis()));
            }
            return Ok(());
        }
        std::thread::sleep(POLL);
    }
}
