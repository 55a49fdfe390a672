//! The operations as awaited calls. `netbird_tokens._async_client` has the coroutines that await them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use netbird_tokens::{CancelToken, Client as CoreClient, Error, Operation, Result as CoreResult, RotationStep};
use pyo3::BoundObject;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::delivery;
use super::outcome::{Cancelled, Ended, Plan};
use super::slot::{Interruptible, Slot};
use crate::arguments::{flag, optional, text};
use crate::audit::{self, Audit};
use crate::cancel::Cancellation;
use crate::client::Client;
use crate::login::{Begin, DeviceLogin, LoginArguments};
use crate::requests::{self, RotateArguments};
use crate::rotation::{self, Rotation};
use crate::session::LoginSession;
use crate::token::{CreatedToken, Token, TokenList};
use crate::user::{User, UserList};
use crate::{call, check, error, logging};

type Any<'py> = Bound<'py, PyAny>;
type Given<'a, 'py> = Option<&'a Any<'py>>;

/// An awaited call that the core has begun, and its outcome. For the coroutines of AsyncClient.
///
/// Each static method begins one and has the asyncio.Future done when it has ended. Letting go of it interrupts the call, and
/// undoes a result that was not taken.
#[pyclass(frozen, module = "netbird_tokens._native")]
pub(crate) struct AwaitedCall {
    slot: Arc<Slot>,
    pid: u32,
}

impl Drop for AwaitedCall {
    fn drop(&mut self) {
        // What a forked child inherits, its parent goes on with.
        if self.pid == std::process::id() {
            logging::in_background(|| drop(self.slot.interrupt()));
        } else {
            Box::leak(Box::new(Arc::clone(&self.slot)));
        }
    }
}

/// The call, with a panic as an error. Nothing of ours that a panic leaves half-changed is ever seen later.
async fn guarded<T>(call: impl Future<Output = CoreResult<T>>) -> CoreResult<T> {
    let mut call = pin!(call);
    std::future::poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(Error::bug())))
    })
    .await
}

impl AwaitedCall {
    /// Has the core's engine make the call. Each of `cancellations` can end it.
    fn begin<T: Send + 'static>(
        future: &Any<'_>,
        cancellations: &[Arc<Cancellation>],
        plan: Plan<T>,
        call: impl Future<Output = CoreResult<T>> + Send + 'static,
    ) -> PyResult<Self> {
        let py = future.py();
        if call::is_finalizing(py)? || !delivery::start() {
            return Err(call::finalizing());
        }
        logging::before_call(py)?;
        let Plan { give, undo, interrupted } = plan;
        let cancelled = cancellations.iter().any(|each| each.is_cancelled()).then(&interrupted);
        let slot = Slot::new(future.clone().unbind(), interrupted);
        if let Some(error) = cancelled {
            slot.end(Box::new(Cancelled(error)));
        } else {
            let ending = Arc::clone(&slot);
            let running = netbird_tokens::spawn(async move {
                let result = guarded(call).await;
                ending.end(Box::new(Ended { result, give, undo }));
            });
            slot.keep(running.map_err(|error| error::raise(py, &error))?);
            for each in cancellations {
                let slot: Arc<dyn Interruptible> = Arc::clone(&slot) as _;
                each.watch(Arc::downgrade(&slot));
            }
        }
        Ok(AwaitedCall { slot, pid: std::process::id() })
    }

    /// A call of a client. `undo` gets a result that nobody takes.
    fn of_client<T: Send + 'static, F>(
        future: &Any<'_>,
        client: &Client,
        operation: Operation,
        call: impl FnOnce(Arc<CoreClient>) -> F,
        give: fn(Python<'_>, T) -> PyResult<Py<PyAny>>,
        undo: fn(&CoreClient, T),
    ) -> PyResult<Self>
    where
        F: Future<Output = CoreResult<T>> + Send + 'static,
    {
        let core = client.open(future.py())?;
        let undoing = Arc::clone(&core);
        let undo = Box::new(move |result| {
            undo(&undoing, result);
            Some(operation.interrupted())
        });
        let plan = Plan { give, undo, interrupted: Box::new(move || operation.interrupted()) };
        AwaitedCall::begin(future, client.cancellations(), plan, call(core))
    }

    /// A step of a rotation.
    fn of_rotation<F>(
        future: &Any<'_>,
        cancellations: &[Arc<Cancellation>],
        step: RotationStep,
        call: F,
    ) -> PyResult<Self>
    where
        F: Future<Output = CoreResult<()>> + Send + 'static,
    {
        // One that succeeded needs no explanation: the record tells.
        let plan = Plan { give: nothing, undo: Box::new(|()| None), interrupted: Box::new(move || step.interrupted()) };
        AwaitedCall::begin(future, cancellations, plan, call)
    }

    /// A call of a login or of its session. Both keep what it changed, so a result that nobody takes needs no undoing.
    fn of_login<T: Send + 'static>(
        future: &Any<'_>,
        cancellations: &[Arc<Cancellation>],
        call: impl Future<Output = CoreResult<T>> + Send + 'static,
        give: fn(Python<'_>, T) -> PyResult<Py<PyAny>>,
    ) -> PyResult<Self> {
        let plan =
            Plan { give, undo: Box::new(|_| Some(call::interrupted())), interrupted: Box::new(call::interrupted) };
        AwaitedCall::begin(future, cancellations, plan, call)
    }
}

