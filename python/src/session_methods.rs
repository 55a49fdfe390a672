//! What a login's session does: its attributes, its export, and its refresh without the GIL.

use netbird_tokens::LoginSession as CoreSession;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict};

use crate::credential::{self, Credential};
use crate::repr::Repr;
use crate::secret::Secret;
use crate::session::LoginSession;
use crate::{call, cancel, error, instant, options};

type Any<'py> = Bound<'py, PyAny>;

#[pymethods]
impl LoginSession {
    /// Takes up a session that export() gave, perhaps in another process. Nothing is sent.
    ///
    /// Args:
    ///     text: What export() gave, as str or Secret.
    ///     management_url: The session's server, if it is to be checked. Default: the session's.
    ///     from_env: Whether NB_MANAGEMENT_URL, then NETBIRD_API_URL, apply where management_url is not given. Default: False.
    ///     **options: Those of Client, for the refreshes. pat, bearer, credential, token_file and on_unknown do not apply and are
    ///         refused.
    ///
    /// Returns:
    ///     A LoginSession.
    ///
    /// Raises:
    ///     InvalidArgumentError: The text is not a session, it is for another server, or an option cannot be used.
    ///     ConfigurationError: The environment, a proxy or the CA cannot be used.
    #[staticmethod]
    #[pyo3(
        signature = (text, management_url=None, *, from_env=None, **options),
        text_signature = "(text, management_url=None, *, from_env=False, **options)"
    )]
    fn restore(
        py: Python<'_>,
        text: &Any<'_>,
        management_url: Option<&Any<'_>>,
        from_env: Option<&Any<'_>>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let text = credential::secret("text", text)?;
        let options = options::from_keywords("restore", management_url, from_env, options)?;
        let restored = call::detached(py, || CoreSession::restore(text.expose(), options))?;
        restored.map(LoginSession::new).map_err(|error| error::raise(py, &error))
    }

    /// A credential that follows the session's refreshes. A client takes the session itself, too.
    #[getter]
    fn credential(&self) -> Credential {
        Credential::new(self.core().credential())
    }

    /// When the token that the session has now expires, by this machine's clock.
    #[getter]
    fn expires_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        instant::to_datetime(py, self.core().expires_at())
    }

    /// The server that it is for, without /api and without a trailing slash. A client of another one refuses it.
    #[getter]
    fn management_url(&self) -> &str {
        self.core().management_url()
    }

    /// The identity provider that it came from, without a trailing slash.
    #[getter]
    fn issuer(&self) -> &str {
        self.core().issuer()
    }

    /// Whether the token is close to its expiry and can be refreshed, so that calls start a refresh. A program that ends soon
    /// calls refresh() then, and exports the session again.
    #[getter]
    fn needs_refresh(&self) -> bool {
        self.core().needs_refresh()
    }

    /// The session as it is now, as JSON text for restore().
    ///
    /// Whoever has it can act as the person: keep it in the system's keyring, or in a file that only its owner can read. Export it
    /// again after a refresh: the refresh token may be another one, and the old one worth nothing.
    ///
    /// Returns:
    ///     A Secret.
    fn export(&self) -> Secret {
        Secret::new(self.core().export())
    }

    /// Refreshes now, or waits for the refresh that is under way: at most as long as the option timeout of the login, and at most
    /// 30 seconds. Whatever happens, the session keeps a token.
    ///
    /// Ctrl-C on the main thread and a CancelToken end the wait, and the refresh goes on.
    ///
    /// Raises:
    ///     UnauthorizedError: The identity provider has ended the session: log in again.
    ///     InvalidArgumentError: The session has no refresh token.
    fn refresh(&self, py: Python<'_>) -> PyResult<()> {
        call::run(py, || self.core().refresh(), |()| Some(call::interrupted()))
    }

    /// The same for asyncio. Cancelling the task ends the wait, and the refresh goes on.
    ///
    /// Returns:
    ///     What can be awaited.
    fn refresh_async<'py>(slf: Bound<'py, Self>) -> PyResult<Any<'py>> {
        let py = slf.py();
        // It loads asyncio, which few programs need.
        py.import("netbird_tokens._async_login")?.call_method1("refreshed", (slf,))
    }

    /// The same session, whose refresh() ends with CancelledError once the token is cancelled, by any thread.
    ///
    /// Args:
    ///     token: The CancelToken.
    ///
    /// Returns:
    ///     A LoginSession.
    fn with_cancel(&self, token: &Any<'_>) -> PyResult<Self> {
        cancel::shared("token", token).map(|cancellation| self.ended_by(cancellation))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let repr = Repr::new(py, "LoginSession").text("management_url", self.core().management_url())?;
        Ok(repr.text("issuer", self.core().issuer())?.instant("expires_at", self.core().expires_at()).finish())
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "a LoginSession cannot be pickled: it is a secret; pass what export().expose() gives over a channel that you trust",
        ))
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
