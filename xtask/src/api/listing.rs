//! The text of a list, and how two lists differ.

use std::collections::BTreeSet;
use std::fmt;

const HEAD: &str =
    "# The public API. Written by cargo xtask api; a line that goes or changes breaks programs that use it.\n";

/// What one list has and the other has not.
#[derive(Debug, Default)]
pub struct Difference {
    pub gone: Vec<String>,
    pub new: Vec<String>,
}

impl Difference {
    pub fn between(before: &[String], now: &[String]) -> Self {
        let (before, now): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), now.iter().collect());
        Self {
            gone: before.difference(&now).map(|line| (*line).clone()).collect(),
            new: now.difference(&before).map(|line| (*line).clone()).collect(),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.gone.iter().try_for_each(|line| writeln!(f, "  - {line}"))?;
        self.new.iter().try_for_each(|line| writeln!(f, "  + {line}"))
    }
}

pub fn format(lines: &[String]) -> String {
    let mut text = HEAD.to_owned();
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

pub fn parse(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.starts_with("# ") && !line.is_empty()).map(str::to_owned).collect()
}

/// One line each, with white space brought to one form, sorted.
pub fn sorted(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let lines: BTreeSet<String> =
        lines.into_iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    lines.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let lines = sorted(["b  (x,\n   y)".to_owned(), "#define a".to_owned(), "#define a".to_owned()]);
        assert_eq!(lines, ["#define a", "b (x, y)"]);
        assert_eq!(parse(&format(&lines)), lines);
    }
}
