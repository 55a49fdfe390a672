//! The Python package's API, from its stub and its modules: what `netbird_tokens` exports, and `netbird_tokens.testing`.

use std::fs;

use anyhow::{Context as _, Result};
use regex::Regex;

use super::listing::sorted;
use crate::workspace::Workspace;

const PACKAGE: &str = "python/python/netbird_tokens";
/// The modules whose names `__init__.py` exports.
const INNER: &[&str] = &["_native.pyi", "_audit.py", "_check.py", "_errors.py", "_rotation.py"];

/// What `netbird_tokens` exports.
pub fn exported_names(workspace: &Workspace) -> Result<Vec<String>> {
    let path = workspace.path(PACKAGE).join("__init__.py");
    exported(&fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?)
}

pub fn read(workspace: &Workspace) -> Result<Vec<String>> {
    let text = |file: &str| {
        let path = workspace.path(PACKAGE).join(file);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let exported = exported(&text("__init__.py")?)?;
    let mut lines = Vec::new();
    for name in &exported {
        lines.push(format!("netbird_tokens.{name}"));
    }
    for file in INNER {
        let is_exported = |name: &str| exported.iter().any(|exported| exported == name);
        lines.extend(declarations("netbird_tokens", &text(file)?, is_exported));
    }
    lines.extend(declarations("netbird_tokens.testing", &text("testing.py")?, |_| true));
    lines.extend(declarations("netbird_tokens.pytest_plugin", &text("pytest_plugin.py")?, |_| true));
    Ok(sorted(lines))
}

/// The names in `__all__`.
fn exported(init: &str) -> Result<Vec<String>> {
    let list = Regex::new(r"(?s)__all__ = \[(.*?)\]")?;
    let list = list.captures(init).context("__init__.py has no __all__")?;
    Ok(Regex::new(r#""(\w+)""#)?.captures_iter(&list[1]).map(|found| found[1].to_owned()).collect())
}

/// The public classes with what is in them, and the public functions and constants.
fn declarations(module: &str, source: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut class: Option<String> = None;
    let mut decorators: Vec<String> = Vec::new();
    for (indent, line) in statements(source) {
        if line.starts_with('@') {
            decorators.push(line);
            continue;
        }
        let decorated = decorators.drain(..).map(|decorator| decorator + " ").collect::<String>();
        let line = line.replace("async def ", "def ").replace(": ...", ":");
        let declared = line.trim_end_matches(':').trim();
        let name: String = declared
            .trim_start_matches("def ")
            .trim_start_matches("class ")
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let is_public = !name.starts_with('_') || (name.starts_with("__") && name.ends_with("__"));
        let is_declaration =
            declared.starts_with("def ") || declared.starts_with("class ") || declared[name.len()..].starts_with(": ");
        if indent == 0 {
            class = None;
            if !is_declaration || name.starts_with('_') || !is_wanted(&name) {
                continue;
            }
            if declared.starts_with("class ") {
                class = Some(name);
            }
            found.push(format!("{module} {decorated}{declared}"));
        } else if let Some(class) = class.as_ref().filter(|_| indent == 4 && is_declaration && is_public) {
            found.push(format!("{module}.{class} {decorated}{declared}"));
        }
    }
    found
}

/// The first line of each statement with its indentation, joined with the lines that it goes on in. Texts in triple quotes are
/// left out.
fn statements(source: &str) -> Vec<(usize, String)> {
    let mut statements = Vec::new();
    let mut open: Option<(usize, String)> = None;
    let mut in_text = false;
    for line in source.lines() {
        let quotes = line.matches("\"\"\"").count();
        if in_text || quotes > 0 {
            in_text ^= quotes % 2 == 1;
            continue;
        }
        let code = line.split("  # ").next().unwrap_or_default();
        if code.trim().is_empty() || code.trim_start().starts_with('#') {
            continue;
        }
        let (indent, mut text) = open.take().unwrap_or((code.len() - code.trim_start().len(), String::new()));
        if !text.is_empty() && !text.ends_with('(') && !code.trim_start().starts_with(')') {
            text.push(' ');
        }
        text.push_str(code.trim());
        let depth = |opening: &[char], closing: &[char]| text.matches(opening).count() > text.matches(closing).count();
        if depth(&['(', '[', '{'], &[')', ']', '}']) {
            open = Some((indent, text));
        } else {
            statements.push((indent, text.replace(",)", ")")));
        }
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_names_are_listed_with_their_signatures() {
        let source = "\"\"\"About.\n\ndef not_this(): ...\n\"\"\"\nfrom x import y\n\n@final\nclass Client:\n    \"\"\"Text.\"\"\"\n\
                      \n    url: str\n    _inner: int\n    def __init__(\n        self,\n        *,\n        days: int = 90,  # why\n    ) -> None:\n\
                      \x20       \"\"\"Text.\"\"\"\n        local: int = 1\n    @property\n    def name(self) -> str: ...\n    def _hidden(self) -> None: ...\n\
                      class Other:\n    x: int\ndef _private(): ...\n";
        assert_eq!(
            declarations("m", source, |name| name == "Client"),
            [
                "m @final class Client",
                "m.Client url: str",
                "m.Client def __init__(self, *, days: int = 90) -> None",
                "m.Client @property def name(self) -> str",
            ]
        );
    }

    #[test]
    fn the_names_of_the_package_are_found() {
        assert_eq!(exported("x\n__all__ = [\n    \"A\",\n    \"b\",\n]\n").expect("a list"), ["A", "b"]);
        assert!(exported("nothing").is_err());
    }
}
