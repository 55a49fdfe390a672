//! What blocking and awaited calls are asked for, from what a caller passes to the core's types.

use netbird_tokens::{AuditOptions, NewToken, RotateToken};
use pyo3::prelude::*;

use crate::arguments::{count, duration, flag, optional, text, whole_number};
use crate::error;

type Given<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// The token to create.
pub(crate) fn new_token(
    name: &Bound<'_, PyAny>,
    expires_in_days: Given<'_, '_>,
    tag: Given<'_, '_>,
) -> PyResult<NewToken> {
    let days = optional("expires_in_days", expires_in_days, whole_number)?;
    Ok(NewToken::new(text("name", name)?)
        .expires_in_days(days.unwrap_or(NewToken::DEFAULT_EXPIRES_IN_DAYS))
        .tag(optional("tag", tag, flag)?.unwrap_or_default()))
}

/// What `rotate_token` was given, user aside.
pub(crate) struct RotateArguments<'a, 'py> {
    pub(crate) token_id: Given<'a, 'py>,
    pub(crate) name: Given<'a, 'py>,
    pub(crate) new_name: Given<'a, 'py>,
    pub(crate) expires_in_days: Given<'a, 'py>,
    pub(crate) tag: Given<'a, 'py>,
    pub(crate) adopt: Given<'a, 'py>,
    pub(crate) prepare_only: Given<'a, 'py>,
}

impl RotateArguments<'_, '_> {
    /// The rotation to begin.
    pub(crate) fn read(self, py: Python<'_>) -> PyResult<RotateToken> {
        let token_id = optional("token_id", self.token_id, text)?;
        let mut rotate = RotateToken::id_or_name(token_id, optional("name", self.name, text)?)
            .map_err(|error| error::raise(py, &error))?
            .new_name::<&str>(optional("new_name", self.new_name, text)?)
            .expires_in_days(optional("expires_in_days", self.expires_in_days, whole_number)?);
        if let Some(tag) = optional("tag", self.tag, flag)? {
            rotate = rotate.tag(tag);
        }
        Ok(rotate
            .adopt(optional("adopt", self.adopt, flag)?.unwrap_or_default())
            .prepare_only(optional("prepare_only", self.prepare_only, flag)?.unwrap_or_default()))
    }
}

/// The options of an audit.
pub(crate) fn audit_options(
    expiring_within: Given<'_, '_>,
    unused_for: Given<'_, '_>,
    concurrency: Given<'_, '_>,
    time_limit: Given<'_, '_>,
) -> PyResult<AuditOptions> {
    Ok(AuditOptions::default()
        .expiring_within(optional("expiring_within", expiring_within, duration)?)
        .unused_for(optional("unused_for", unused_for, duration)?)
        .concurrency(optional("concurrency", concurrency, count::<usize>)?)
        .time_limit(optional("time_limit", time_limit, duration)?))
}
