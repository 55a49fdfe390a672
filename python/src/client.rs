//! The client: its options, and its operations as blocking calls without the GIL.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use netbird_tokens::{Client as CoreClient, ClientBuilder, NewToken};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::arguments::{self, Credentials};
use crate::repr::Repr;
use crate::token::{CreatedToken, Token, TokenList};
use crate::user::{User, UserList};
use crate::{call, error, interrupt, logging};

/// A client of one NetBird server.
///
/// Give the credential as one of pat (a personal access token), bearer (a JWT) or credential (either, as people paste it), each
/// a str or a Secret. All options are keyword-only; None means the default. Times are seconds (float or int) or a timedelta.
///
/// management_url: where the server is, with or without a trailing / and /api. Default https://api.netbird.io.
/// connect_timeout: to make a connection. Default 10 s.
/// read_timeout: how long the server may be silent. Default 30 s.
/// timeout: a whole call, retries and waits included. Default 60 s.
/// max_retries: how often a request is sent again at the most. Default 2.
/// retry_base_delay, retry_max_delay: the longest first wait between attempts, and what none exceeds. Default 0.5 s and 8 s.
/// max_response_bytes: the largest body that is read. Default 64 MiB.
/// allow_insecure_http: allow http:// to other machines, which sends the credential in clear text. Default False.
/// ca_pem: certificates (PEM, str or bytes) to trust besides the platform's.
/// proxy: send everything through this proxy (http://host:port).
/// proxy_from_env: whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY count. Default True.
/// user_agent: names your program, as backup/1.2, before the library in the User-Agent.
/// on_unknown: what to do about a create whose answer was lost: "report" (default) or "revoke_and_retry".
///
/// Calls block, with the GIL released, and may be made from any number of threads at once and in parent and child after a
/// fork. Ctrl-C ends a call with KeyboardInterrupt; where a write was under way, its __cause__ says what may have happened.
/// Every error is a NetBirdError, except TypeError for an argument of the wrong type. Nothing is sent before the first call.
///
/// Use it in a with statement, or call close() when done.
#[pyclass(frozen, module = "netbird_tokens", weakref)]
pub(crate) struct Client {
    // Empty once closed.
    core: ArcSwapOption<CoreClient>,
}

impl Client {
    fn new(core: CoreClient) -> Self {
        Client { core: ArcSwapOption::from_pointee(core) }
    }

    fn open(&self, py: Python<'_>) -> PyResult<Arc<CoreClient>> {
        self.core.load_full().ok_or_else(|| error::invalid_argument(py, "the client is closed"))
    }

    fn call<T: Send>(
        &self,
        py: Python<'_>,
        operation: impl FnOnce(&CoreClient) -> netbird_tokens::Result<T> + Send,
    ) -> PyResult<T> {
        call::run(py, &*self.open(py)?, operation)
    }
}

/// Builds a client with the options given, of which `builder` may have had some from the environment.
fn build(py: Python<'_>, mut builder: ClientBuilder, options: Option<&Bound<'_, PyDict>>) -> PyResult<Client> {
    let mut credentials = Credentials::default();
    for (key, value) in options.into_iter().flatten() {
        let key = key.cast_into::<PyString>()?;
        let name = key.to_cow()?;
        let known = !value.is_none();
        builder = match name.as_ref() {
            "pat"
            | "bearer"
            | "credential"
            | "management_url"
            | "connect_timeout"
            | "read_timeout"
            | "timeout"
            | "max_retries"
            | "retry_base_delay"
            | "retry_max_delay"
            | "max_response_bytes"
            | "allow_insecure_http"
            | "ca_pem"
            | "proxy"
            | "proxy_from_env"
            | "user_agent"
            | "on_unknown"
                if !known =>
            {
                builder
            }
            "pat" => {
                credentials.give("pat", &value)?;
                builder
            }
            "bearer" => {
                credentials.give("bearer", &value)?;
                builder
            }
            "credential" => {
                credentials.give("credential", &value)?;
                builder
            }
            "management_url" => builder.management_url(arguments::text(&name, &value)?),
            "connect_timeout" => builder.connect_timeout(arguments::duration(&name, &value)?),
            "read_timeout" => builder.read_timeout(arguments::duration(&name, &value)?),
            "timeout" => builder.timeout(arguments::duration(&name, &value)?),
            "max_retries" => builder.max_retries(arguments::count(&name, &value)?),
            "retry_base_delay" => builder.retry_base_delay(arguments::duration(&name, &value)?),
            "retry_max_delay" => builder.retry_max_delay(arguments::duration(&name, &value)?),
            "max_response_bytes" => builder.max_response_bytes(arguments::count(&name, &value)?),
            "allow_insecure_http" => builder.allow_insecure_http(arguments::flag(&name, &value)?),
            "ca_pem" => builder.ca_pem(arguments::pem(&name, &value)?),
            "proxy" => builder.proxy(arguments::text(&name, &value)?),
            "proxy_from_env" => builder.proxy_from_env(arguments::flag(&name, &value)?),
            "user_agent" => builder.user_agent(arguments::text(&name, &value)?),
            "on_unknown" => builder.on_unknown(arguments::on_unknown(&name, &value)?),
            _ => return Err(PyTypeError::new_err(format!("Client() got an unexpected keyword argument '{name}'"))),
        };
    }
    if let Some(credential) = credentials.into_credential() {
        builder = builder.credential(credential);
    }
    let builder = builder.observer(logging::observe);
    let core = call::detached(py, || builder.build())?.map_err(|error| error::raise(py, &error))?;
    Ok(Client::new(core.with_interrupt(interrupt::interrupted)))
}

