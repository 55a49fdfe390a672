//! The steps that the adapter answers: `new_client`, `call` and `close`.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::arrivals::{Caller, Comparison, Wanted};
use super::clients;
use super::context::Context;
use super::interruption::{self, Interrupted};
use super::shared_adapter::last_lines;
use crate::adapter::{Adapter, Answer, CommandError, PROCESS_PER_CALL};
use crate::expectation;
use crate::matcher::Mismatch;
use crate::report::{Failure, FailureKind};
use crate::scenario::{Requests, Step};
use crate::variables;

/// Whether the adapter can take another command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdapterState {
    /// It can.
    Usable,
    /// It has ended, it hangs, or its answers cannot be matched to commands.
    Lost,
}

/// What is sent to the adapter.
struct Prepared {
    command: Value,
    caller: Caller,
    /// What the client sends as `Authorization` from now on, if the command succeeds.
    authorization: Option<Option<String>>,
    /// The answer is a secret.
    confidential: bool,
}

/// Runs the step and compares the answer, the requests and the time.
///
/// # Errors
/// The runner cannot do its part.
pub fn perform(context: &mut Context<'_>, adapter: &mut Adapter, step: &Step, title: &str) -> Result<AdapterState> {
    let mut prepared = prepare(context, step)?;
    let command = prepared.command.take();
    let Some((answer, took)) = answer(context, adapter, step, command, prepared.confidential, title)? else {
        return Ok(AdapterState::Lost);
    };
    let answer = match answer {
        Answer::Ok(value) => Answer::Ok(context.server.shown(value)),
        Answer::Error(value) => Answer::Error(context.server.shown(value)),
    };
    if let (Answer::Ok(_), Some(authorization)) = (&answer, prepared.authorization.take()) {
        context.arrivals.authorizations.insert(prepared.caller.client.clone(), authorization);
    }
    if prepared.confidential
        && let Answer::Ok(Value::String(plain)) = &answer
    {
        context.secrets.add("an exposed secret", plain);
    }
    context.collect_secrets();
    let expect = expectation(context, step).map(|expect| variables::expand(&expect, context)).transpose()?;
    let expects_requests = match &step.requests {
        Requests::These(requests) => !requests.is_empty(),
        Requests::Later(_) => true,
    };
    let misses = expectation::check(expect.as_ref(), &answer, expects_requests);
    if let (Answer::Ok(value) | Answer::Error(value), Some(name)) = (&answer, &step.save) {
        context.saved.insert(name.clone(), value.clone());
    }
    let caller = if step.call.is_some() { Some(prepared.caller) } else { None };
    let comparison = requests(context, step, caller)?;
    report_answer(context, title, &answer, &misses, &comparison);
    report_requests(context, title, comparison);
    report_time(context, title, step, took);
    Ok(AdapterState::Usable)
}

/// What the step expects on the server at hand.
fn expectation(context: &Context<'_>, step: &Step) -> Option<Value> {
    let Some(session) = &context.settings.live else {
        return step.expect.clone();
    };
    let on_live = step.on_live.as_ref().and_then(|live| live.expect.as_ref());
    let mut expect = on_live.or(step.expect.as_ref()).cloned();
    if !session.gives_request_ids()
        && let Some(id) = expect.as_mut().and_then(|expect| expect.pointer_mut("/error/request_id"))
    {
        *id = json!("$text_or_null");
    }
    expect
}

fn prepare(context: &mut Context<'_>, step: &Step) -> Result<Prepared> {
    let mut args = variables::expand_map(&step.args, context)?;
    context.server.expand_ids(&mut args);
    clients::note_credentials(context, &args);
    let caller = |client: &str, args: Map<String, Value>| Caller { client: client.to_owned(), args };
    if let Some(name) = &step.new_client {
        let options = clients::options(context, &step.options)?;
        clients::note_credentials(context, &options);
        return Ok(Prepared {
            authorization: Some(clients::authorization(&options)),
            command: json!({"cmd": "new_client", "client": name, "options": options}),
            caller: caller(name, args),
            confidential: false,
        });
    }
    if let Some(name) = &step.close {
        return Ok(Prepared {
            authorization: None,
            command: json!({"cmd": "close", "client": name}),
            caller: caller(name, args),
            confidential: false,
        });
    }
    let client = step.client.as_deref().unwrap_or("default");
    let operation = step.call.as_deref().unwrap_or_default();
    if matches!(operation, "start_login" | "session_restore") {
        let given = args.get("options").and_then(Value::as_object).cloned().unwrap_or_default();
        let options = clients::login_options(context, &given)?;
        clients::note_credentials(context, &options);
        args.insert("options".to_owned(), json!(options));
    }
    let mut command = json!({"cmd": "call", "client": client, "operation": operation, "args": args});
    if let Some(after) = step.cancel_after_ms {
        command["cancel_after_ms"] = json!(after);
    }
    args.retain(|_, value| !value.is_null());
    Ok(Prepared {
        authorization: (operation == "set_credential").then(|| clients::authorization(&args)),
        command,
        caller: caller(client, args),
        confidential: operation == "expose",
    })
}

