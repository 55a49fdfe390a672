//! The credential that a caller gives: a PAT, a JWT or either, each as a str or a Secret.

use netbird_tokens::{Credential, Secret as CoreSecret};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error;
use crate::secret::Secret;

type Any<'py> = Bound<'py, PyAny>;

/// A secret, as text or as one of ours.
pub(crate) fn secret(name: &str, value: &Any<'_>) -> PyResult<CoreSecret> {
    if let Ok(secret) = value.cast::<Secret>() {
        return Ok(secret.get().core().clone());
    }
    let text = value.cast::<PyString>().map_err(|_| error::wrong_type(name, "str or Secret", value))?;
    text.to_str().map(CoreSecret::new).map_err(|_| {
        let message = format!("{name} has a lone surrogate, which no credential has: copy the credential again");
        error::invalid_credential(value.py(), &message)
    })
}

/// The one credential that is given, if any.
pub(crate) fn one(
    pat: Option<&Any<'_>>,
    bearer: Option<&Any<'_>>,
    credential: Option<&Any<'_>>,
) -> PyResult<Option<Credential>> {
    type Check = fn(&str) -> netbird_tokens::Result<Credential>;
    let ways: [(&str, Option<&Any<'_>>, Check); 3] = [
        ("pat", pat, Credential::pat),
        ("bearer", bearer, Credential::bearer),
        ("credential", credential, Credential::detect),
    ];
    let mut given = ways.into_iter().filter_map(|(name, value, check)| Some((name, value?, check)));
    let Some((name, value, check)) = given.next() else {
        return Ok(None);
    };
    if let Some((other, _, _)) = given.next() {
        return Err(PyTypeError::new_err(format!("{name} and {other} are both given: give one of them")));
    }
    let text = secret(name, value)?;
    check(text.expose()).map(Some).map_err(|error| error::raise(value.py(), &error))
}
