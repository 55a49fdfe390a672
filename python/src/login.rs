//! Logging in: a login that has begun, and its polls and waits without the GIL.

use std::sync::Arc;

use netbird_tokens::{ClientOptions, DeviceLogin as CoreLogin, LoginOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict};

use crate::arguments::{optional, text};
use crate::cancel::{self, Cancellation};
use crate::options;
use crate::repr::Repr;
use crate::session::LoginSession;
use crate::{call, instant, interrupt};

type Given<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// What a function that begins a login was given.
pub(crate) struct LoginArguments<'a, 'py> {
    pub(crate) management_url: Given<'a, 'py>,
    pub(crate) issuer: Given<'a, 'py>,
    pub(crate) client_id: Given<'a, 'py>,
    pub(crate) audience: Given<'a, 'py>,
    pub(crate) scope: Given<'a, 'py>,
    pub(crate) endpoint_host: Given<'a, 'py>,
    pub(crate) from_env: Given<'a, 'py>,
    pub(crate) cancel: Given<'a, 'py>,
    /// The options of a client.
    pub(crate) options: Option<&'a Bound<'py, PyDict>>,
}

/// The login to begin.
pub(crate) struct Begin {
    pub(crate) client: ClientOptions,
    pub(crate) login: LoginOptions,
    /// What ends it. The core knows of it for calls that block.
    pub(crate) cancellations: Vec<Arc<Cancellation>>,
}

impl LoginArguments<'_, '_> {
    /// `function` is the name of the one that was called.
    pub(crate) fn read(self, function: &str) -> PyResult<Begin> {
        let client = options::from_keywords(function, self.management_url, self.from_env, self.options)?;
        let mut login = LoginOptions::default()
            .issuer(optional("issuer", self.issuer, text)?)
            .client_id(optional("client_id", self.client_id, text)?)
            .audience(optional("audience", self.audience, text)?)
            .scope(optional("scope", self.scope, text)?)
            .endpoint_host(optional("endpoint_host", self.endpoint_host, text)?)
            .with_interrupt(interrupt::interrupted);
        let cancellation = optional("cancel", self.cancel, cancel::shared)?;
        if let Some(cancellation) = &cancellation {
            login = login.with_cancel(cancellation.core());
        }
        Ok(Begin { client, login, cancellations: cancellation.into_iter().collect() })
    }
}

