//! The command line inside the wheel.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::call;

/// Runs the command netbird-tokens.
///
/// It uses the process's own standard streams and handles SIGINT and SIGTERM itself.
///
/// Args:
///     program: The words that start the command again.
///     arguments: The command's name and its arguments.
///
/// Returns:
///     The exit status.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, program: Vec<OsString>, arguments: Vec<OsString>) -> PyResult<u8> {
    call::detached(py, || netbird_tokens_cli::run_as(program, arguments))
}