/// The adapter's answer and how long it took; nothing if there is none, which is then a failure.
fn answer(
    context: &mut Context<'_>,
    adapter: &mut Adapter,
    step: &Step,
    command: Value,
    confidential: bool,
    title: &str,
) -> Result<Option<(Answer, Duration)>> {
    let outcome = match &step.cancel_when {
        None => adapter.command(command, context.settings.call_limit, confidential),
        Some(moment) => match interruption::call(context, adapter, command, moment)? {
            Interrupted::Answered(answer, took) => Ok((answer, took)),
            Interrupted::TooEarly(answer) => {
                context.fail(FailureKind::Timing, title, "the call ended before the moment to interrupt it");
                Ok((answer, Duration::ZERO))
            }
            Interrupted::NoMoment(limit) => {
                let problem = format!("the moment to interrupt the call did not come within {limit:?}");
                context.fail(FailureKind::Timing, title, problem);
                return Ok(None);
            }
            Interrupted::Failed(error) => Err(error),
        },
    };
    match outcome {
        Ok(answered) => Ok(Some(answered)),
        Err(error) => {
            let kind = match error {
                CommandError::TooSlow(_) => FailureKind::Hang,
                CommandError::Ended => FailureKind::UncleanExit,
                CommandError::Protocol(_) => FailureKind::Protocol,
            };
            let mut failure = Failure::new(kind, title, error.to_string());
            failure.lines.push(last_lines(&adapter.output().1));
            context.failures.push(failure);
            Ok(None)
        }
    }
}

/// Compares the requests that arrived, unless the step leaves them for a later one.
///
/// # Errors
/// A reference cannot be resolved.
pub fn requests(context: &mut Context<'_>, step: &Step, caller: Option<Caller>) -> Result<Comparison> {
    let requests = match &step.requests {
        Requests::Later(_) => {
            context.arrivals.postponed = caller;
            return Ok(Comparison::default());
        }
        Requests::These(requests) => requests,
    };
    if context.is_live() {
        return Ok(Comparison::default());
    }
    let requests =
        requests.iter().map(|request| variables::expand(request, context)).collect::<Result<Vec<Value>>>()?;
    let postponed = context.arrivals.postponed.take();
    let caller = caller.or(postponed).unwrap_or_default();
    let wanted = Wanted {
        requests: &requests,
        any_order: step.any_order,
        caller: &caller,
        process_per_call: context.hello.options.contains(PROCESS_PER_CALL),
    };
    Ok(context.arrivals.compare(&context.server, &wanted))
}

fn report_answer(
    context: &mut Context<'_>,
    title: &str,
    answer: &Answer,
    misses: &[Mismatch],
    comparison: &Comparison,
) {
    if misses.is_empty() {
        return;
    }
    let mut lines = vec![diff(misses)];
    if let Answer::Error(error) = answer {
        lines.push(format!("message: {}", error["message"].as_str().unwrap_or_default()));
    }
    lines.extend(comparison.seen.clone());
    context.failures.push(Failure { kind: FailureKind::Answer, at: title.to_owned(), lines });
}

/// Records the differences between the requests that arrived and those that were expected.
pub fn report_requests(context: &mut Context<'_>, title: &str, comparison: Comparison) {
    if comparison.problems.is_empty() {
        return;
    }
    let mut lines = comparison.problems;
    lines.extend(comparison.seen);
    context.failures.push(Failure { kind: FailureKind::Requests, at: title.to_owned(), lines });
}

fn report_time(context: &mut Context<'_>, title: &str, step: &Step, took: Duration) {
    let took = took.as_millis();
    if let Some(least) = step.at_least_ms.filter(|least| took < u128::from(*least)) {
        context.fail(FailureKind::Timing, title, format!("took {took} ms, expected at least {least} ms"));
    }
    if let Some(most) = step.at_most_ms.filter(|most| took > u128::from(*most)) {
        context.fail(FailureKind::Timing, title, format!("took {took} ms, expected at most {most} ms"));
    }
}

fn diff(misses: &[Mismatch]) -> String {
    let lines: Vec<String> = misses
        .iter()
        .map(|miss| {
            let path = if miss.path.is_empty() { "the answer" } else { &miss.path };
            format!("{path}\n  expected: {}\n  got:      {}", miss.expected, miss.got)
        })
        .collect();
    lines.join("\n")
}