fn object<'py, T: IntoPyObject<'py>>(py: Python<'py>, value: T) -> PyResult<Py<PyAny>>
where
    PyErr: From<T::Error>,
{
    Ok(value.into_pyobject(py)?.into_any().unbind())
}

fn nothing(py: Python<'_>, (): ()) -> PyResult<Py<PyAny>> {
    Ok(py.None())
}

fn owned(name: &str, given: Given<'_, '_>) -> PyResult<Option<String>> {
    Ok(optional(name, given, text)?.map(str::to_owned))
}

#[pymethods]
impl AwaitedCall {
    #[staticmethod]
    #[pyo3(signature = (future, client, user_id, /))]
    fn list_tokens(future: &Any<'_>, client: &Client, user_id: Given<'_, '_>) -> PyResult<Self> {
        let user_id = owned("user_id", user_id)?;
        let call = |client: Arc<CoreClient>| async move { client.list_tokens_async(user_id.as_deref()).await };
        let give = |py: Python<'_>, tokens| object(py, TokenList::new(tokens));
        AwaitedCall::of_client(future, client, Operation::ListTokens, call, give, |_, _| ())
    }

    #[staticmethod]
    #[pyo3(signature = (future, client, token_id, user_id, /))]
    fn get_token(future: &Any<'_>, client: &Client, token_id: &Any<'_>, user_id: Given<'_, '_>) -> PyResult<Self> {
        let (token_id, user_id) = (text("token_id", token_id)?.to_owned(), owned("user_id", user_id)?);
        let call = |client: Arc<CoreClient>| async move { client.get_token_async(&token_id, user_id.as_deref()).await };
        let give = |py: Python<'_>, token| object(py, Token::new(token));
        AwaitedCall::of_client(future, client, Operation::GetToken, call, give, |_, _| ())
    }

    #[staticmethod]
    #[pyo3(signature = (future, client, name, expires_in_days, tag, user_id, /))]
    fn create_token(
        future: &Any<'_>,
        client: &Client,
        name: &Any<'_>,
        expires_in_days: Given<'_, '_>,
        tag: Given<'_, '_>,
        user_id: Given<'_, '_>,
    ) -> PyResult<Self> {
        let new = requests::new_token(name, expires_in_days, tag)?;
        let user_id = owned("user_id", user_id)?;
        let call = |client: Arc<CoreClient>| async move { client.create_token_async(&new, user_id.as_deref()).await };
        let give = |py: Python<'_>, created| object(py, CreatedToken::new(created));
        AwaitedCall::of_client(future, client, Operation::CreateToken, call, give, CoreClient::discard)
    }

    #[staticmethod]
    #[pyo3(signature = (future, client, token_id, user_id, /))]
    fn delete_token(future: &Any<'_>, client: &Client, token_id: &Any<'_>, user_id: Given<'_, '_>) -> PyResult<Self> {
        let (token_id, user_id) = (text("token_id", token_id)?.to_owned(), owned("user_id", user_id)?);
        let call =
            |client: Arc<CoreClient>| async move { client.delete_token_async(&token_id, user_id.as_deref()).await };
        AwaitedCall::of_client(future, client, Operation::DeleteToken, call, nothing, |_, ()| ())
    }

    #[staticmethod]
    #[pyo3(signature = (future, client, /))]
    fn current_user(future: &Any<'_>, client: &Client) -> PyResult<Self> {
        let call = |client: Arc<CoreClient>| async move { client.current_user_async().await };
        let give = |py: Python<'_>, user| object(py, User::new(user));
        AwaitedCall::of_client(future, client, Operation::CurrentUser, call, give, |_, _| ())
    }

    #[staticmethod]
    #[pyo3(signature = (future, client, /))]
    fn list_users(future: &Any<'_>, client: &Client) -> PyResult<Self> {
        let call = |client: Arc<CoreClient>| async move { client.list_users_async().await };
        let give = |py: Python<'_>, users| object(py, UserList::new(users));
        AwaitedCall::of_client(future, client, Operation::ListUsers, call, give, |_, _| ())
    }

    #[staticmethod]
    #[pyo3(signature = (future, client, /))]
    fn check_credential(future: &Any<'_>, client: &Client) -> PyResult<Self> {
        let call = |client: Arc<CoreClient>| async move { client.check_credential_async().await };
        let give = |py: Python<'_>, found| check::to_python(py, found).map(Bound::unbind);
        AwaitedCall::of_client(future, client, Operation::CheckCredential, call, give, |_, _| ())
    }

    #[staticmethod]
    #[allow(clippy::too_many_arguments, reason = "they are keywords of AsyncClient.rotate_token")]
    #[pyo3(signature = (future, client, token_id, name, new_name, expires_in_days, tag, adopt, prepare_only, user_id, /))]
    fn rotate_token(
        future: &Any<'_>,
        client: &Bound<'_, Client>,
        token_id: Given<'_, '_>,
        name: Given<'_, '_>,
        new_name: Given<'_, '_>,
        expires_in_days: Given<'_, '_>,
        tag: Given<'_, '_>,
        adopt: Given<'_, '_>,
        prepare_only: Given<'_, '_>,
        user_id: Given<'_, '_>,
    ) -> PyResult<Self> {
        let arguments = RotateArguments { token_id, name, new_name, expires_in_days, tag, adopt, prepare_only };
        let rotate = arguments.read(future.py())?;
        let user_id = owned("user_id", user_id)?;
        let call =
            |client: Arc<CoreClient>| async move { client.rotate_token_async(&rotate, user_id.as_deref()).await };
        let give = |py: Python<'_>, rotation| object(py, Rotation::new(rotation));
        let undo = |_: &CoreClient, rotation: netbird_tokens::Rotation| rotation.discard();
        AwaitedCall::of_client(future, client.get(), Operation::RotateToken, call, give, undo)
    }

    #[staticmethod]
    #[pyo3(signature = (future, client, record, plain_token, /))]
    fn resume_rotation(
        future: &Any<'_>,
        client: &Client,
        record: &Any<'_>,
        plain_token: Given<'_, '_>,
    ) -> PyResult<Self> {
        let record = rotation::from_mapping("record", record)?;
        let plain_token = optional("plain_token", plain_token, crate::credential::secret)?;
        let call =
            |client: Arc<CoreClient>| async move { client.resume_rotation_async(&record, plain_token.as_ref()).await };
        let give = |py: Python<'_>, record| rotation::to_dict(py, &record).map(Bound::unbind);
        AwaitedCall::of_client(future, client, Operation::ResumeRotation, call, give, |_, _| ())
    }

    #[staticmethod]
    #[pyo3(signature = (future, client, expiring_within, unused_for, concurrency, time_limit, /))]
    fn audit_tokens(
        future: &Any<'_>,
        client: &Client,
        expiring_within: Given<'_, '_>,
        unused_for: Given<'_, '_>,
        concurrency: Given<'_, '_>,
        time_limit: Given<'_, '_>,
    ) -> PyResult<Self> {
        let options = requests::audit_options(expiring_within, unused_for, concurrency, time_limit)?;
        let call = |client: Arc<CoreClient>| async move { client.audit_tokens_async(&options).await };
        let give = |py: Python<'_>, audit| object(py, Audit::new(audit));
        AwaitedCall::of_client(future, client, Operation::AuditTokens, call, give, |_, _| ())
    }

    /// The next result of an audit; None at its end.
    #[staticmethod]
    #[pyo3(signature = (future, client, audit, /))]
    fn next_of_audit(future: &Any<'_>, client: &Client, audit: &Audit) -> PyResult<Self> {
        let give = |py: Python<'_>, next: Option<_>| match next {
            Some(result) => audit::user_audit(py, result).map(Bound::unbind),
            None => Ok(py.None()),
        };
        let undo = Box::new({
            let kept = audit.kept();
            move |result| {
                kept.keep(result);
                Some(Operation::AuditTokens.interrupted())
            }
        });
        let plan = Plan { give, undo, interrupted: Box::new(|| Operation::AuditTokens.interrupted()) };
        AwaitedCall::begin(future, client.cancellations(), plan, audit.next_async())
    }

    #[staticmethod]
    #[pyo3(signature = (future, client, rotation, /))]
    fn create_in_rotation(future: &Any<'_>, client: &Client, rotation: &Rotation) -> PyResult<Self> {
        let rotation = rotation.core()?;
        let call = async move { rotation.create_async().await };
        AwaitedCall::of_rotation(future, client.cancellations(), RotationStep::Create, call)
    }

    #[staticmethod]
    #[pyo3(signature = (future, client, rotation, keep_old, /))]
    fn commit_rotation(
        future: &Any<'_>,
        client: &Client,
        rotation: &Rotation,
        keep_old: Given<'_, '_>,
    ) -> PyResult<Self> {
        let keep_old = optional("keep_old", keep_old, flag)?.unwrap_or_default();
        let rotation = rotation.core()?;
        let call = async move { rotation.commit_async(keep_old).await };
        AwaitedCall::of_rotation(future, client.cancellations(), RotationStep::Commit, call)
    }

    /// A token that was cancelled before does not keep it from being done.
    #[staticmethod]
    #[pyo3(signature = (future, client, rotation, /))]
    fn abort_rotation(future: &Any<'_>, client: &Client, rotation: &Rotation) -> PyResult<Self> {
        let rotation = rotation.core()?;
        let call = async move { rotation.abort_async().await };
        let live: Vec<_> = client.cancellations().iter().filter(|each| !each.is_cancelled()).map(Arc::clone).collect();
        AwaitedCall::of_rotation(future, &live, RotationStep::Abort, call)
    }

    /// Revokes the successor in the background: the abort was interrupted.
    #[staticmethod]
    #[pyo3(signature = (rotation, /))]
    fn abort_in_background(rotation: &Rotation) -> PyResult<()> {
        let handle = rotation.core()?.with_cancel(&CancelToken::new());
        logging::in_background(|| handle.discard());
        Ok(())
    }

    #[staticmethod]
    #[allow(clippy::too_many_arguments, reason = "they are keywords of start_login_async")]
    #[pyo3(signature = (
        future, management_url, issuer, client_id, audience, scope, endpoint_host, from_env, cancel, options, /
    ))]
    fn start_login(
        future: &Any<'_>,
        management_url: Given<'_, '_>,
        issuer: Given<'_, '_>,
        client_id: Given<'_, '_>,
        audience: Given<'_, '_>,
        scope: Given<'_, '_>,
        endpoint_host: Given<'_, '_>,
        from_env: Given<'_, '_>,
        cancel: Given<'_, '_>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let options = Some(options);
        let arguments = LoginArguments {
            management_url,
            issuer,
            client_id,
            audience,
            scope,
            endpoint_host,
            from_env,
            cancel,
            options,
        };
        let Begin { client, login, cancellations } = arguments.read("start_login_async")?;
        let ending = cancellations.clone();
        let call = async move {
            let begun = netbird_tokens::start_login_async(client, login).await?;
            Ok(DeviceLogin::new(begun, ending))
        };
        AwaitedCall::of_login(future, &cancellations, call, |py, login| Ok(Py::new(py, login)?.into_any()))
    }

    #[staticmethod]
    #[pyo3(signature = (future, login, /))]
    fn poll_login(future: &Any<'_>, login: &DeviceLogin) -> PyResult<Self> {
        let core = login.core().clone();
        let call = async move { core.poll_async().await };
        let give = |py: Python<'_>, session: Option<_>| object(py, session.map(LoginSession::new));
        AwaitedCall::of_login(future, login.cancellations(), call, give)
    }

    #[staticmethod]
    #[pyo3(signature = (future, login, /))]
    fn wait_for_login(future: &Any<'_>, login: &DeviceLogin) -> PyResult<Self> {
        let core = login.core().clone();
        let call = async move { core.wait_async().await };
        AwaitedCall::of_login(future, login.cancellations(), call, |py, session| object(py, LoginSession::new(session)))
    }

    #[staticmethod]
    #[pyo3(signature = (future, session, /))]
    fn refresh_session(future: &Any<'_>, session: &LoginSession) -> PyResult<Self> {
        let core = session.core().clone();
        let call = async move { core.refresh_async().await };
        AwaitedCall::of_login(future, session.cancellations(), call, nothing)
    }

    /// Whether nothing is left to do.
    #[staticmethod]
    #[pyo3(signature = (rotation, /))]
    fn rotation_is_finished(rotation: &Rotation) -> PyResult<bool> {
        rotation.is_finished()
    }

    /// Lets an exception go on although the abort failed.
    #[staticmethod]
    #[pyo3(signature = (rotation, failed, exception, /))]
    fn abort_failed(rotation: &Rotation, failed: Any<'_>, exception: &Any<'_>) -> PyResult<()> {
        rotation.abort_failed(failed.py(), PyErr::from_value(failed), exception)
    }

    /// Waits for the interrupted creates of a client, which need not be open. Gives whether they are finished.
    #[staticmethod]
    #[pyo3(signature = (future, client, /))]
    fn close(future: &Any<'_>, client: &Client) -> PyResult<Self> {
        let core = client.close_core();
        let call = async move {
            match core {
                Some(core) => Ok(core.close_async().await),
                None => Ok(true),
            }
        };
        let give = |py: Python<'_>, finished: bool| object(py, finished);
        let plan = Plan { give, undo: Box::new(|_| None), interrupted: Box::new(call::interrupted) };
        AwaitedCall::begin(future, &[], plan, call)
    }

    /// The outcome, once: returns the result or raises the error.
    fn take(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match self.slot.take() {
            Some(outcome) => outcome.give(py),
            None => Err(error::raise(py, &Error::bug())),
        }
    }

    /// Interrupts the call, or undoes its result.
    ///
    /// Returns:
    ///     What that means, as an exception. None if the outcome was taken, or needs no explanation.
    fn interrupt<'py>(&self, py: Python<'py>) -> PyResult<Option<Any<'py>>> {
        self.slot.interrupt().map(|error| error::instance(py, &error)).transpose()
    }
}
