//! One step of a scenario.

use anyhow::Result;

use super::command::{self, AdapterState};
use super::context::Context;
use super::server_state;
use crate::adapter::Adapter;
use crate::proxy::ForwardProxy;
use crate::report::FailureKind;
use crate::scenario::{ServerAction, Step};
use crate::variables;

/// Runs one step. What the runner itself cannot do is recorded as one more failure.
pub fn perform(context: &mut Context<'_>, adapter: &mut Adapter, step: &Step, title: &str) -> AdapterState {
    try_perform(context, adapter, step, title).unwrap_or_else(|error| {
        context.fail(FailureKind::Setup, title, format!("{error:#}"));
        AdapterState::Usable
    })
}

fn try_perform(context: &mut Context<'_>, adapter: &mut Adapter, step: &Step, title: &str) -> Result<AdapterState> {
    if let Some(action) = &step.server {
        act(context, action)?;
    } else if let Some(names) = &step.server_has {
        server_state::has(context, names, title)?;
    } else if let Some(names) = &step.server_becomes {
        server_state::becomes(context, names, step.within_ms, title)?;
        let comparison = command::requests(context, step, None)?;
        command::report_requests(context, title, comparison);
    } else if let Some(expected) = &step.proxy_saw {
        compare_proxy(context, expected, title)?;
    } else if let Some(file) = &step.write_file {
        context.write_file(&file.name, &file.text)?;
    } else {
        return command::perform(context, adapter, step, title);
    }
    Ok(AdapterState::Usable)
}

fn act(context: &mut Context<'_>, action: &ServerAction) -> Result<()> {
    let data = match action {
        ServerAction::PushFault(data) | ServerAction::AddToken { token: data, .. } => {
            Some(variables::expand(data, context)?)
        }
        ServerAction::AdvanceClockSecs(_)
        | ServerAction::CloseIdleConnections(_)
        | ServerAction::ReleaseHeld(_)
        | ServerAction::ApproveLogin { .. }
        | ServerAction::DenyLogin(_)
        | ServerAction::ExpireLogin(_)
        | ServerAction::HangLogin(_)
        | ServerAction::RestartIdentityProvider(_) => None,
    };
    context.server.act(action, data)?;
    context.collect_secrets();
    Ok(())
}

fn compare_proxy(context: &mut Context<'_>, expected: &[String], title: &str) -> Result<()> {
    let expected: Vec<String> =
        expected.iter().map(|line| variables::expand_string(line, context)).collect::<Result<_>>()?;
    let seen = context.proxy.as_ref().map(ForwardProxy::seen).unwrap_or_default();
    if expected != seen {
        let problem = format!("the proxy was asked for {seen:?}, expected {expected:?}");
        context.fail(FailureKind::State, title, problem);
    }
    Ok(())
}
