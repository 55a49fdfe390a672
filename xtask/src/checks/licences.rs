//! The licences of all dependencies.

use anyhow::{Context, Result, bail};

use super::Findings;
use super::metadata::{Graph, Kind};
use crate::workspace::Workspace;

/// Licences that ask for no more than their text beside a copy.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// The Mozilla licence asks for the source of changed files. These are used unchanged.
const MPL: &str = "MPL-2.0";
const MPL_ALLOWED: &[&str] = &["cbindgen", "uniffi", "uniffi_*", "option-ext"];

/// Every dependency, tests' included, has a licence on the list.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let graph = Graph::read(workspace)?;
    let mut findings = Findings::default();
    let mut number = 0;
    for id in graph.reached(&[Kind::Normal, Kind::Build, Kind::Dev]) {
        let package = &graph.packages[id];
        number += 1;
        let mozilla = MPL_ALLOWED.iter().any(|name| match name.strip_suffix('*') {
            Some(start) => package.name.starts_with(start),
            None => package.name == *name,
        });
        let Some(license) = &package.license else {
            findings.add(format!("{} {} names none", package.name, package.version));
            continue;
        };
        let allowed = |name: &str| ALLOWED.contains(&name) || (mozilla && name == MPL);
        match permits(license, allowed) {
            Ok(true) => {}
            Ok(false) => findings.add(format!("{} {}: {license}", package.name, package.version)),
            Err(error) => findings.add(format!("{} {}: {error:#}", package.name, package.version)),
        }
    }
    findings.seen = format!("{number} packages");
    Ok(findings)
}

/// True if the SPDX expression leaves a choice that is allowed.
fn permits(expression: &str, allowed: impl Fn(&str) -> bool) -> Result<bool> {
    // Older manifests write `MIT/Apache-2.0`.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, at: 0 };
    let value = parser.either(&allowed)?;
    if parser.at != words.len() {
        bail!("cannot read the licence '{expression}'");
    }
    Ok(value)
}

struct Parser<'a> {
    words: &'a [&'a str],
    at: usize,
}

impl Parser<'_> {
    fn next_is(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at) == Some(&word);
        if found {
            self.at += 1;
        }
        found
    }

    fn either(&mut self, allowed: &impl Fn(&str) -> bool) -> Result<bool> {
        let mut value = self.both(allowed)?;
        while self.next_is("OR") {
            value |= self.both(allowed)?;
        }
        Ok(value)
    }

    fn both(&mut self, allowed: &impl Fn(&str) -> bool) -> Result<bool> {
        let mut value = self.one(allowed)?;
        while self.next_is("AND") {
            value &= self.one(allowed)?;
        }
        Ok(value)
    }

    fn one(&mut self, allowed: &impl Fn(&str) -> bool) -> Result<bool> {
        if self.next_is("(") {
            let value = self.either(allowed)?;
            if !self.next_is(")") {
                bail!("a parenthesis is not closed");
            }
            return Ok(value);
        }
        let name = *self.words.get(self.at).context("a licence is missing")?;
        self.at += 1;
        if self.next_is("WITH") {
            let exception = *self.words.get(self.at).context("an exception is missing")?;
            self.at += 1;
            return Ok(allowed(&format!("{name} WITH {exception}")));
        }
        Ok(allowed(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let allowed = |name: &str| ALLOWED.contains(&name);
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("MIT OR GPL-3.0", true),
            ("GPL-3.0/MIT", true),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR GPL-3.0) AND ISC", true),
            ("GPL-3.0 OR MIT AND ISC", true),
            ("GPL-3.0 AND (MIT OR ISC)", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-2.0", true),
            ("GPL-2.0 WITH Classpath-exception-2.0", false),
        ] {
            assert_eq!(permits(expression, allowed).expect(expression), expected, "{expression}");
        }
        for broken in ["", "MIT OR", "(MIT", "MIT ISC"] {
            assert!(permits(broken, allowed).is_err(), "{broken}");
        }
    }
}
