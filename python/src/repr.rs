//! `repr` of our objects: `Token(id='…', name='…', …)`.

use std::fmt::Write as _;

use netbird_tokens::Timestamp;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// Collects the fields of one object.
pub(crate) struct Repr<'py> {
    py: Python<'py>,
    text: String,
    first: bool,
}

impl<'py> Repr<'py> {
    pub(crate) fn new(py: Python<'py>, class: &str) -> Self {
        Repr { py, text: format!("{class}("), first: true }
    }

    /// A field whose value is already Python source.
    pub(crate) fn field(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        let comma = if self.first { "" } else { ", " };
        self.first = false;
        // Writing to a String does not fail.
        let _ = write!(self.text, "{comma}{name}={value}");
        self
    }

    /// A field with a text, in Python's quotes and with its escapes.
    pub(crate) fn text(self, name: &str, value: &str) -> PyResult<Self> {
        let quoted = PyString::new(self.py, value).repr()?;
        Ok(self.field(name, quoted.to_str()?))
    }

    /// A field that is True or False.
    pub(crate) fn flag(self, name: &str, value: bool) -> Self {
        self.field(name, if value { "True" } else { "False" })
    }

    /// A field with an instant, as RFC 3339 in quotes, which the class's constructor reads.
    pub(crate) fn instant(self, name: &str, value: Timestamp) -> Self {
        self.field(name, format_args!("'{value}'"))
    }

    /// The same, or None.
    pub(crate) fn optional_instant(self, name: &str, value: Option<Timestamp>) -> Self {
        match value {
            Some(value) => self.instant(name, value),
            None => self.field(name, "None"),
        }
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.push(')');
        self.text
    }
}
