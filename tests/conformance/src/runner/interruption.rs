//! Interrupts a call at a chosen moment.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::context::Context;
use super::server_state;
use crate::adapter::{Adapter, Answer, CommandError};
use crate::scenario::{Moment, TokenNames};
use crate::variables;

/// How often the server is asked whether the moment has come.
const POLL: Duration = Duration::from_millis(2);

/// How an interrupted call ended.
pub enum Interrupted {
    /// It was interrupted at the moment, and answered this long after.
    Answered(Answer, Duration),
    /// It answered before the moment came.
    TooEarly(Answer),
    /// The moment did not come within the limit.
    NoMoment(Duration),
    /// It gave no usable answer.
    Failed(CommandError),
}

/// A moment with its references resolved.
enum Condition {
    Received(String),
    ServerHas(TokenNames),
}

/// Sends a call, waits for the moment, interrupts the call and waits for its answer.
///
/// The adapter interrupts the call when the file that the command names as `cancel_file` exists.
///
/// # Errors
/// The runner cannot do its part.
pub fn call(
    context: &mut Context<'_>,
    adapter: &mut Adapter,
    mut command: Value,
    moment: &Moment,
) -> Result<Interrupted> {
    let condition = match moment {
        Moment::Received(line) => Condition::Received(variables::expand_string(line, context)?),
        Moment::ServerHas(names) => Condition::ServerHas(server_state::resolve(context, names)?),
    };
    let folder = tempfile::tempdir().context("a folder for the file that interrupts the call")?;
    let file = folder.path().join("cancel");
    command["cancel_file"] = json!(file.display().to_string());
    let sent = match adapter.send(command, false) {
        Ok(sent) => sent,
        Err(error) => return Ok(Interrupted::Failed(error)),
    };
    let limit = context.settings.call_limit;
    let until = Instant::now() + limit;
    while !has_come(context, &condition)? {
        match adapter.receive(&sent, POLL) {
            Err(CommandError::TooSlow(_)) if Instant::now() < until => {}
            Err(CommandError::TooSlow(_)) => return Ok(Interrupted::NoMoment(limit)),
            Err(error) => return Ok(Interrupted::Failed(error)),
            Ok((answer, _)) => return Ok(Interrupted::TooEarly(answer)),
        }
    }
    // The token that the server made may be gone before the step ends.
    context.collect_secrets();
    let interrupted = Instant::now();
    std::fs::write(&file, "").context("writing the file that interrupts the call")?;
    Ok(match adapter.receive(&sent, limit) {
        Ok((answer, _)) => Interrupted::Answered(answer, interrupted.elapsed()),
        Err(error) => Interrupted::Failed(error),
    })
}

fn has_come(context: &Context<'_>, condition: &Condition) -> Result<bool> {
    Ok(match condition {
        Condition::Received(line) => context.arrivals.has_received(&context.server, line),
        Condition::ServerHas(names) => server_state::differences(context, names)?.is_empty(),
    })
}
