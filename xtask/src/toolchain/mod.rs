//! Installs the tools that the machine lacks.

pub mod apt;
pub mod python;
pub mod swift;

use std::fmt;

/// A tool that is missing and that cannot be installed here. The front end that needs it is skipped, or fails in strict
/// mode.
#[derive(Debug)]
pub struct Missing(pub String);

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}
