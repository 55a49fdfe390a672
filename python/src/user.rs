//! Users of the account.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use netbird_tokens::{User as CoreUser, UserFields};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict};

use crate::arguments::{flag, optional, text};
use crate::instant;
use crate::pickle;
use crate::repr::Repr;
use crate::sequence::sequence;
use crate::value;

type Any<'py> = Bound<'py, PyAny>;

const FIELDS: &[&str] = &[
    "id",
    "name",
    "email",
    "role",
    "status",
    "is_current",
    "is_service_user",
    "is_blocked",
    "pending_approval",
    "last_login",
];

/// A person or a service user of the NetBird account, as the server describes it.
///
/// Immutable, compared by value, can be pickled, and usable in sets and in match statements. Attributes are made when
/// read. Datetimes are timezone-aware, in UTC, truncated to microseconds.
///
/// Build one in your tests. What repr() shows builds an equal one.
///
/// Args:
///     id: See the attribute of that name, as for the others.
///     name: The display name.
///     email: The email address.
///     role: The role.
///     status: The status.
///     is_current: Whether the credential in use is this user's.
///     is_service_user: Whether it is a service user.
///     is_blocked: Whether an administrator has blocked it.
///     pending_approval: Whether it is waiting for an administrator's approval.
///     last_login: A timezone-aware datetime, RFC 3339 as str, or None.
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

/// A member of an enum. Its module is imported here, as few programs need it.
fn named<'py>(py: Python<'py>, class: &str, text: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import(intern!(py, "netbird_tokens._names"))?.call_method1(class, (text,))
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
    #[new]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(
        signature = (
            *, id, name, email, role, status, is_current, is_service_user, is_blocked, pending_approval, last_login=None
        )
    )]
    fn from_fields(
        id: &Any<'_>,
        name: &Any<'_>,
        email: &Any<'_>,
        role: &Any<'_>,
        status: &Any<'_>,
        is_current: &Any<'_>,
        is_service_user: &Any<'_>,
        is_blocked: &Any<'_>,
        pending_approval: &Any<'_>,
        last_login: Option<&Any<'_>>,
    ) -> PyResult<Self> {
        let fields = UserFields {
            id: text("id", id)?.to_owned(),
            name: text("name", name)?.to_owned(),
            email: text("email", email)?.to_owned(),
            role: text("role", role)?.to_owned(),
            status: text("status", status)?.to_owned(),
            is_current: flag("is_current", is_current)?,
            is_service_user: flag("is_service_user", is_service_user)?,
            is_blocked: flag("is_blocked", is_blocked)?,
            pending_approval: flag("pending_approval", pending_approval)?,
            last_login: optional("last_login", last_login, instant::from_field)?,
        };
        Ok(User::new(fields.into()))
    }

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

    /// owner, admin, network_admin, auditor, user, billing_admin, or one that a newer server adds. A Role, which is a str.
    #[getter]
    fn role<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        named(py, "Role", self.core().role())
    }

    /// active, invited, blocked, or one that a newer server adds. A UserStatus, which is a str.
    #[getter]
    fn status<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        named(py, "UserStatus", self.core().status())
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

    /// The user as plain data.
    ///
    /// Returns:
    ///     A dict with the attributes under their names.
    fn as_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        value::as_dict(slf, FIELDS)
    }

    /// The same user with other values for some attributes. Also copy.replace(), from Python 3.13 on.
    ///
    /// Args:
    ///     **changes: The attributes to change.
    #[pyo3(signature = (**changes))]
    fn replace<'py>(slf: &Bound<'py, Self>, changes: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        value::replace(slf, FIELDS, &[("last_login", slf.get().core().last_login())], changes)
    }

    #[pyo3(signature = (**changes))]
    fn __replace__<'py>(slf: &Bound<'py, Self>, changes: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        User::replace(slf, changes)
    }

    pub(crate) fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let user = self.core();
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
            .optional_instant("last_login", user.last_login())
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
