//! Tokens: one, a list of them, and one that was just created.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use netbird_tokens::{CreatedToken as CoreCreatedToken, Token as CoreToken, TokenFields};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDict};

use crate::arguments::{optional, text};
use crate::error;
use crate::instant;
use crate::pickle;
use crate::repr::Repr;
use crate::secret::Secret;
use crate::sequence::sequence;
use crate::value;

type Any<'py> = Bound<'py, PyAny>;

const FIELDS: &[&str] = &["id", "name", "expiration_date", "created_at", "created_by", "last_used", "user_id"];

/// A personal access token as the server describes it, without its secret.
///
/// Immutable, compared by value, can be pickled, and usable in sets and in match statements. Attributes are made when
/// read. Datetimes are timezone-aware, in UTC, truncated to microseconds; an instant that a datetime cannot hold (RFC 3339
/// can write some around the years 1 and 9999 with an offset) becomes the nearest one.
///
/// Build one in your tests. What repr() shows builds an equal one.
///
/// Args:
///     id: See the attribute of that name, as for the others.
///     name: The name.
///     expiration_date: A timezone-aware datetime, or RFC 3339 as str.
///     created_at: The same.
///     created_by: The creator's user id.
///     last_used: The same as the dates, or None.
///     user_id: The owner's user id.
#[pyclass(frozen, module = "netbird_tokens", eq, hash)]
#[derive(Clone)]
pub(crate) struct Token {
    // Shares the list it came in: smaller and faster than a copy of its item.
    list: Arc<Vec<CoreToken>>,
    index: usize,
}

impl Token {
    pub(crate) fn new(core: CoreToken) -> Self {
        Token { list: Arc::new(vec![core]), index: 0 }
    }

    /// One of a list; the index must be within it.
    pub(crate) fn at(list: Arc<Vec<CoreToken>>, index: usize) -> Self {
        Token { list, index }
    }

    pub(crate) fn core(&self) -> &CoreToken {
        &self.list[self.index]
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.core() == other.core()
    }
}

impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.core().hash(state);
    }
}

#[pymethods]
impl Token {
    #[new]
    #[pyo3(signature = (*, id, name, expiration_date, created_at, created_by, last_used=None, user_id))]
    fn from_fields(
        id: &Any<'_>,
        name: &Any<'_>,
        expiration_date: &Any<'_>,
        created_at: &Any<'_>,
        created_by: &Any<'_>,
        last_used: Option<&Any<'_>>,
        user_id: &Any<'_>,
    ) -> PyResult<Self> {
        let fields = TokenFields {
            id: text("id", id)?.to_owned(),
            name: text("name", name)?.to_owned(),
            expiration_date: instant::from_field("expiration_date", expiration_date)?,
            created_at: instant::from_field("created_at", created_at)?,
            created_by: text("created_by", created_by)?.to_owned(),
            last_used: optional("last_used", last_used, instant::from_field)?,
            user_id: text("user_id", user_id)?.into(),
        };
        Ok(Token::new(fields.into()))
    }

    #[classattr]
    fn __match_args__()
    -> (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str) {
        ("id", "name", "expiration_date", "created_at", "created_by", "last_used", "user_id")
    }

    /// The token's id, 20 characters chosen by the server. Not a secret.
    #[getter]
    fn id(&self) -> &str {
        self.core().id()
    }

    /// The name it was given; not unique.
    #[getter]
    fn name(&self) -> &str {
        self.core().name()
    }