#[pymethods]
impl Client {
    #[new]
    #[pyo3(
        signature = (**options),
        text_signature = "(*, pat=None, bearer=None, credential=None, management_url=None, connect_timeout=None, read_timeout=None, timeout=None, max_retries=None, retry_base_delay=None, retry_max_delay=None, max_response_bytes=None, allow_insecure_http=None, ca_pem=None, proxy=None, proxy_from_env=None, user_agent=None, on_unknown=None)"
    )]
    fn py_new(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        build(py, CoreClient::builder(), options)
    }

    /// A client with the credential from NB_PAT, then NETBIRD_API_TOKEN, NETBIRD_TOKEN, NB_API_KEY, and the management URL
    /// from NB_MANAGEMENT_URL, then NETBIRD_API_URL. Options given explicitly win; they are those of Client.
    ///
    /// Raises ConfigurationError when there is no credential or two variables disagree, InvalidCredentialError when the
    /// credential cannot be one, InvalidArgumentError for a URL that cannot be used.
    #[staticmethod]
    #[pyo3(
        signature = (**options),
        text_signature = "(*, pat=None, bearer=None, credential=None, management_url=None, connect_timeout=None, read_timeout=None, timeout=None, max_retries=None, retry_base_delay=None, retry_max_delay=None, max_response_bytes=None, allow_insecure_http=None, ca_pem=None, proxy=None, proxy_from_env=None, user_agent=None, on_unknown=None)"
    )]
    fn from_env(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        build(py, CoreClient::builder().from_env(), options)
    }

    /// The management URL in use (str), without /api and without a slash at its end.
    #[getter]
    fn management_url(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.open(py)?.management_url().to_owned())
    }

    /// Uses another credential from the next call on: one of pat, bearer or credential, as for Client. Calls that are under
    /// way end with the old one.
    ///
    /// Raises InvalidCredentialError when it cannot be one; nothing has changed then.
    #[pyo3(signature = (*, pat=None, bearer=None, credential=None))]
    fn set_credential(
        &self,
        py: Python<'_>,
        pat: Option<&Bound<'_, PyAny>>,
        bearer: Option<&Bound<'_, PyAny>>,
        credential: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let client = self.open(py)?;
        let mut credentials = Credentials::default();
        for (name, value) in [("pat", pat), ("bearer", bearer), ("credential", credential)] {
            if let Some(value) = value {
                credentials.give(name, value)?;
            }
        }
        let Some(credential) = credentials.into_credential() else {
            return Err(PyTypeError::new_err("set_credential() needs one of pat, bearer and credential"));
        };
        client.set_credential(&credential).map_err(|error| error::raise(py, &error))
    }

    /// A client that shares this one's connections and credential and whose calls may take this long, retries included:
    /// seconds or a timedelta. It is closed on its own.
    fn with_timeout(&self, py: Python<'_>, timeout: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Client::new(self.open(py)?.with_timeout(arguments::duration("timeout", timeout)?)))
    }

    /// All tokens of a user (TokenList), in no particular order. user_id None means the user that the credential belongs to.
    ///
    /// Raises NotFoundError if there is no such user, ForbiddenError if you may not see its tokens.
    #[pyo3(signature = (user_id=None))]
    fn list_tokens(&self, py: Python<'_>, user_id: Option<&Bound<'_, PyAny>>) -> PyResult<TokenList> {
        let user_id = arguments::optional_text("user_id", user_id)?;
        self.call(py, |client| client.list_tokens(user_id)).map(TokenList::new)
    }

    /// One token of a user (Token). user_id None means the user that the credential belongs to.
    ///
    /// Raises NotFoundError if there is no such token, also when it is another user's.
    #[pyo3(signature = (token_id, *, user_id=None))]
    fn get_token(
        &self,
        py: Python<'_>,
        token_id: &Bound<'_, PyAny>,
        user_id: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Token> {
        let token_id = arguments::text("token_id", token_id)?;
        let user_id = arguments::optional_text("user_id", user_id)?;
        self.call(py, |client| client.get_token(token_id, user_id)).map(Token::new)
    }

    /// Creates a token for a user (CreatedToken, with its plain text, which is shown this once). user_id None means the user
    /// that the credential belongs to. expires_in_days is a whole number from 1 to 365. The name must not be empty.
    ///
    /// It is never sent twice unless the first cannot have been acted on. When its answer was lost, finding out what it did
    /// may take 15 seconds beyond the call's own time.
    ///
    /// Raises OutcomeUnknownError when it may have been created: candidate_token_ids names the tokens to revoke.
    #[pyo3(signature = (name, *, expires_in_days=None, user_id=None), text_signature = "($self, name, *, expires_in_days=90, user_id=None)")]
    fn create_token(
        &self,
        py: Python<'_>,
        name: &Bound<'_, PyAny>,
        expires_in_days: Option<&Bound<'_, PyAny>>,
        user_id: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<CreatedToken> {
        let mut new = NewToken::new(arguments::text("name", name)?);
        if let Some(days) = expires_in_days {
            new = new.expires_in_days(arguments::whole_number("expires_in_days", days)?);
        }
        let user_id = arguments::optional_text("user_id", user_id)?;
        self.call(py, |client| client.create_token(&new, user_id)).map(CreatedToken::new)
    }

    /// Deletes (revokes) a token of a user. user_id None means the user that the credential belongs to.
    ///
    /// Returning means that the server said so, or that it no longer knows the token after an attempt whose answer was lost.
    ///
    /// Raises NotFoundError if there is no such token, OutcomeUnknownError when it may be gone.
    #[pyo3(signature = (token_id, *, user_id=None))]
    fn delete_token(
        &self,
        py: Python<'_>,
        token_id: &Bound<'_, PyAny>,
        user_id: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let token_id = arguments::text("token_id", token_id)?;
        let user_id = arguments::optional_text("user_id", user_id)?;
        self.call(py, |client| client.delete_token(token_id, user_id))
    }

    /// The user that the credential belongs to (User). Always asks the server.
    fn current_user(&self, py: Python<'_>) -> PyResult<User> {
        self.call(py, CoreClient::current_user).map(User::new)
    }

    /// The users that the credential may see (UserList): all, or only its own.
    fn list_users(&self, py: Python<'_>) -> PyResult<UserList> {
        self.call(py, CoreClient::list_users).map(UserList::new)
    }

    /// Lets go of the connections. Calls under way end as they would have; later ones raise InvalidArgumentError. Closing
    /// twice is fine.
    fn close(&self) {
        self.core.store(None);
    }

    fn __enter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        slf.get().open(slf.py())?;
        Ok(slf)
    }

    #[pyo3(signature = (exc_type, exc_value, traceback, /))]
    fn __exit__(&self, exc_type: &Bound<'_, PyAny>, exc_value: &Bound<'_, PyAny>, traceback: &Bound<'_, PyAny>) {
        let _ = (exc_type, exc_value, traceback);
        self.close();
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        match self.core.load_full() {
            None => Ok("Client(closed)".to_owned()),
            Some(core) => Ok(Repr::new(py, "Client").text("management_url", core.management_url())?.finish()),
        }
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a Client cannot be pickled: it holds a credential; make one in each process"))
    }
}
