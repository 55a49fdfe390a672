//! One scenario from its first step to its last.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::json;

use super::command::AdapterState;
use super::context::Context;
use super::settings::Settings;
use super::shared_adapter::{self, SharedAdapter, leak_failure};
use super::step;
use crate::adapter::Adapter;
use crate::report::{Failure, FailureKind};
use crate::scenario::{Scenario, Step};
use crate::variables;

/// Runs it and returns what went wrong.
pub fn execute(settings: &Settings, shared: &mut SharedAdapter<'_>, scenario: &Scenario) -> Vec<Failure> {
    let mut context = match Context::prepare(settings, shared.hello().clone(), scenario) {
        Ok(context) => context,
        Err(error) => return vec![Failure::new(FailureKind::Setup, "", format!("{error:#}"))],
    };
    let mut leaked = BTreeSet::new();
    if let Err(error) = play(&mut context, shared, &mut leaked) {
        context.fail(FailureKind::Setup, "", format!("{error:#}"));
    }
    if let Err(error) = context.server.leave() {
        context.fail(FailureKind::Setup, "", format!("removing what the scenario had on the server: {error:#}"));
    }
    shared.remember(&context.secrets, leaked);
    let mut failures = std::mem::take(&mut context.failures);
    for line in failures.iter_mut().flat_map(|failure| &mut failure.lines) {
        *line = context.secrets.redact(line);
    }
    failures
}

fn play(context: &mut Context<'_>, shared: &mut SharedAdapter<'_>, leaked: &mut BTreeSet<String>) -> Result<()> {
    let own = context.scenario.needs_own_process();
    let mut adapter = if own { own_adapter(context)? } else { shared.take()? };
    // The scenario's own part of a shared process's output begins here.
    let (printed, stderr) = adapter.output();
    let before = (printed.len(), stderr.len());
    let since = |printed: &str, stderr: &str| {
        printed[before.0.min(printed.len())..].to_owned() + &stderr[before.1.min(stderr.len())..]
    };

    let state = run_steps(context, &mut adapter);
    let output = match state {
        AdapterState::Lost => {
            let (printed, stderr) = adapter.kill();
            since(&printed, &stderr)
        }
        AdapterState::Usable => {
            close_clients(context, &mut adapter);
            for request in context.arrivals.unaccounted(&context.server) {
                context.fail(FailureKind::Requests, "", format!("a request after the last step: {request}"));
            }
            if own {
                let (unclean, output) = shared_adapter::end(adapter);
                context.failures.extend(unclean);
                output
            } else {
                let (printed, stderr) = adapter.output();
                let output = since(printed, &stderr);
                shared.give_back(adapter);
                output
            }
        }
    };
    context.collect_secrets();
    for leak in context.secrets.leaks(&output) {
        context.failures.push(leak_failure(&leak.name, leak.what));
        leaked.insert(leak.trace);
    }
    Ok(())
}

/// A process for this scenario alone, with its environment variables.
fn own_adapter(context: &mut Context<'_>) -> Result<Adapter> {
    let mut env = BTreeMap::new();
    for (name, text) in &context.scenario.env {
        let text = variables::expand_string(text, context)?;
        if is_credential_variable(name) {
            context.secrets.add(&format!("the value of {name}"), &text);
        }
        env.insert(name.clone(), text);
    }
    Ok(shared_adapter::start(context.settings, &env)?.0)
}

fn is_credential_variable(name: &str) -> bool {
    matches!(name, "NB_PAT" | "NETBIRD_API_TOKEN" | "NETBIRD_TOKEN" | "NB_API_KEY")
}

fn run_steps(context: &mut Context<'_>, adapter: &mut Adapter) -> AdapterState {
    let scenario = context.scenario;
    let mut state = AdapterState::Usable;
    if scenario.credential.is_some() {
        let make_default =
            Step { new_client: Some("default".to_owned()), options: scenario.options.clone(), ..Step::default() };
        state = step::perform(context, adapter, &make_default, "the client `default`");
    }
    for step in &scenario.steps {
        if state == AdapterState::Usable && (context.failures.is_empty() || step.always) {
            state = step::perform(context, adapter, step, &step.title());
        }
    }
    state
}

/// Closes the clients that no step closed.
fn close_clients(context: &Context<'_>, adapter: &mut Adapter) {
    let closed: BTreeSet<&String> = context.scenario.steps.iter().filter_map(|step| step.close.as_ref()).collect();
    for name in context.arrivals.authorizations.keys().filter(|name| !closed.contains(name)) {
        // The scenario does not depend on the answer.
        let _ = adapter.command(json!({"cmd": "close", "client": name}), context.settings.call_limit, false);
    }
}
