//! The licences of all dependencies.

use std::sync::LazyLock;

use anyhow::{Context, Result};
use spdx::{Expression, Licensee, ParseMode};

use super::findings::Findings;
use super::metadata::{Graph, Kind, Package};
use crate::workspace::Workspace;

/// Licences that only ask for their text to be distributed. `deny.toml` has the same list.
pub const ALLOWED_NAMES: &[&str] = &[
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

static ALLOWED: LazyLock<Vec<Licensee>> =
    LazyLock::new(|| ALLOWED_NAMES.iter().map(|name| Licensee::parse(name).expect("parsed in a test")).collect());

/// The Mozilla licence asks for the source of changed files. These packages are used unchanged.
static MPL: LazyLock<Licensee> = LazyLock::new(|| Licensee::parse("MPL-2.0").expect("parsed in a test"));
const MPL_ALLOWED: &[&str] = &["cbindgen", "uniffi", "uniffi_*", "option-ext"];

/// Every dependency, those of tests included, has a licence on the list.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let graph = Graph::read(workspace)?;
    let mut findings = Findings::default();
    let reached = graph.reached(&[Kind::Normal, Kind::Build, Kind::Dev]);
    for package in reached.iter().map(|id| &graph.packages[*id]) {
        if let Some(problem) = problem(package) {
            findings.add(format!("{} {}: {problem}", package.name, package.version));
        }
    }
    findings.note = format!("{} packages", reached.len());
    Ok(findings)
}

fn problem(package: &Package) -> Option<String> {
    let Some(license) = &package.license else {
        return Some("declares no licence".to_owned());
    };
    let with_mpl = MPL_ALLOWED.iter().any(|name| match name.strip_suffix('*') {
        Some(start) => package.name.starts_with(start),
        None => package.name == *name,
    });
    match is_allowed(license, with_mpl) {
        Ok(true) => None,
        Ok(false) => Some(license.clone()),
        Err(error) => Some(format!("{error:#}")),
    }
}

/// True if the SPDX expression leaves a choice that is allowed.
fn is_allowed(expression: &str, with_mpl: bool) -> Result<bool> {
    // Lax, because older manifests write `MIT/Apache-2.0`.
    let parsed = Expression::parse_mode(expression, ParseMode::LAX)
        .with_context(|| format!("cannot read the licence '{expression}'"))?;
    Ok(parsed.evaluate(|required| {
        ALLOWED.iter().any(|licensee| licensee.satisfies(required)) || (with_mpl && MPL.satisfies(required))
    }))
}

#[cfg(test)]
mod tests {
    use super::super::metadata::package;
    use super::*;

    #[test]
    fn an_expression_needs_an_allowed_choice() {
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
            assert_eq!(is_allowed(expression, false).expect(expression), expected, "{expression}");
        }
        for broken in ["", "MIT OR", "(MIT", "MIT ISC", "No-Such-Licence"] {
            assert!(is_allowed(broken, false).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_mozilla_licence_is_allowed_for_named_packages() {
        let problem_of = |name: &str, license: Option<&str>| {
            let mut package = package(name, false, &[]);
            package.license = license.map(str::to_owned);
            problem(&package)
        };
        assert_eq!(problem_of("cbindgen", Some("MPL-2.0")), None);
        assert_eq!(problem_of("uniffi_core", Some("MPL-2.0")), None);
        assert_eq!(problem_of("other", Some("MPL-2.0")).as_deref(), Some("MPL-2.0"));
        assert_eq!(problem_of("other", None).as_deref(), Some("declares no licence"));
    }
}
