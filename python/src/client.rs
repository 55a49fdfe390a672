//! The client: its operations as blocking calls without the GIL.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use netbird_tokens::{Client as CoreClient, ClientOptions, Operation};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::arguments::{self, optional, text};
use crate::audit::Audit;
use crate::cancel::{self, Cancellation};
use crate::options::{ClientArguments, with_options};
use crate::repr::Repr;
use crate::requests::{self, RotateArguments};
use crate::rotation::{self, Rotation};
use crate::token::{CreatedToken, Token, TokenList};
use crate::user::{User, UserList};
use crate::{call, check, error, interrupt, logging};

/// A client of one NetBird server.
///
/// Calls block, with the GIL released, and may be made from any number of threads at once and in parent and child after a
/// fork. Nothing is sent before the first call. Every error is a NetBirdError, except TypeError for an argument of the
/// wrong type.
///
/// Ctrl-C ends a call on the main thread within 100 ms with KeyboardInterrupt; where a write was under way, its __cause__
/// says what that means. To end calls on other threads, use with_cancel.
///
/// Use the client in a with statement, or call close() when done.
///
/// All options are keyword-only; None means the default. Times are seconds (float or int) or a timedelta.
///
/// Args:
///     pat: A personal access token, as str or Secret. Give one of pat, bearer, credential and token_file.
///     bearer: A JWT, as str or Secret.
///     credential: A PAT or a JWT as people paste it, as str or Secret; a Credential; or a LoginSession.
///     token_file: Path of a file that holds the credential. It is followed: when the server refuses the credential and the
///         file holds another one by then, the client goes on with that one, and the call is repeated once.
///     management_url: Where the server is, with or without a trailing / and /api. Default: https://api.netbird.io, or the
///         session's server.
///     connect_timeout: How long making a connection may take. Default: 10 s.
///     read_timeout: How long the server may be silent. Default: 30 s.
///     timeout: How long a whole call may take, retries and waits included. Default: 60 s.
///     max_retries: Maximum number of retries of one request. Default: 2.
///     retry_base_delay: Base of the exponential backoff with full jitter. Default: 0.5 s.
///     retry_max_delay: Maximum backoff, unless the server asks for more. Default: 8 s.
///     max_response_bytes: The largest body that is read, in bytes. Default: 64 MiB.
///     allow_insecure_http: Allows http:// to other machines and http:// through a proxy. Both send the credential in
///         clear text. Default: False.
///     ca_pem: Certificates (PEM, str or bytes) to trust in addition to the platform's.
///     proxy: Sends everything through this proxy (http://host:port), whatever the environment says.
///     proxy_from_env: Whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY apply. Default: True.
///     user_agent: Prefix for the User-Agent, for example backup/1.2.
///     on_unknown: What to do about a create whose answer was lost: "report" (default) raises OutcomeUnknownError;
///         "revoke_and_retry", which needs create_token(tag=True), revokes the token and creates another one.
///
/// Raises:
///     ConfigurationError: There is no credential, or the token file, a proxy or the CA cannot be used.
///     InvalidCredentialError: The credential cannot be one.
///     InvalidArgumentError: An option has a value that cannot be used.
#[pyclass(frozen, module = "netbird_tokens", weakref)]
pub(crate) struct Client {
    // Empty once closed.
    core: ArcSwapOption<CoreClient>,
    /// What ends its calls. The core knows of them for calls that block.
    cancellations: Vec<Arc<Cancellation>>,
}

impl Client {
    fn new(core: CoreClient, cancellations: Vec<Arc<Cancellation>>) -> Self {
        Client { core: ArcSwapOption::from_pointee(core), cancellations }
    }

    pub(crate) fn cancellations(&self) -> &[Arc<Cancellation>] {
        &self.cancellations
    }

    /// Closes the client at once. Gives what is to be waited for, unless it was closed before.
    pub(crate) fn close_core(&self) -> Option<Arc<CoreClient>> {
        self.core.swap(None)
    }

    fn build(py: Python<'_>, options: ClientOptions, given: ClientArguments<'_, '_>) -> PyResult<Self> {
        let options = given.fill(options)?.observer(logging::observe);
        let core = call::detached(py, || options.build())?.map_err(|error| error::raise(py, &error))?;
        Ok(Client::new(core.with_interrupt(interrupt::interrupted), Vec::new()))
    }