    /// When it stops working.
    #[getter]
    fn expiration_date<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        instant::to_datetime(py, self.core().expiration_date())
    }

    /// When it was created.
    #[getter]
    fn created_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        instant::to_datetime(py, self.core().created_at())
    }

    /// The id of the user who created it, which need not be the one who owns it.
    #[getter]
    fn created_by(&self) -> &str {
        self.core().created_by()
    }

    /// When it last authenticated a request; None for never. Reading a token with that same token counts as a use.
    #[getter]
    fn last_used<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        self.core().last_used().map(|time| instant::to_datetime(py, time)).transpose()
    }

    /// The id of the user who owns it: the one whose tokens were requested.
    #[getter]
    fn user_id(&self) -> &str {
        self.core().user_id()
    }

    /// Whether the server refuses it at an instant.
    ///
    /// Args:
    ///     now: A timezone-aware datetime; None for the present.
    ///
    /// Raises:
    ///     InvalidArgumentError: now has no time zone.
    #[pyo3(signature = (now=None))]
    fn is_expired(&self, now: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        Ok(self.core().is_expired(instant::from_datetime("now", now)?))
    }

    /// Whole days of 24 hours until it expires, rounded down: 0 on the last day, negative once expired.
    ///
    /// Args:
    ///     now: A timezone-aware datetime; None for the present.
    ///
    /// Raises:
    ///     InvalidArgumentError: now has no time zone.
    #[pyo3(signature = (now=None))]
    fn days_left(&self, now: Option<&Bound<'_, PyAny>>) -> PyResult<i64> {
        Ok(self.core().days_left(instant::from_datetime("now", now)?))
    }

    /// The token as plain data.
    ///
    /// Returns:
    ///     A dict with the attributes under their names.
    pub(crate) fn as_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        value::as_dict(slf, FIELDS)
    }

    /// The same token with other values for some attributes. Also copy.replace(), from Python 3.13 on.
    ///
    /// Args:
    ///     **changes: The attributes to change.
    #[pyo3(signature = (**changes))]
    fn replace<'py>(slf: &Bound<'py, Self>, changes: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        let token = slf.get().core();
        let exact = [
            ("expiration_date", Some(token.expiration_date())),
            ("created_at", Some(token.created_at())),
            ("last_used", token.last_used()),
        ];
        value::replace(slf, FIELDS, &exact, changes)
    }

    #[pyo3(signature = (**changes))]
    fn __replace__<'py>(slf: &Bound<'py, Self>, changes: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        Token::replace(slf, changes)
    }

    pub(crate) fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let token = self.core();
        Ok(Repr::new(py, "Token")
            .text("id", token.id())?
            .text("name", token.name())?
            .instant("expiration_date", token.expiration_date())
            .instant("created_at", token.created_at())
            .text("created_by", token.created_by())?
            .optional_instant("last_used", token.last_used())
            .text("user_id", token.user_id())?
            .finish())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<pickle::Reduced<'py, pickle::TokenState>> {
        pickle::reduce_token(py, self.core())
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
    /// An immutable sequence of tokens, in no particular order.
    ///
    /// It indexes, slices, iterates and compares like a list (also with one, as in tokens == []), and can be pickled. Each
    /// Token is made when it is requested; a slice shares the memory of its list.
    TokenList, TokenIterator, Token, CoreToken, "TokenList", pickle::TokenState, pickle::reduce_tokens
}

/// A token that was just created. Its secret is shown only once.
///
/// Build one in your tests. It cannot be pickled, and as_dict() does not show the secret.
///
/// Args:
///     token: The Token.
///     plain_token: Its secret, as str or Secret.
#[pyclass(frozen, module = "netbird_tokens", eq, hash)]
#[derive(Clone, PartialEq)]
pub(crate) struct CreatedToken {
    token: Token,
    plain_token: Secret,
}

impl CreatedToken {
    pub(crate) fn new(core: CoreCreatedToken) -> Self {
        CreatedToken { token: Token::new(core.token), plain_token: Secret::new(core.plain_token) }
    }
}

impl Hash for CreatedToken {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Without the secret: comparing its hash would not take constant time.
        let mut token = DefaultHasher::new();
        self.token.hash(&mut token);
        state.write_u64(token.finish());
    }
}

#[pymethods]
impl CreatedToken {
    #[new]
    #[pyo3(signature = (*, token, plain_token))]
    fn from_fields(token: &Any<'_>, plain_token: &Any<'_>) -> PyResult<Self> {
        let token = token.cast::<Token>().map_err(|_| error::wrong_type("token", "Token", token))?;
        let plain_token = Secret::new(crate::credential::secret("plain_token", plain_token)?);
        Ok(CreatedToken { token: token.get().clone(), plain_token })
    }

    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("token", "plain_token")
    }

    /// The token, as the server describes it.
    #[getter]
    fn token(&self) -> Token {
        self.token.clone()
    }

    /// The secret, which authenticates. Store it now: the server never shows it again.
    #[getter]
    fn plain_token(&self) -> Secret {
        self.plain_token.clone()
    }

    /// The token as plain data. The secret is shown as nbp_****.
    ///
    /// Returns:
    ///     A dict with the attributes under their names.
    fn as_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("token", Token::as_dict(&Bound::new(py, self.token.clone())?)?)?;
        dict.set_item("plain_token", self.plain_token.core().to_string())?;
        Ok(dict)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(Repr::new(py, "CreatedToken")
            .field("token", self.token.__repr__(py)?)
            .field("plain_token", format!("{:?}", self.plain_token.core()))
            .finish())
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a CreatedToken cannot be pickled: it holds a secret"))
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
