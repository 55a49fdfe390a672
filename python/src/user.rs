//! Users of the account.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use netbird_tokens::User as CoreUser;
use pyo3::prelude::*;
use pyo3::types::PyDateTime;

use crate::instant;
use crate::repr::Repr;
use crate::sequence::sequence;

/// A person or a service user of the NetBird account, as the server describes it.
///
/// Immutable, compared by value, usable in sets and in match statements. Attributes are made when read. Datetimes are
/// timezone-aware, in UTC.
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

    /// What token calls take as user_id (str).
    #[getter]
    fn id(&self) -> &str {
        self.core().id()
    }

    /// The display name (str); not unique.
    #[getter]
    fn name(&self) -> &str {
        self.core().name()
    }

    /// The address (str); empty for a service user.
    #[getter]
    fn email(&self) -> &str {
        self.core().email()
    }

    /// The role (str): owner, admin, network_admin, auditor, user, billing_admin, or one that a newer server adds.
    #[getter]
    fn role(&self) -> &str {
        self.core().role()
    }

    /// The status (str): active, invited, blocked, or one that a newer server adds.
    #[getter]
    fn status(&self) -> &str {
        self.core().status()
    }

    /// Whether the credential in use is this user's (bool).
    #[getter]
    fn is_current(&self) -> bool {
        self.core().is_current()
    }

    /// Whether it is a service user (bool).
    #[getter]
    fn is_service_user(&self) -> bool {
        self.core().is_service_user()
    }

    /// Whether an administrator has blocked it (bool).
    #[getter]
    fn is_blocked(&self) -> bool {
        self.core().is_blocked()
    }

    /// Whether it waits for an administrator's approval (bool).
    #[getter]
    fn pending_approval(&self) -> bool {
        self.core().pending_approval()
    }

    /// When it last logged in (datetime), or None for never, as service users always.
    #[getter]
    fn last_login<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        self.core().last_login().map(|time| instant::to_datetime(py, time)).transpose()
    }

    pub(crate) fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let user = self.core();
        let last_login = user.last_login().map_or_else(|| "None".to_owned(), instant::to_text);
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
    /// It indexes, slices, iterates and compares like a list. Each User is made when it is asked for.
    UserList, UserIterator, User, CoreUser, "UserList"
}
