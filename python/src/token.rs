//! Tokens: one, a list of them, and one that was just created.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use netbird_tokens::{CreatedToken as CoreCreatedToken, Token as CoreToken};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDateTime;

use crate::instant;
use crate::pickle;
use crate::repr::Repr;
use crate::secret::Secret;
use crate::sequence::sequence;

/// A personal access token as the server describes it, without its secret.
///
/// Immutable, compared by value, can be pickled, and usable in sets and in match statements. Attributes are made when
/// read. Datetimes are timezone-aware, in UTC, truncated to microseconds; an instant that a datetime cannot hold (RFC 3339
/// can write some around the years 1 and 9999 with an offset) becomes the nearest one.
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

    pub(crate) fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let token = self.core();
        let last_used = token.last_used().map_or_else(|| "None".to_owned(), |time| time.to_string());
        Ok(Repr::new(py, "Token")
            .text("id", token.id())?
            .text("name", token.name())?
            .field("expiration_date", token.expiration_date())
            .field("created_at", token.created_at())
            .text("created_by", token.created_by())?
            .field("last_used", last_used)
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
