//! The credential that a caller gives: a PAT, a JWT or either, each as a str or a Secret; or the session of a login.

use netbird_tokens::{Credential as CoreCredential, CredentialKind, Secret as CoreSecret};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyString};

use crate::error;
use crate::instant;
use crate::secret::Secret;
use crate::session::LoginSession;

type Any<'py> = Bound<'py, PyAny>;

/// A credential that was checked offline: a PAT or a JWT. The option credential of a client takes it.
///
/// It shows as a mask wherever it is printed, and it cannot be pickled.
#[pyclass(frozen, module = "netbird_tokens", eq)]
#[derive(PartialEq)]
pub(crate) struct Credential(CoreCredential);

impl Credential {
    pub(crate) fn new(core: CoreCredential) -> Self {
        Credential(core)
    }

    fn checked(
        name: &str,
        text: &Any<'_>,
        check: fn(&str) -> netbird_tokens::Result<CoreCredential>,
    ) -> PyResult<Self> {
        let given = secret(name, text)?;
        check(given.expose()).map(Credential).map_err(|error| error::raise(text.py(), &error))
    }
}

/// The value of `CredentialKind` in Python.
fn kind_name(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Pat => "pat",
        CredentialKind::Bearer => "bearer",
    }
}

/// The member of the enum `CredentialKind`. Its module is imported here, as few programs need it.
pub(crate) fn kind_to_python(py: Python<'_>, kind: CredentialKind) -> PyResult<Bound<'_, PyAny>> {
    py.import(intern!(py, "netbird_tokens._check"))?.call_method1(intern!(py, "CredentialKind"), (kind_name(kind),))
}

#[pymethods]
impl Credential {
    /// A personal access token.
    ///
    /// Args:
    ///     text: The PAT, as str or Secret.
    ///
    /// Raises:
    ///     InvalidCredentialError: It cannot be one.
    #[staticmethod]
    #[pyo3(signature = (text, /))]
    fn pat(text: &Any<'_>) -> PyResult<Self> {
        Credential::checked("text", text, CoreCredential::pat)
    }

    /// A JWT from the account's identity provider.
    ///
    /// Args:
    ///     text: The JWT, as str or Secret.
    ///
    /// Raises:
    ///     InvalidCredentialError: It cannot be one.
    #[staticmethod]
    #[pyo3(signature = (text, /))]
    fn bearer(text: &Any<'_>) -> PyResult<Self> {
        Credential::checked("text", text, CoreCredential::bearer)
    }

    /// A PAT or a JWT as people paste it.
    ///
    /// Args:
    ///     text: The credential, as str or Secret.
    ///
    /// Raises:
    ///     InvalidCredentialError: It cannot be one.
    #[staticmethod]
    #[pyo3(signature = (text, /))]
    fn detect(text: &Any<'_>) -> PyResult<Self> {
        Credential::checked("text", text, CoreCredential::detect)
    }

    /// Whether it is a PAT or a JWT.
    #[getter]
    fn kind<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        kind_to_python(py, self.0.kind())
    }

    /// When a JWT says that it expires. None for a PAT, which does not say.
    #[getter]
    fn expires_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        self.0.expires_at().map(|time| instant::to_datetime(py, time)).transpose()
    }

    fn __repr__(&self) -> String {
        format!("Credential.{}('****')", kind_name(self.0.kind()))
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a Credential cannot be pickled: it is a secret"))
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (memo, /))]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        let _ = memo;
        slf
    }
}

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
) -> PyResult<Option<CoreCredential>> {
    type Check = fn(&str) -> netbird_tokens::Result<CoreCredential>;
    let ways: [(&str, Option<&Any<'_>>, Check); 3] = [
        ("pat", pat, CoreCredential::pat),
        ("bearer", bearer, CoreCredential::bearer),
        ("credential", credential, CoreCredential::detect),
    ];
    let mut given = ways.into_iter().filter_map(|(name, value, check)| Some((name, value?, check)));
    let Some((name, value, check)) = given.next() else {
        return Ok(None);
    };
    if let Some((other, _, _)) = given.next() {
        return Err(PyTypeError::new_err(format!("{name} and {other} are both given: give one of them")));
    }
    if let ("credential", Ok(checked)) = (name, value.cast::<Credential>()) {
        return Ok(Some(checked.get().0.clone()));
    }
    if let ("credential", Ok(session)) = (name, value.cast::<LoginSession>()) {
        return Ok(Some(session.get().core().credential()));
    }
    let text = secret(name, value)?;
    check(text.expose()).map(Some).map_err(|error| error::raise(value.py(), &error))
}
