//! The core's own lists of names, with which the package's tests compare what it offers.

use netbird_tokens::{ClientOptions, CredentialState, LoginOptions, Operation, RotationStage, TokenState};
use pyo3::prelude::*;

/// The core's names: operations with their arguments, the options of a client and of a login, and the values of each enum. For
/// the package's own tests.
#[pyfunction]
#[allow(clippy::type_complexity, reason = "four lists")]
pub(crate) fn vocabulary() -> (
    Vec<(&'static str, Vec<&'static str>)>,
    Vec<&'static str>,
    Vec<&'static str>,
    Vec<(&'static str, Vec<&'static str>)>,
) {
    let operations = Operation::ALL.iter().map(|operation| (operation.name(), operation.arguments().to_vec()));
    let enums = vec![
        ("CredentialState", CredentialState::ALL.iter().map(|state| state.name()).collect()),
        ("RotationStage", RotationStage::ALL.iter().map(|stage| stage.name()).collect()),
        ("TokenState", TokenState::ALL.iter().map(|state| state.name()).collect()),
    ];
    (operations.collect(), ClientOptions::NAMES.to_vec(), LoginOptions::NAMES.to_vec(), enums)
}
