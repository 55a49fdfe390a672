//! Tokens and users that cross processes: what `__reduce__` gives, and the functions that build them again.

use std::sync::Arc;

use netbird_tokens::{Timestamp, Token as CoreToken, TokenFields, User as CoreUser, UserFields};
use pyo3::intern;
use pyo3::prelude::*;

use crate::error;
use crate::token::{Token, TokenList};
use crate::user::{User, UserList};

/// Whole seconds since 1970 and nanoseconds.
type Time = (i64, u32);
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

fn timestamp(py: Python<'_>, (seconds, nanoseconds): Time) -> PyResult<Timestamp> {
    Timestamp::from_unix(seconds, nanoseconds).map_err(|error| error::raise(py, &error))
}

/// `owner` is the user id of the token before it in the list, to share.
fn token(py: Python<'_>, state: TokenState, owner: Option<Arc<str>>) -> PyResult<(CoreToken, Arc<str>)> {
    let (id, name, expiration_date, created_at, created_by, last_used, user_id) = state;
    let user_id = owner.filter(|owner| **owner == *user_id).unwrap_or_else(|| user_id.into());
    let fields = TokenFields {
        id,
        name,
        expiration_date: timestamp(py, expiration_date)?,
        created_at: timestamp(py, created_at)?,
        created_by,
        last_used: last_used.map(|time| timestamp(py, time)).transpose()?,
        user_id: Arc::clone(&user_id),
    };
    Ok((fields.into(), user_id))
}

fn user(py: Python<'_>, state: UserState) -> PyResult<CoreUser> {
    let (id, name, email, role, status, is_current, is_service_user, is_blocked, pending_approval, last_login) = state;
    let last_login = last_login.map(|time| timestamp(py, time)).transpose()?;
    let fields = UserFields {
        id,
        name,
        email,
        role,
        status,
        is_current,
        is_service_user,
        is_blocked,
        pending_approval,
        last_login,
    };
    Ok(fields.into())
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

/// Builds a pickled Token again.
#[pyfunction]
#[pyo3(signature = (state, /))]
pub(crate) fn restore_token(py: Python<'_>, state: TokenState) -> PyResult<Token> {
    token(py, state, None).map(|(token, _)| Token::new(token))
}

/// Builds a pickled TokenList again.
#[pyfunction]
#[pyo3(signature = (states, /))]
pub(crate) fn restore_tokens(py: Python<'_>, states: Vec<TokenState>) -> PyResult<TokenList> {
    let mut owner = None;
    let mut tokens = Vec::with_capacity(states.len());
    for state in states {
        let (token, user_id) = token(py, state, owner)?;
        tokens.push(token);
        owner = Some(user_id);
    }
    Ok(TokenList::new(tokens))
}

/// Builds a pickled User again.
#[pyfunction]
#[pyo3(signature = (state, /))]
pub(crate) fn restore_user(py: Python<'_>, state: UserState) -> PyResult<User> {
    user(py, state).map(User::new)
}

/// Builds a pickled UserList again.
#[pyfunction]
#[pyo3(signature = (states, /))]
pub(crate) fn restore_users(py: Python<'_>, states: Vec<UserState>) -> PyResult<UserList> {
    states.into_iter().map(|state| user(py, state)).collect::<PyResult<_>>().map(UserList::new)
}
