//! Copies of the version, in files that cannot take it from `Cargo.toml`.

use anyhow::{Context, Result};
use regex::Regex;

use super::findings::Findings;
use super::metadata::Graph;
use crate::workspace::Workspace;

/// Files that repeat the version, with a pattern whose groups, joined by dots, are the version. A file that does not exist
/// is skipped; an existing file without a match is an error.
const COPIES: &[(&str, &str)] = &[
    ("Cargo.toml", r#"(?m)^netbird-[\w-]+ = \{ path = "[^"]+", version = "([^"]+)""#),
    ("python/pyproject.toml", r#"(?m)^(?:version = "([^"]+)"|dynamic = \[[^\]]*"(version)")"#),
    ("bindings/kotlin/pom.xml", MAVEN),
    ("bindings/kotlin/library/pom.xml", MAVEN),
    ("bindings/kotlin/testing/pom.xml", MAVEN),
    ("bindings/kotlin/sample/pom.xml", MAVEN),
    ("bindings/kotlin/bench/pom.xml", MAVEN),
    ("tests/adapters/kotlin/pom.xml", MAVEN),
    ("docs/kotlin.md", MAVEN),
    ("c-header/include/netbird_tokens.h", r#"(?m)^#define NBT_VERSION(?:_STRING)? "([^"]+)""#),
    (
        "c-header/include/netbird_tokens.h",
        r"(?s)#define NBT_VERSION_MAJOR (\d+).*#define NBT_VERSION_MINOR (\d+).*#define NBT_VERSION_PATCH (\d+)",
    ),
    ("c-header/packaging/vcpkg/netbird-tokens/vcpkg.json", r#"(?m)^  "version": "([^"]+)""#),
    (CHANGELOG, r"(?m)\A(?s:.*?)^## \[?(\d+\.\d+\.\d+)"),
];

/// One of our Maven artefacts and its version.
const MAVEN: &str = r"(?s)<artifactId>netbird-tokens[\w-]*</artifactId>\s*<version>([^<$]+)</version>";

/// It has no version before the first release.
const CHANGELOG: &str = "CHANGELOG.md";

/// The match in a `pyproject.toml` that lets maturin take the version from the crate.
const FROM_CARGO: &str = "version";

/// Every copy is the workspace's version.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let graph = Graph::read(workspace)?;
    let version = graph.ours().next().context("the workspace has no packages")?.version.to_string();
    let mut findings = Findings::default();
    for package in graph.ours().filter(|package| package.version.to_string() != version) {
        findings.add(format!("{} has the version {}; other crates have {version}", package.name, package.version));
    }
    let mut number = 0;
    for (file, pattern) in COPIES {
        let Ok(text) = std::fs::read_to_string(workspace.path(file)) else {
            continue;
        };
        let copies = copies(&text, pattern)?;
        if copies.is_empty() && *file != CHANGELOG {
            findings.add(format!("{file} no longer has the version where it was"));
        }
        for copy in copies {
            number += 1;
            if copy != version && copy != FROM_CARGO {
                findings.add(format!("{file} says {copy}; Cargo.toml says {version}"));
            }
        }
    }
    findings.note = format!("{version} in {number} places");
    Ok(findings)
}

fn copies(text: &str, pattern: &str) -> Result<Vec<String>> {
    Ok(Regex::new(pattern)?
        .captures_iter(text)
        .map(|found| {
            let parts: Vec<&str> = found.iter().skip(1).flatten().map(|part| part.as_str()).collect();
            parts.join(".")
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAVEN_SAMPLE: &str = "<artifactId>netbird-tokens</artifactId>\n  <version>1.2.3</version>";

    #[test]
    fn every_pattern_finds_the_version() {
        let samples = [
            "netbird-mock = { path = \"tests/mock-server\", version = \"1.2.3\" }\n",
            "[project]\nversion = \"1.2.3\"\n",
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            "#define NBT_VERSION \"1.2.3\"\n",
            "#define NBT_VERSION_MAJOR 1\n#define NBT_VERSION_MINOR 2\n#define NBT_VERSION_PATCH 3\n",
            "{\n  \"version\": \"1.2.3\"\n}\n",
            "# Changes\n\n## Unreleased\n\n## [1.2.3] - 2026-11-22\n\n## 1.2.2\n",
        ];
        assert_eq!(samples.len(), COPIES.len());
        for ((file, pattern), sample) in COPIES.iter().zip(samples) {
            assert_eq!(copies(sample, pattern).expect(file), ["1.2.3"], "{file}");
        }
    }

    #[test]
    fn a_version_taken_from_the_crate_is_recognised() {
        let text = "[project]\nname = \"x\"\ndynamic = [\"version\"]\n";
        assert_eq!(copies(text, COPIES[1].1).expect("pattern"), [FROM_CARGO]);
    }
}