/// Begins to log a person in by the OAuth2 device flow (RFC 8628).
///
/// Show the person verification_uri_complete, or verification_uri and user_code, and then call wait() for the session, which a
/// client takes as its credential:
///
///     login = start_login("https://netbird.example.com")
///     print("Open", login.verification_uri, "and enter", login.user_code)
///     client = Client(credential=login.wait())
///
/// Asks the identity provider for its document and for a code, within timeout. A server with the embedded identity provider
/// needs no other argument than its URL. Ctrl-C on the main thread ends the call within 100 ms.
///
/// Args:
///     management_url: Where the server is, with or without a trailing / and /api. Default: https://api.netbird.io.
///     issuer: The identity provider's URL. Default: the management URL and /oauth2, where the embedded one is.
///     client_id: The client that the identity provider knows this program as, a public one that may use the device flow.
///         Default: netbird-cli, which the embedded one has.
///     audience: The audience to ask for, where the identity provider needs one. Default: none is sent.
///     scope: What to ask for, separated by spaces. Without openid a login fails; without offline_access the session cannot be
///         refreshed. Default: openid profile email offline_access.
///     endpoint_host: One host besides the issuer's on which the identity provider may have endpoints. Default: none.
///     from_env: Whether NB_MANAGEMENT_URL, then NETBIRD_API_URL, apply where management_url is not given. No credential is read
///         from the environment. Default: False.
///     cancel: A CancelToken that ends this call, and the polls and waits of the login. Default: none.
///     **options: Those of Client. pat, bearer, credential, token_file and on_unknown do not apply and are refused.
///
/// Returns:
///     A DeviceLogin.
///
/// Raises:
///     InvalidArgumentError: An option has a value that cannot be used, or does not apply.
///     UnexpectedResponseError: The identity provider's document is missing, names endpoints on another host or in clear text,
///         or offers no device flow.
///     RejectedError: The identity provider refuses the client, the scope or the audience.
///     ConfigurationError: The environment, a proxy or the CA cannot be used.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
#[pyo3(
    signature = (
        management_url=None, *, issuer=None, client_id=None, audience=None, scope=None, endpoint_host=None, from_env=None,
        cancel=None, **options
    ),
    text_signature = "(management_url=None, *, issuer=None, client_id=None, audience=None, scope=None, endpoint_host=None, from_env=False, cancel=None, **options)"
)]
pub(crate) fn start_login(
    py: Python<'_>,
    management_url: Given<'_, '_>,
    issuer: Given<'_, '_>,
    client_id: Given<'_, '_>,
    audience: Given<'_, '_>,
    scope: Given<'_, '_>,
    endpoint_host: Given<'_, '_>,
    from_env: Given<'_, '_>,
    cancel: Given<'_, '_>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<DeviceLogin> {
    let arguments =
        LoginArguments { management_url, issuer, client_id, audience, scope, endpoint_host, from_env, cancel, options };
    let Begin { client, login, cancellations } = arguments.read("start_login")?;
    // A code that nobody was shown expires unused.
    let begun = call::run(py, || netbird_tokens::start_login(client, login), |_| Some(call::interrupted()))?;
    Ok(DeviceLogin::new(begun, cancellations))
}

/// A login that waits for a person's approval. start_login makes it.
///
/// Its methods may be called from any number of threads, and in a forked child; the server is asked no more often for that.
/// Letting go of it leaves a code that expires unused. It cannot be pickled.
#[pyclass(frozen, module = "netbird_tokens", weakref)]
pub(crate) struct DeviceLogin {
    core: CoreLogin,
    cancellations: Vec<Arc<Cancellation>>,
}

impl DeviceLogin {
    pub(crate) fn new(core: CoreLogin, cancellations: Vec<Arc<Cancellation>>) -> Self {
        DeviceLogin { core, cancellations }
    }

    pub(crate) fn core(&self) -> &CoreLogin {
        &self.core
    }

    pub(crate) fn cancellations(&self) -> &[Arc<Cancellation>] {
        &self.cancellations
    }
}

#[pymethods]
impl DeviceLogin {
    /// The page that the person opens, in any browser, on any machine. Safe to print and to open.
    #[getter]
    fn verification_uri(&self) -> &str {
        self.core.verification_uri()
    }

    /// The same page with the code filled in, for a link or a QR code. None if the identity provider gives none.
    #[getter]
    fn verification_uri_complete(&self) -> Option<&str> {
        self.core.verification_uri_complete()
    }

    /// The code that the person types on the page, or compares. Whoever enters it logs this program in as themselves.
    #[getter]
    fn user_code(&self) -> &str {
        self.core.user_code()
    }

    /// Until when the person can approve, by this machine's clock.
    #[getter]
    fn expires_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        instant::to_datetime(py, self.core.expires_at())
    }

    /// How often the server may be asked, in seconds: 5, unless it said otherwise. It grows when the server asks for that.
    #[getter]
    fn interval(&self) -> f64 {
        self.core.interval().as_secs_f64()
    }

    /// Asks the server whether the person has decided, if the interval has passed since the last time; otherwise nothing is
    /// sent. For programs with a loop of their own.
    ///
    /// An answer that was lost counts as none: the next poll comes later. Once the login has ended, each poll gives the same.
    ///
    /// Returns:
    ///     A LoginSession. None while nothing was decided.
    ///
    /// Raises:
    ///     ForbiddenError: The login was denied.
    ///     CallTimeoutError: Nobody approved it in time.
    ///     RejectedError: The identity provider refuses it for another reason.
    ///     UnexpectedResponseError: The answer cannot be used.
    fn poll(&self, py: Python<'_>) -> PyResult<Option<LoginSession>> {
        Ok(call::run(py, || self.core.poll(), |_| Some(call::interrupted()))?.map(LoginSession::new))
    }

    /// Polls until the person has decided or the code has expired, whatever the option timeout says, which limits each request.
    ///
    /// Ctrl-C on the main thread ends the wait within 100 ms, and the CancelToken within 50 ms. The login can then be waited for
    /// again, and a session that came at that moment is not lost.
    ///
    /// Returns:
    ///     A LoginSession.
    ///
    /// Raises:
    ///     ForbiddenError: The login was denied.
    ///     CallTimeoutError: Nobody approved it in time.
    ///     RejectedError: The identity provider refuses it for another reason.
    ///     UnexpectedResponseError: An answer cannot be used.
    fn wait(&self, py: Python<'_>) -> PyResult<LoginSession> {
        call::run(py, || self.core.wait(), |_| Some(call::interrupted())).map(LoginSession::new)
    }

    /// The same login, whose polls and waits end with CancelledError once the token is cancelled, by any thread.
    ///
    /// Args:
    ///     token: The CancelToken.
    ///
    /// Returns:
    ///     A DeviceLogin. The login itself goes on.
    fn with_cancel(&self, token: &Bound<'_, PyAny>) -> PyResult<Self> {
        let cancellation = cancel::shared("token", token)?;
        let core = self.core.with_cancel(cancellation.core());
        Ok(DeviceLogin::new(core, self.cancellations.iter().cloned().chain([cancellation]).collect()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let repr = Repr::new(py, "DeviceLogin").text("verification_uri", self.core.verification_uri())?;
        Ok(repr.instant("expires_at", self.core.expires_at()).finish())
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "a DeviceLogin cannot be pickled: it holds a secret; wait for it in the process that began it",
        ))
    }
}
