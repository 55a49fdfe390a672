//! Users of the account.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use netbird_tokens::User as CoreUser;
use pyo3::prelude::*;
use pyo3::types::PyDateTime;

use crate::instant;
use crate::pickle;
use crate::repr::Repr;
use crate::sequence::sequence;

/// A person or a service user of the NetBird account, as the server describes it.
///
/// Immutable, compared by value, can be pickled, and usable in sets and in match statements. Attributes are made when
/// read. Datetimes are timezone-aware, in UTC, truncated to microseconds.
#[pyclass(frozen, module = "netbird_tokens", eq, hash)]
#[derive(Clone)]
pub(crate) struct User {
    list: Arc<Vec<CoreUser>>,
    index: usize,
}

impl User {
    pub(crate) fn new(core: CoreUser) -> Self {
        User { list: Arc::new(vec![core]), index: 0 }
    }

    /// One of a list; the index must be within it.
    pub(crate) fn at(list: Arc<Vec<CoreUser>>, index: usize) -> Self {
        User { list, index }
    }

    pub(crate) fn core(&self) -> &CoreUser {
        &self.list[self.index]
    }
}

impl PartialEq for User {
    fn eq(&self, other: &Self) -> bool {
        self.core() == other.core()
    }
}

impl Hash for User {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.core().hash(state);
    }
}

#[pymethods]
impl User {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str, &'static str, &'static str) {
        ("id", "name", "email", "role")
    }

    /// The user id, as token calls take it.
    #[getter]
    fn id(&self) -> &str {
        self.core().id()
    }

    /// The display name; not unique.
    #[getter]
    fn name(&self) -> &str {
        self.core().name()
    }

    /// The email address; empty for a service user.
    #[getter]
    fn email(&self) -> &str {
        self.core().email()
    }

    /// owner, admin, network_admin, auditor, user, billing_admin, or one that a newer server adds.
    #[getter]
    fn role(&self) -> &str {
        self.core().role()
    }

    /// active, invited, blocked, or one that a newer server adds.
    #[getter]
    fn status(&self) -> &str {
        self.core().status()
    }

    /// Whether the credential in use is this user's.
    #[getter]
    fn is_current(&self) -> bool {
        self.core().is_current()
    }

    /// Whether it is a service user.
    #[getter]
    fn is_service_user(&self) -> bool {
        self.core().is_service_user()
    }

    /// Whether an administrator has blocked it.
    #[getter]
    fn is_blocked(&self) -> bool {
        self.core().is_blocked()
    }

    /// Whether it is waiting for an administrator's approval.
    #[getter]
    fn pending_approval(&self) -> bool {
        self.core().pending_approval()
    }

    /// When it last logged in; None for never. Service users never log in.
    #[getter]
    fn last_login<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        self.core().last_login().map(|time| instant::to_datetime(py, time)).transpose()
    }

    pub(crate) fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let user = self.core();
        let last_login = user.last_login().map_or_else(|| "None".to_owned(), |time| time.to_string());
        Ok(Repr::new(py, "User")
            .text("id", user.id())?
            .text("name", user.name())?
            .text("email", user.email())?
            .text("role", user.role())?
            .text("status", user.status())?
            .flag("is_current", user.is_current())
            .flag("is_service_user", user.is_service_user())
            .flag("is_blocked", user.is_blocked())
            .flag("pending_approval", user.pending_approval())
            .field("last_login", last_login)
            .finish())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<pickle::Reduced<'py, pickle::UserState>> {
        pickle::reduce_user(py, self.core())
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

sequence! {
    /// An immutable sequence of users.
    ///
    /// It indexes, slices, iterates and compares like a list, and can be pickled. Each User is made when it is requested.
    UserList, UserIterator, User, CoreUser, "UserList", pickle::UserState, pickle::reduce_users
}
