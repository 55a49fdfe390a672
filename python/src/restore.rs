//! Builds pickled tokens and users again.

use std::sync::Arc;

use netbird_tokens::{Timestamp, Token as CoreToken, TokenFields, User as CoreUser, UserFields};
use pyo3::prelude::*;

use crate::error;
use crate::pickle::{Time, TokenState, UserState};
use crate::token::{Token, TokenList};
use crate::user::{User, UserList};

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
