//! The code in documents: which test runs or compiles it.
//!
//! Each language's tests read the blocks of that language from the document, so that what they try is what a reader copies. This
//! check knows of every block who does, so that none is forgotten.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::files;
use super::findings::Findings;
use crate::markdown::{self, Block};
use crate::workspace::Workspace;

use By::{Guide, Nobody, Test};

/// Who sees to it that blocks are right.
#[derive(Debug, Clone, Copy)]
enum By {
    /// This test reads the document.
    Test(&'static str),
    /// Each block is part of one in this document, which a test sees to.
    Guide(&'static str),
    /// Nobody, for this reason, which is for whoever reads the table.
    Nobody(#[expect(dead_code, reason = "for people")] &'static str),
}

const COMMANDS: By = Test("cli/tests/command_line/documents.rs");
const RECIPES: By = Test("cli/tests/command_line/rotate_guides.rs");
const AUDIT: By = Test("cli/tests/command_line/audit_guide.rs");
const C: By = Test("c-header/tests/native/documents.rs");
const KOTLIN: By = Test("bindings/kotlin/library/src/test/kotlin/netbird/tokens/GuideTest.kt");
const LOGIN: By = Test("cli/tests/command_line/login_guide.rs");
const PYTHON: By = Test("python/tests/test_docs.py");
const RUST: By = Test("core/src/lib.rs");
const SWIFT: By = Test("bindings/swift/Tests/NetBirdTokensTests/GuideTests.swift");
const TASKS: By = Test("xtask/src/arguments.rs");
const VERSIONS: By = Test("xtask/src/checks/versions.rs");
const OUTPUT: By = Nobody("a part of an output, whose fields the tests of the command line compare");
const INSTALLS: By = Nobody("needs what the build of that language makes; its own steps run the same commands");

/// Documents, languages of blocks, and who sees to them.
const KNOWN: &[(&str, &str, By)] = &[
    ("CONTRIBUTING.md", "sh", TASKS),
    ("README.md", "console", COMMANDS),
    ("README.md", "cpp", Guide("docs/c.md")),
    ("README.md", "kotlin", KOTLIN),
    ("README.md", "python", Guide("docs/python.md")),
    ("README.md", "rust", Guide("docs/rust.md")),
    ("README.md", "sh", COMMANDS),
    ("README.md", "swift", Guide("docs/swift.md")),
    ("bindings/swift/Sources/NetBirdTokens/NetBirdTokens.docc/NetBirdTokens.md", "swift", Guide("docs/swift.md")),
    ("cli/README.md", "sh", COMMANDS),
    ("core/README.md", "rust", RUST),
    ("docs/audit.md", "json", OUTPUT),
    ("docs/audit.md", "sh", AUDIT),
    ("docs/audit.md", "yaml", AUDIT),
    ("docs/c.md", "c", C),
    ("docs/c.md", "cmake", INSTALLS),
    ("docs/c.md", "cpp", C),
    ("docs/c.md", "sh", INSTALLS),
    ("docs/cli.md", "json", OUTPUT),
    ("docs/cli.md", "sh", COMMANDS),
    ("docs/incident.md", "sh", RECIPES),
    ("docs/kotlin.md", "java", KOTLIN),
    ("docs/kotlin.md", "kotlin", KOTLIN),
    ("docs/kotlin.md", "kts", Nobody("the build uses Maven; the artefact is that of the block for Maven above it")),
    ("docs/kotlin.md", "sh", INSTALLS),
    ("docs/kotlin.md", "xml", VERSIONS),
    ("docs/live.md", "sh", TASKS),
    ("docs/login.md", "c", C),
    ("docs/login.md", "console", LOGIN),
    ("docs/login.md", "cpp", C),
    ("docs/login.md", "java", KOTLIN),
    ("docs/login.md", "json", OUTPUT),
    ("docs/login.md", "kotlin", KOTLIN),
    ("docs/login.md", "python", PYTHON),
    ("docs/login.md", "rust", RUST),
    ("docs/login.md", "swift", SWIFT),
    ("docs/python.md", "python", PYTHON),
    ("docs/python.md", "yaml", PYTHON),
    ("docs/releasing.md", "sh", Nobody("cargo itself; it asks the registry's index")),
    ("docs/rotation.md", "crontab", RECIPES),
    ("docs/rotation.md", "ini", RECIPES),
    ("docs/rotation.md", "json", OUTPUT),
    ("docs/rotation.md", "sh", RECIPES),
    ("docs/rotation.md", "yaml", Test("xtask/src/fronts/manifests.rs")),
    ("docs/rust.md", "rust", RUST),
    ("docs/rust.md", "toml", Nobody("a dependency; nothing is published yet")),
    ("docs/swift.md", "sh", INSTALLS),
    ("docs/swift.md", "swift", SWIFT),
    ("docs/swift.md", "text", Nobody("a part of a manifest, with a path of the reader's")),
    ("python/README.md", "python", PYTHON),
    ("tests/mock-server/README.md", "rust", Nobody("the same is in the crate's documentation, where it is compiled")),
    ("tests/mock-server/README.md", "sh", Nobody("examples of the control API, each of which the mock's tests use")),
    ("tests/scenarios/README.md", "yaml", Nobody("parts of scenarios; the schema checks the real ones")),
];

/// Every block with a language is in the table, and every entry of the table is needed and true.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut used = vec![false; KNOWN.len()];
    let (mut tried, mut untried) = (0, 0);
    for (file, text) in files::texts(workspace)? {
        if file.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        for block in markdown::blocks(&text).iter().filter(|block| !block.info.is_empty()) {
            let language = language(block);
            let place = format!("{}:{}", file.display(), block.line);
            let known = KNOWN.iter().position(|(document, of, _)| Path::new(document) == file && *of == language);
            let Some(index) = known else {
                findings.add(format!("{place}: say in xtask/src/checks/snippets.rs which test tries this {language}"));
                continue;
            };
            used[index] = true;
            match KNOWN[index].2 {
                Nobody(_) => untried += 1,
                Test(_) => tried += 1,
                Guide(guide) => {
                    tried += 1;
                    if !is_part_of(&block.code, language, &fs::read_to_string(workspace.path(guide))?) {
                        findings.add(format!("{place}: no block of {guide} has these lines"));
                    }
                }
            }
        }
    }
    for ((document, language, by), used) in KNOWN.iter().zip(used) {
        if !used {
            findings.add(format!("{document} has no block of {language} any more"));
        }
        if let Test(test) = by
            && !workspace.path(test).is_file()
        {
            findings.add(format!("{test}, which tries the blocks of {document}, does not exist"));
        }
    }
    findings.note = format!("{tried} blocks are tried, {untried} cannot be");
    Ok(findings)
}

fn language(block: &Block) -> &str {
    block.info.split(',').next().unwrap_or_default()
}

/// True if a block of that language has these lines, one after the other. Indentation and empty lines do not count.
fn is_part_of(code: &str, language_of_code: &str, guide: &str) -> bool {
    let plain = |text: &str| {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        format!("\n{}\n", lines.join("\n"))
    };
    let wanted = plain(code);
    markdown::blocks(guide)
        .iter()
        .any(|block| language(block) == language_of_code && plain(&block.code).contains(&wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_guide_are_found_in_any_indentation() {
        let guide = "```rust,no_run\nfn main() {\n    let a = 1;\n\n    let b = 2;\n}\n```\n```c\nint c;\n```\n";
        assert!(is_part_of("let a = 1;\nlet b = 2;\n", "rust", guide));
        assert!(!is_part_of("let b = 2;\nlet a = 1;\n", "rust", guide));
        assert!(!is_part_of("let a", "rust", guide), "only whole lines");
        assert!(!is_part_of("int c;", "rust", guide), "another language");
    }

    #[test]
    fn a_block_that_nobody_knows_is_found() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let workspace = Workspace { root: folder.path().to_owned(), target: folder.path().join("target") };
        let git = |words: &[&str]| {
            crate::command::Cmd::new("git").args(words).dir(folder.path()).output().expect("git");
        };
        git(&["init", "-q"]);
        fs::write(folder.path().join("new.md"), "```sh\nls\n```\n").expect("written");
        let findings = check(&workspace).expect("checked");
        assert!(findings.wrong.iter().any(|finding| finding.starts_with("new.md:1: say in")), "{:?}", findings.wrong);
    }
}
