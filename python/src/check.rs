//! What is known about a credential, as the dataclass `netbird_tokens.CredentialCheck`.

use netbird_tokens::CredentialCheck;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::credential::kind_to_python;
use crate::token::Token;
use crate::user::User;
use crate::{error, instant};

/// The dataclass. Its module is imported here, as few programs need it.
pub(crate) fn to_python(py: Python<'_>, check: CredentialCheck) -> PyResult<Bound<'_, PyAny>> {
    let module = py.import(intern!(py, "netbird_tokens._check"))?;
    let fields = PyDict::new(py);
    let state = module.call_method1(intern!(py, "CredentialState"), (check.state.name(),))?;
    fields.set_item(intern!(py, "state"), state)?;
    fields.set_item(intern!(py, "kind"), kind_to_python(py, check.kind)?)?;
    fields.set_item(intern!(py, "user"), check.user.map(User::new))?;
    fields.set_item(intern!(py, "token"), check.token.map(Token::new))?;
    let expires_at = check.expires_at.map(|time| instant::to_datetime(py, time)).transpose()?;
    fields.set_item(intern!(py, "expires_at"), expires_at)?;
    let error = check.error.map(|error| error::instance(py, &error)).transpose()?;
    fields.set_item(intern!(py, "error"), error)?;
    module.call_method(intern!(py, "CredentialCheck"), (), Some(&fields))
}
