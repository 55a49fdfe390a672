//! Things that must not be in the repository: paths of one machine, addresses of package registries, and tokens that could
//! be real.

use std::path::Path;
use std::sync::LazyLock;

use anyhow::Result;
use regex::Regex;

use super::files;
use super::findings::Findings;
use crate::workspace::Workspace;

/// A home or work folder of one machine. Put together from parts, so that this file passes the check.
static MACHINE_PATH: LazyLock<Regex> = LazyLock::new(|| {
    let start = r#"(?:^|[\s"'`(=:,\[])"#;
    Regex::new(&format!("{start}/(?:{}|{}/[a-z]|{}/[a-z]|{}/[A-Za-z])", "root(?:/|\\b)", "work", "home", "Users"))
        .expect("compiled in a test")
});

/// Each tool uses the registry that it is configured with, so no address may be written down.
static REGISTRY: LazyLock<Regex> = LazyLock::new(|| {
    let hosts = [
        ["static.", "crates.io"],
        ["index.", "crates.io"],
        ["files.", "pythonhosted.org"],
        ["registry.", "npmjs.org"],
        ["repo1.", "maven.org"],
        ["repo.maven.", "apache.org"],
        ["deb.", "debian.org"],
        ["proxy.", "golang.org"],
    ];
    let hosts: Vec<String> = hosts.iter().map(|parts| regex::escape(&parts.concat())).collect();
    Regex::new(&hosts.join("|")).expect("compiled in a test")
});

/// A personal access token: 30 random characters and a checksum of 6.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"nbp_([0-9A-Za-z]{36})").expect("compiled in a test"));

/// Public tokens: from the server's own tests, or made up from the alphabet. Each is in two parts, so that this file passes
/// the check.
const KNOWN_TOKENS: &[[&str; 2]] = &[
    ["z1pvsg2wP3EzmEou4S679KyTNhov63", "2eyrXe"],
    ["9999EUDNdkeusjentDLSJEn1902u84", "390W6W"],
    ["abcdefghijklmnopqrstuvwxyz0123", "2LolCm"],
    ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "0uCPlr"],
    ["example0000000000000000000005500", "ekhp"],
];

/// Files that are not checked: a lock file names the registry of each package.
const EXEMPT: &[&str] = &["Cargo.lock"];

/// Paths inside the Debian root of Swift, not of the machine.
const OWN_PATHS: &[&str] = &["HOME=/root"];

/// Looks for all of these in every text file.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut number = 0;
    for (file, text) in files::texts(workspace)? {
        if EXEMPT.iter().any(|exempt| file.ends_with(exempt)) {
            continue;
        }
        number += 1;
        for (index, line) in text.lines().enumerate() {
            for problem in problems(&file, line) {
                findings.add(format!("{}:{}: {problem}", file.display(), index + 1));
            }
        }
    }
    findings.note = format!("{number} files");
    Ok(findings)
}

fn problems(file: &Path, line: &str) -> Vec<&'static str> {
    let mut problems = Vec::new();
    let mut rest = line.to_owned();
    for own in OWN_PATHS {
        rest = rest.replace(own, "");
    }
    if MACHINE_PATH.is_match(&rest) {
        problems.push("a path of one machine");
    }
    if REGISTRY.is_match(line) {
        problems.push("the address of a package registry");
    }
    if !may_hold_sample_tokens(file) {
        let real = TOKEN.captures_iter(line).any(|found| has_valid_checksum(&found[1]) && !is_known(&found[1]));
        if real {
            // The token is not printed: it could be real.
            problems.push("a token with a valid checksum: it could be a real one");
        }
    }
    problems
}

fn is_known(text: &str) -> bool {
    KNOWN_TOKENS.iter().any(|parts| parts.concat() == text)
}

/// Tests and guides contain tokens with a valid checksum. They are made up, or come from the server's own tests.
fn may_hold_sample_tokens(file: &Path) -> bool {
    let parts: Vec<String> = file.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.iter().any(|part| ["tests", "docs", "Tests", "test"].contains(&part.as_str()))
}

/// True if the last six characters are the CRC-32 of the first thirty, in base 62.
///
/// `netbird-mock` and `netbird-tokens` have this, too. It is repeated here because their HTTP stacks would have to be
/// compiled before the task runner starts.
fn has_valid_checksum(text: &str) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let (random, checksum) = text.split_at(30);
    let mut value = crc32fast::hash(random.as_bytes());
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(value % 62) as usize];
        value /= 62;
    }
    checksum.as_bytes() == digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str, line: &str) -> usize {
        problems(Path::new(file), line).len()
    }

    /// Put together from parts, so that this file passes the check.
    fn sample() -> String {
        format!("nbp_{}{}", "B".repeat(30), "1rpRcy")
    }

    #[test]
    fn checksums_are_the_servers() {
        for known in KNOWN_TOKENS {
            assert!(has_valid_checksum(&known.concat()), "{known:?}");
        }
        assert!(has_valid_checksum(&sample()[4..]));
        assert!(!has_valid_checksum(&format!("{}{}", "A".repeat(30), "0uCPls")));
        assert!(!has_valid_checksum(&"x".repeat(36)));
    }

    #[test]
    fn a_token_that_could_be_real_is_found_outside_tests_and_guides() {
        let line = format!("let pat = \"{}\";", sample());
        assert_eq!(found("core/src/a.rs", &line), 1);
        let known = format!("let pat = \"nbp_{}\";", KNOWN_TOKENS[0].concat());
        assert_eq!(found("core/src/a.rs", &known), 0);
        assert_eq!(found("core/tests/a.rs", &line), 0);
        assert_eq!(found("docs/python.md", &line), 0);
        assert_eq!(found("README.md", "NB_PAT=nbp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), 0);
    }

    #[test]
    fn machine_paths_are_found_and_urls_are_not() {
        let home = ["/", "home/anna/x"].concat();
        let work = ["cd /", "work/main"].concat();
        let root = ["\"/", "root/.cargo\""].concat();
        for line in [&home, &work, &root] {
            assert_eq!(found("a.md", line), 1, "{line}");
        }
        for line in ["https://example.org/home/a", "the network/work/place", "/workspace/x", "path=/rooted"] {
            assert_eq!(found("a.md", line), 0, "{line}");
        }
    }

    #[test]
    fn registries_are_found() {
        let line = ["https://repo1.", "maven.org/maven2"].concat();
        assert_eq!(found("pom.xml", &line), 1);
        assert_eq!(found("pom.xml", "https://crates.io/crates/netbird-tokens"), 0);
    }
}