    pub(crate) fn open(&self, py: Python<'_>) -> PyResult<Arc<CoreClient>> {
        self.core.load_full().ok_or_else(|| error::invalid_argument(py, "the client is closed"))
    }

    fn call<T: Send>(
        &self,
        py: Python<'_>,
        operation: Operation,
        call: impl FnOnce(&CoreClient) -> netbird_tokens::Result<T> + Send,
    ) -> PyResult<T> {
        self.call_or_undo(py, operation, call, |_, _| ())
    }

    /// The same. `undo` gets a result that cannot be returned.
    fn call_or_undo<T: Send>(
        &self,
        py: Python<'_>,
        operation: Operation,
        call: impl FnOnce(&CoreClient) -> netbird_tokens::Result<T> + Send,
        undo: fn(&CoreClient, T),
    ) -> PyResult<T> {
        let client = &*self.open(py)?;
        let undo = |result| {
            undo(client, result);
            Some(operation.interrupted())
        };
        call::run(py, || call(client), undo)
    }
}

/// Defines the methods of `Client`: the two constructors, which take the same options, and those that are given. PyO3 wants
/// all methods of a class in one block, and no macro inside that block.
macro_rules! methods {
    ({ $($option:ident)* } $($methods:tt)*) => {
        #[pymethods]
        impl Client {
            #[new]
            #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
            #[pyo3(signature = (*, $($option = None),*))]
            fn py_new(py: Python<'_>, $($option: Option<&Bound<'_, PyAny>>),*) -> PyResult<Self> {
                Client::build(py, CoreClient::builder(), ClientArguments { $($option),* })
            }

            /// A client with the credential and the management URL from the environment.
            ///
            /// The credential comes from NB_PAT, then NETBIRD_API_TOKEN, NETBIRD_TOKEN, NB_API_KEY; the URL from
            /// NB_MANAGEMENT_URL, then NETBIRD_API_URL.
            ///
            /// Args:
            ///     **options: Those of Client. What is given explicitly wins over the environment.
            ///
            /// Raises:
            ///     ConfigurationError: There is no credential, two variables disagree, or one cannot be used.
            ///     InvalidCredentialError: The credential cannot be one.
            ///     InvalidArgumentError: An option has a value that cannot be used.
            #[staticmethod]
            #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
            #[pyo3(signature = (*, $($option = None),*))]
            fn from_env(py: Python<'_>, $($option: Option<&Bound<'_, PyAny>>),*) -> PyResult<Self> {
                Client::build(py, CoreClient::builder().from_env(), ClientArguments { $($option),* })
            }

            $($methods)*
        }
    };
}

