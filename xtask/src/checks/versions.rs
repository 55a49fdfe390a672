//! One version, wherever a language needs it written down.

use anyhow::{Context, Result};
use regex::Regex;

use super::Findings;
use crate::workspace::Workspace;

/// A file that repeats the version: each match's first group must be it, or with more groups
/// (`0`, `1`, `0`) must be it when joined by dots. A file that is not there is passed over; one
/// that is there and has no match fails.
const COPIES: &[(&str, &str)] = &[
    ("Cargo.toml", r#"(?m)^netbird-[\w-]+ = \{ path = "[^"]+", version = "([^"]+)""#),
    ("python/pyproject.toml", r#"(?m)^(?:version = "([^"]+)"|dynamic = \[[^\]]*"(version)")"#),
    ("bindings/kotlin/pom.xml", MAVEN),
    ("bindings/kotlin/library/pom.xml", MAVEN),
    ("bindings/kotlin/sample/pom.xml", MAVEN),
    ("bindings/kotlin/bench/pom.xml", MAVEN),
    ("tests/adapters/kotlin/pom.xml", MAVEN),
    ("docs/kotlin.md", MAVEN),
    ("c-header/include/netbird_tokens.h", r#"(?m)^#define NBT_VERSION(?:_STRING)? "([^"]+)""#),
    (
        "c-header/include/netbird_tokens.h",
        r"(?s)#define NBT_VERSION_MAJOR (\d+).*#define NBT_VERSION_MINOR (\d+).*#define NBT_VERSION_PATCH (\d+)",
    ),
    (CHANGELOG, r"(?m)\A(?s:.*?)^## \[?(\d+\.\d+\.\d+)"),
];

/// One of our artefacts with its version.
const MAVEN: &str = r"(?s)<artifactId>netbird-tokens[\w-]*</artifactId>\s*<version>([^<$]+)</version>";

/// Before the first release it has no version to compare.
const CHANGELOG: &str = "CHANGELOG.md";

/// What `pyproject.toml` says when maturin takes the version from the crate.
const FROM_CARGO: &str = "version";

/// The workspace's version against every copy.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let manifest = std::fs::read_to_string(workspace.path("Cargo.toml"))?;
    let version = workspace_version(&manifest)?;
    let mut findings = Findings::default();
    let mut number = 0;
    for (file, pattern) in COPIES {
        let Ok(text) = std::fs::read_to_string(workspace.path(file)) else {
            continue;
        };
        let copies = copies(&text, pattern)?;
        if copies.is_empty() && *file != CHANGELOG {
            findings.add(format!("{file} no longer says the version where it did"));
        }
        for copy in copies {
            number += 1;
            if copy != version && copy != FROM_CARGO {
                findings.add(format!("{file} says {copy}; Cargo.toml says {version}"));
            }
        }
    }
    findings.seen = format!("{version} in {number} places");
    Ok(findings)
}

fn workspace_version(manifest: &str) -> Result<String> {
    Ok(Regex::new(r#"(?s)\[workspace\.package\].*?\nversion = "([^"]+)""#)?
        .captures(manifest)
        .context("Cargo.toml has no version for the workspace")?[1]
        .to_owned())
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
    fn every_pattern_reads_what_it_is_for() {
        let samples = [
            "netbird-mock = { path = \"tests/mock-server\", version = \"1.2.3\" }\n",
            "[project]\nversion = \"1.2.3\"\n",
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            MAVEN_SAMPLE,
            "#define NBT_VERSION \"1.2.3\"\n",
            "#define NBT_VERSION_MAJOR 1\n#define NBT_VERSION_MINOR 2\n#define NBT_VERSION_PATCH 3\n",
            "# Changes\n\n## Unreleased\n\n## [1.2.3] - 2026-11-22\n\n## 1.2.2\n",
        ];
        assert_eq!(samples.len(), COPIES.len());
        for ((file, pattern), sample) in COPIES.iter().zip(samples) {
            assert_eq!(copies(sample, pattern).expect(file), ["1.2.3"], "{file}");
        }
    }

    #[test]
    fn a_version_taken_from_the_crate_is_told_apart() {
        let text = "[project]\nname = \"x\"\ndynamic = [\"version\"]\n";
        assert_eq!(copies(text, COPIES[1].1).expect("pattern"), [FROM_CARGO]);
    }

    #[test]
    fn the_workspace_version_is_not_a_dependency_version() {
        let manifest = "[workspace.package]\nversion = \"0.4.0\"\n[workspace.dependencies]\n\
                        x = { version = \"9\" }\n";
        assert_eq!(workspace_version(manifest).expect("version"), "0.4.0");
    }
}
