//! `scenario.schema.json`: the form of a scenario file, and the one list of all operations.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Where the schema lists the operations.
const OPERATIONS: &str = "/$defs/step/properties/call/enum";

/// The compiled schema.
pub struct Schema {
    validator: jsonschema::Validator,
    operations: BTreeSet<String>,
}

impl Schema {
    /// Reads it.
    ///
    /// # Errors
    /// The file cannot be read, is not a JSON Schema, or lists no operations.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let schema: Value = serde_json::from_str(&text).context("the schema is not JSON")?;
        let validator =
            jsonschema::validator_for(&schema).map_err(|error| anyhow::anyhow!("the schema is not valid: {error}"))?;
        let operations =
            schema.pointer(OPERATIONS).with_context(|| format!("the schema has nothing at {OPERATIONS}"))?;
        let operations = serde_json::from_value(operations.clone()).context("the schema's operations")?;
        Ok(Self { validator, operations })
    }

    /// Every operation that a front end must have.
    #[must_use]
    pub fn operations(&self) -> &BTreeSet<String> {
        &self.operations
    }

    /// Checks a scenario file's content.
    ///
    /// # Errors
    /// It violates the schema; names the first few violations.
    pub fn check(&self, file: &Value) -> Result<()> {
        let violations: Vec<String> = self
            .validator
            .iter_errors(file)
            .take(5)
            .map(|error| format!("at {}: {error}", error.instance_path()))
            .collect();
        if !violations.is_empty() {
            bail!("violates the schema: {}", violations.join("; "));
        }
        Ok(())
    }
}