with_options!(methods {
    /// The management URL in use, without /api and without a trailing slash.
    #[getter]
    fn management_url(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.open(py)?.management_url().to_owned())
    }

    /// Uses another credential from the next call on, in all threads. Calls in progress keep the old one.
    ///
    /// Args:
    ///     pat: A personal access token, as str or Secret. Give one of pat, bearer and credential.
    ///     bearer: A JWT, as str or Secret.
    ///     credential: A PAT or a JWT as people paste it, as str or Secret; a Credential; or a LoginSession.
    ///
    /// Raises:
    ///     InvalidCredentialError: It cannot be one. The client keeps the old one.
    ///     InvalidArgumentError: The session is for another server. The client keeps the old one.
    #[pyo3(signature = (*, pat=None, bearer=None, credential=None))]
    fn set_credential(
        &self,
        py: Python<'_>,
        pat: Option<&Bound<'_, PyAny>>,
        bearer: Option<&Bound<'_, PyAny>>,
        credential: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let client = self.open(py)?;
        let Some(credential) = crate::credential::one(pat, bearer, credential)? else {
            return Err(PyTypeError::new_err("set_credential() needs one of pat, bearer and credential"));
        };
        client.set_credential(&credential).map_err(|error| error::raise(py, &error))
    }

    /// A client whose calls may take this long, retries included.
    ///
    /// Args:
    ///     timeout: Seconds or a timedelta, more than 0 and at most a day.
    ///
    /// Returns:
    ///     A client that shares this one's connections and credential. It is closed on its own.
    ///
    /// Raises:
    ///     InvalidArgumentError: The time is zero, negative or longer than a day.
    fn with_timeout(&self, py: Python<'_>, timeout: &Bound<'_, PyAny>) -> PyResult<Self> {
        let timeout = arguments::duration("timeout", timeout)?;
        let core = self.open(py)?.with_timeout(timeout).map_err(|error| error::raise(py, &error))?;
        Ok(Client::new(core, self.cancellations.clone()))
    }

    /// A client whose calls end with CancelledError once the token is cancelled, by any thread.
    ///
    /// A create that was sent is then finished in the background: if the server made a token, it is revoked.
    ///
    /// Args:
    ///     token: The CancelToken.
    ///
    /// Returns:
    ///     A client that shares this one's connections and credential. It is closed on its own.
    fn with_cancel(&self, py: Python<'_>, token: &Bound<'_, PyAny>) -> PyResult<Self> {
        let cancellation = cancel::shared("token", token)?;
        let core = self.open(py)?.with_cancel(cancellation.core());
        Ok(Client::new(core, self.cancellations.iter().cloned().chain([cancellation]).collect()))
    }

    /// All tokens of a user, in no particular order.
    ///
    /// Args:
    ///     user_id: Whose tokens. None means the user that the credential belongs to.
    ///
    /// Returns:
    ///     A sequence of Token; an empty one if there are none.
    ///
    /// Raises:
    ///     NotFoundError: There is no such user.
    ///     ForbiddenError: The credential may not see the user's tokens.
    #[pyo3(signature = (user_id=None))]
    fn list_tokens(&self, py: Python<'_>, user_id: Option<&Bound<'_, PyAny>>) -> PyResult<TokenList> {
        let user_id = optional("user_id", user_id, text)?;
        self.call(py, Operation::ListTokens, |client| client.list_tokens(user_id)).map(TokenList::new)
    }

    /// One token of a user.
    ///
    /// Args:
    ///     token_id: The token's id.
    ///     user_id: Whose token. None means the user that the credential belongs to.
    ///
    /// Returns:
    ///     The Token.
    ///
    /// Raises:
    ///     NotFoundError: There is no such token, or it is another user's.
    #[pyo3(signature = (token_id, *, user_id=None))]
    fn get_token(
        &self,
        py: Python<'_>,
        token_id: &Bound<'_, PyAny>,
        user_id: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Token> {
        let token_id = text("token_id", token_id)?;
        let user_id = optional("user_id", user_id, text)?;
        self.call(py, Operation::GetToken, |client| client.get_token(token_id, user_id)).map(Token::new)
    }

    /// Creates a token for a user. Its secret is shown only once.
    ///
    /// It is never sent twice unless the first was certainly not acted on. If its answer is lost, finding out what it did
    /// may take 15 seconds beyond the call's own time.
    ///
    /// An interrupted create (Ctrl-C, a CancelToken) is finished in the background: if the server made a token, it is
    /// revoked, because nobody holds its secret. close(), the end of a with statement and the interpreter's exit wait for
    /// that, at most 5 seconds.
    ///
    /// Args:
    ///     name: The token's name, not empty. It need not be unique.
    ///     expires_in_days: The lifetime, a whole number from 1 to 365.
    ///     tag: Whether the name is sent as "NAME #TAG" with ten random characters, so that the token can be found with
    ///         certainty if the answer is lost.
    ///     user_id: For which user. None means the user that the credential belongs to.
    ///
    /// Returns:
    ///     A CreatedToken: the token and its secret.
    ///
    /// Raises:
    ///     OutcomeUnknownError: It may have been created. token_name is the name to look for, and candidate_token_ids are
    ///         the tokens that may be it.
    #[pyo3(
        signature = (name, *, expires_in_days=None, tag=None, user_id=None),
        text_signature = "($self, name, *, expires_in_days=90, tag=False, user_id=None)"
    )]
    fn create_token(
        &self,
        py: Python<'_>,
        name: &Bound<'_, PyAny>,
        expires_in_days: Option<&Bound<'_, PyAny>>,
        tag: Option<&Bound<'_, PyAny>>,
        user_id: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<CreatedToken> {
        let new = requests::new_token(name, expires_in_days, tag)?;
        let user_id = optional("user_id", user_id, text)?;
        let create = |client: &CoreClient| client.create_token(&new, user_id);
        self.call_or_undo(py, Operation::CreateToken, create, CoreClient::discard).map(CreatedToken::new)
    }

    /// Deletes (revokes) a token of a user.
    ///
    /// Returning means that the server said so, or that it no longer knows the token after an attempt whose answer was
    /// lost.
    ///
    /// Args:
    ///     token_id: The token's id.
    ///     user_id: Whose token. None means the user that the credential belongs to.
    ///
    /// Raises:
    ///     NotFoundError: There is no such token.
    ///     OutcomeUnknownError: It may be gone.
    #[pyo3(signature = (token_id, *, user_id=None))]
    fn delete_token(
        &self,
        py: Python<'_>,
        token_id: &Bound<'_, PyAny>,
        user_id: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let token_id = text("token_id", token_id)?;
        let user_id = optional("user_id", user_id, text)?;
        self.call(py, Operation::DeleteToken, |client| client.delete_token(token_id, user_id))
    }

    /// The user that the credential belongs to. Always asks the server.
    ///
    /// Returns:
    ///     The User.
    fn current_user(&self, py: Python<'_>) -> PyResult<User> {
        self.call(py, Operation::CurrentUser, CoreClient::current_user).map(User::new)
    }

    /// The users that the credential may see: all, or only its own.
    ///
    /// Returns:
    ///     A sequence of User.
    fn list_users(&self, py: Python<'_>) -> PyResult<UserList> {
        self.call(py, Operation::ListUsers, CoreClient::list_users).map(UserList::new)
    }

    /// Whether the credential works, and what is known about it.
    ///
    /// Returns:
    ///     A CredentialCheck. A credential that does not work is not an error: its state says how the server refuses it.
    ///
    /// Raises:
    ///     NetBirdError: Something kept the question from being answered: the network, the server's own failure, the time.
    fn check_credential<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let found = self.call(py, Operation::CheckCredential, CoreClient::check_credential)?;
        check::to_python(py, found)
    }

    /// Begins to rotate a token: finds it and creates its successor. The old token still works.
    ///
    /// Use it in a with statement, and store the secret there. Leaving that normally commits: the successor is proved to
    /// authenticate, and the old token is revoked. Leaving it by an exception, Ctrl-C included, aborts: the successor is
    /// revoked, and the old token stays. See Rotation.
    ///
    /// Args:
    ///     token_id: Which token. Give this or name.
    ///     name: Which token, by its name without the tag. Exactly one may have it.
    ///     new_name: The successor's name. None means the old one.
    ///     expires_in_days: The successor's lifetime, a whole number from 1 to 365. None means the old token's.
    ///     tag: Whether the successor's name gets a fresh tag ("NAME #TAG"), by which it is found with certainty after a crash.
    ///     adopt: Whether the client goes on with the successor after the commit. Needed to rotate the credential in use.
    ///     prepare_only: Whether nothing is created yet, so that record() can be stored first. create(), or entering the
    ///         with statement, goes on.
    ///     user_id: Whose token. None means the user that the credential belongs to.
    ///
    /// Returns:
    ///     A Rotation.
    ///
    /// Raises:
    ///     NotFoundError: There is no such token.
    ///     ConflictError: Several tokens have the name; candidate_token_ids are their ids.
    ///     OutcomeUnknownError: A successor may have been created. With any other error nothing has changed.
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(
        signature = (
            token_id=None, *, name=None, new_name=None, expires_in_days=None, tag=None, adopt=None, prepare_only=None,
            user_id=None
        ),
        text_signature = "($self, token_id=None, *, name=None, new_name=None, expires_in_days=None, tag=True, adopt=False, prepare_only=False, user_id=None)"
    )]
    fn rotate_token(
        &self,
        py: Python<'_>,
        token_id: Option<&Bound<'_, PyAny>>,
        name: Option<&Bound<'_, PyAny>>,
        new_name: Option<&Bound<'_, PyAny>>,
        expires_in_days: Option<&Bound<'_, PyAny>>,
        tag: Option<&Bound<'_, PyAny>>,
        adopt: Option<&Bound<'_, PyAny>>,
        prepare_only: Option<&Bound<'_, PyAny>>,
        user_id: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Rotation> {
        let arguments = RotateArguments { token_id, name, new_name, expires_in_days, tag, adopt, prepare_only };
        let rotate = arguments.read(py)?;
        let user_id = optional("user_id", user_id, text)?;
        let begin = |client: &CoreClient| client.rotate_token(&rotate, user_id);
        self.call_or_undo(py, Operation::RotateToken, begin, |_, rotation| rotation.discard()).map(Rotation::new)
    }

    /// Finishes a rotation that another process began, by its record.
    ///
    /// If the new token's secret is stored (the record says "stored", or plain_token is that secret), the old token is
    /// revoked, or kept if the record says so. If not, the new token is revoked, and the old one stays.
    ///
    /// Args:
    ///     record: What Rotation.record() gave, also after a way through JSON.
    ///     plain_token: The secret, as str or Secret, if you found that you hold it.
    ///
    /// Returns:
    ///     The record as it is then; its stage is "committed", "kept" or "aborted".
    ///
    /// Raises:
    ///     InvalidArgumentError: It is not a record, or it is one of another server.
    ///     ConflictError: One of the two tokens is gone, so that finishing would leave none that works.
    #[pyo3(signature = (record, plain_token=None))]
    fn resume_rotation<'py>(
        &self,
        py: Python<'py>,
        record: &Bound<'py, PyAny>,
        plain_token: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let record = rotation::from_mapping("record", record)?;
        let plain_token = optional("plain_token", plain_token, crate::credential::secret)?;
        let resume = |client: &CoreClient| client.resume_rotation(&record, plain_token.as_ref());
        rotation::to_dict(py, &self.call(py, Operation::ResumeRotation, resume)?)
    }

    /// Audits the tokens of all users that the credential may see: its own user and every service user.
    ///
    /// Lists the users, and then gives one result per user as it arrives. The server shows a person's tokens to nobody
    /// else, so other people are only counted. If the server answers 429, the whole audit slows down.
    ///
    /// Args:
    ///     expiring_within: A token that expires within this time (seconds or a timedelta) is expiring. None means 30 days.
    ///     unused_for: A token that was not used for longer than this is unused. None means 90 days.
    ///     concurrency: Maximum number of requests at a time, 1 to 64. None means 8.
    ///     time_limit: How long the whole audit may take; what is not finished then is counted as not reached. None means
    ///         no limit.
    ///
    /// Returns:
    ///     An Audit, an iterator of UserAudit.
    #[pyo3(signature = (*, expiring_within=None, unused_for=None, concurrency=None, time_limit=None))]
    fn audit_tokens(
        &self,
        py: Python<'_>,
        expiring_within: Option<&Bound<'_, PyAny>>,
        unused_for: Option<&Bound<'_, PyAny>>,
        concurrency: Option<&Bound<'_, PyAny>>,
        time_limit: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Audit> {
        let options = requests::audit_options(expiring_within, unused_for, concurrency, time_limit)?;
        self.call(py, Operation::AuditTokens, |client| client.audit_tokens(&options)).map(Audit::new)
    }

    /// Closes the client: later calls raise InvalidArgumentError. Calls in progress end as usual. Closing twice is fine.
    ///
    /// Waits until interrupted creates are finished, at most 5 seconds; Ctrl-C ends the wait. What could not be revoked is
    /// logged as a warning.
    ///
    /// Returns:
    ///     Whether no interrupted create is left unfinished.
    fn close(&self, py: Python<'_>) -> PyResult<bool> {
        self.close_core().map_or(Ok(true), |core| call::close(py, &core))
    }

    fn __enter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        slf.get().open(slf.py())?;
        Ok(slf)
    }

    #[pyo3(signature = (exc_type, exc_value, traceback, /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        exc_type: &Bound<'_, PyAny>,
        exc_value: &Bound<'_, PyAny>,
        traceback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let _ = (exc_type, exc_value, traceback);
        self.close(py).map(drop)
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
});
