//! The mock server in this process, with JSON as arguments and results. `netbird_tokens.testing` is its Python API.

use arc_swap::ArcSwapOption;
use netbird_mock::MockServer as CoreServer;
use netbird_mock::world::WorldError;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call;

fn read<T: DeserializeOwned>(json: &str) -> PyResult<T> {
    serde_json::from_str(json).map_err(|error| PyValueError::new_err(error.to_string()))
}

fn write<T: Serialize + ?Sized>(value: &T) -> PyResult<String> {
    serde_json::to_string(value).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}

fn wrong(error: WorldError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// A server and the process whose threads serve it: a fork has none of them.
struct Running {
    server: Option<CoreServer>,
    pid: u32,
}

impl Running {
    fn is_ours(&self) -> bool {
        self.pid == std::process::id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_ours() {
            // Stopping it would wait for a thread that only the parent has.
            Box::leak(Box::new(self.server.take()));
        }
    }
}

/// A NetBird token server in this process, for tests. Use netbird_tokens.testing.MockNetBird.
///
/// Args:
///     world: What the server starts with, as JSON.
#[pyclass(frozen, module = "netbird_tokens._native")]
pub(crate) struct MockServer {
    // Empty once stopped.
    running: ArcSwapOption<Running>,
}

impl MockServer {
    /// Does something with the server, without the GIL.
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&CoreServer) -> T + Send) -> PyResult<T> {
        let running = self.running.load_full();
        let Some(running) = running else {
            return Err(PyRuntimeError::new_err("the mock server is stopped"));
        };
        if !running.is_ours() {
            return Err(PyRuntimeError::new_err("the mock server belongs to the process that started it"));
        }
        let done = call::detached(py, || running.server.as_ref().map(work))?;
        done.ok_or_else(|| PyRuntimeError::new_err("the mock server is stopped"))
    }
}

#[pymethods]
impl MockServer {
    #[new]
    fn py_new(py: Python<'_>, world: &str) -> PyResult<Self> {
        let world = read(world)?;
        let server = call::detached(py, || CoreServer::start(world))??;
        let running = Running { server: Some(server), pid: std::process::id() };
        Ok(MockServer { running: ArcSwapOption::from_pointee(running) })
    }

    fn url(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, CoreServer::url)
    }

    fn ca_pem(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, CoreServer::ca_pem)
    }

    fn seeded(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, |server| write(server.seeded()))?
    }

    fn add_user(&self, py: Python<'_>, user: &str) -> PyResult<String> {
        let user = read(user)?;
        self.with(py, |server| server.add_user(user))?.map_err(wrong)
    }

    fn add_token(&self, py: Python<'_>, user_id: &str, token: &str) -> PyResult<String> {
        let token = read(token)?;
        write(&self.with(py, |server| server.add_token(user_id, token))?.map_err(wrong)?)
    }

    fn tokens(&self, py: Python<'_>, user_id: &str) -> PyResult<String> {
        write(&self.with(py, |server| server.tokens(user_id))?)
    }

    fn plain_of(&self, py: Python<'_>, token_id: &str) -> PyResult<Option<String>> {
        self.with(py, |server| server.plain_of(token_id))
    }

    fn issue_jwt(&self, py: Python<'_>, user_id: &str, valid_for_secs: i64) -> PyResult<String> {
        self.with(py, |server| server.issue_jwt(user_id, valid_for_secs))
    }

    fn approve_login(&self, py: Python<'_>, user_code: &str, user_id: &str) -> PyResult<()> {
        self.with(py, |server| server.approve_login(user_code, user_id))?.map_err(wrong)
    }

    fn deny_login(&self, py: Python<'_>, user_code: &str) -> PyResult<()> {
        self.with(py, |server| server.deny_login(user_code))?.map_err(wrong)
    }

    fn set_clock(&self, py: Python<'_>, now: &str) -> PyResult<()> {
        self.with(py, |server| server.set_clock(now))?.map_err(wrong)
    }

    fn advance_clock(&self, py: Python<'_>, secs: i64) -> PyResult<()> {
        self.with(py, |server| server.advance_clock(secs))
    }

    fn set_clock_step(&self, py: Python<'_>, secs: u32) -> PyResult<()> {
        self.with(py, |server| server.set_clock_step(secs))
    }

    fn now(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, CoreServer::now)
    }

    fn push_fault(&self, py: Python<'_>, fault: &str) -> PyResult<()> {
        let fault = read(fault)?;
        self.with(py, |server| server.push_fault(fault))
    }

    fn clear_faults(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, CoreServer::clear_faults)
    }

    fn release_held(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, CoreServer::release_held)
    }

    fn requests(&self, py: Python<'_>) -> PyResult<String> {
        write(&self.with(py, CoreServer::requests)?)
    }

    fn take_requests(&self, py: Python<'_>) -> PyResult<String> {
        write(&self.with(py, CoreServer::take_requests)?)
    }

    fn close_idle_connections(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, CoreServer::close_idle_connections)
    }

    /// Stops the server and closes its ports; stopping twice is fine.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        let running = self.running.swap(None);
        call::detached(py, move || drop(running))
    }
}
