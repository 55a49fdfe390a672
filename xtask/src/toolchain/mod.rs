//! Installs the tools that the machine lacks.

pub mod apt;
pub mod python;
pub mod swift;

/// A tool that is missing and that cannot be installed here. The front end that needs it is skipped, or fails in strict
/// mode.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Missing(pub String);
