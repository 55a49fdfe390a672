//! Tokens and users that cross processes: what `__reduce__` gives. `restore` builds them again.

use netbird_tokens::{Timestamp, Token as CoreToken, User as CoreUser};
use pyo3::intern;
use pyo3::prelude::*;

/// Whole seconds since 1970 and nanoseconds.
pub(crate) type Time = (i64, u32);
pub(crate) type TokenState = (String, String, Time, Time, String, Option<Time>, String);
pub(crate) type UserState = (String, String, String, String, String, bool, bool, bool, bool, Option<Time>);

/// A function of this module and its argument, which is what `__reduce__` returns.
pub(crate) type Reduced<'py, State> = (Bound<'py, PyAny>, (State,));

fn reduced<'py, State>(py: Python<'py>, function: &str, state: State) -> PyResult<Reduced<'py, State>> {
    Ok((py.import(intern!(py, "netbird_tokens._native"))?.getattr(function)?, (state,)))
}

fn time(time: Timestamp) -> Time {
    (time.unix_seconds(), time.subsec_nanoseconds())
}

fn token_state(token: &CoreToken) -> TokenState {
    (
        token.id().to_owned(),
        token.name().to_owned(),
        time(token.expiration_date()),
        time(token.created_at()),
        token.created_by().to_owned(),
        token.last_used().map(time),
        token.user_id().to_owned(),
    )
}

fn user_state(user: &CoreUser) -> UserState {
    (
        user.id().to_owned(),
        user.name().to_owned(),
        user.email().to_owned(),
        user.role().to_owned(),
        user.status().to_owned(),
        user.is_current(),
        user.is_service_user(),
        user.is_blocked(),
        user.pending_approval(),
        user.last_login().map(time),
    )
}

pub(crate) fn reduce_token<'py>(py: Python<'py>, token: &CoreToken) -> PyResult<Reduced<'py, TokenState>> {
    reduced(py, "restore_token", token_state(token))
}

pub(crate) fn reduce_tokens<'py, 'a>(
    py: Python<'py>,
    tokens: impl Iterator<Item = &'a CoreToken>,
) -> PyResult<Reduced<'py, Vec<TokenState>>> {
    reduced(py, "restore_tokens", tokens.map(token_state).collect())
}

pub(crate) fn reduce_user<'py>(py: Python<'py>, user: &CoreUser) -> PyResult<Reduced<'py, UserState>> {
    reduced(py, "restore_user", user_state(user))
}

pub(crate) fn reduce_users<'py, 'a>(
    py: Python<'py>,
    users: impl Iterator<Item = &'a CoreUser>,
) -> PyResult<Reduced<'py, Vec<UserState>>> {
    reduced(py, "restore_users", users.map(user_state).collect())
}
