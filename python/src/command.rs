//! The command line inside the wheel.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::call;

/// Runs the command netbird-tokens with these arguments (the command's name first) and returns the exit status (int). program
/// is the words that start it again. It uses the process's own standard streams and takes SIGINT and SIGTERM over.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, program: Vec<OsString>, arguments: Vec<OsString>) -> PyResult<u8> {
    call::detached(py, || netbird_tokens_cli::run_as(program, arguments))
}
