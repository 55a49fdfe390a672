//! Counts the tests that a log reports, from the closing lines of the test runners in use.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

/// The numbers of tests that a log reports.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that did not run.
    pub skipped: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} tests passed", self.passed)?;
        if self.failed > 0 {
            write!(formatter, ", {} failed", self.failed)?;
        }
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Each pattern has a group `pass` (passed) or `all` (all tests), and may have `bad` (failed) and `skip` (skipped).
static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // cargo test
        r"^test result: \w+\. (?P<pass>\d+) passed; (?P<bad>\d+) failed; (?P<skip>\d+) ignored",
        // the conformance runner, and every other program that ends with such a line
        r"^(?:\w+: )?(?P<pass>\d+) passed, (?P<bad>\d+) failed(?:, (?P<skip>\d+) skipped)?$",
        // pytest, with and without its line of `=`
        r"^=*\s*(?:(?P<bad>\d+) failed, )?(?P<pass>\d+) passed(?:, (?P<skip>\d+) skipped)?.* in [\d.]+s",
        // Maven Surefire's total. The lines of single classes do not match: they end with the time and the class.
        r"^(?:\[\w+\] )?Tests run: (?P<all>\d+), Failures: (?P<bad>\d+), Errors: \d+, Skipped: (?P<skip>\d+)$",
        // Swift Testing
        r"^✔ Test run with (?P<pass>\d+) tests?.* passed",
        // ctest
        r"^\d+% tests passed, (?P<bad>\d+) tests failed out of (?P<all>\d+)",
    ]
    .iter()
    .map(|pattern| Regex::new(pattern).expect("each pattern is compiled in a test"))
    .collect()
});

/// XCTest, which reports the sum again at each level of suites.
static XCTEST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*Executed (\d+) tests?, with (?:.* and )?(\d+) failures?").expect("compiled in a test")
});

/// Adds up all closing lines of a log.
pub fn count(log: &str) -> Counts {
    let mut counts = Counts::default();
    // The last sum is that of all suites.
    let mut xctest = None;
    for line in log.lines() {
        let line = line.trim_end();
        if let Some(found) = XCTEST.captures(line) {
            xctest = Some((number(found.get(1)), number(found.get(2))));
            continue;
        }
        for pattern in PATTERNS.iter() {
            if let Some(found) = pattern.captures(line) {
                let failed = number(found.name("bad"));
                let skipped = number(found.name("skip"));
                counts.failed += failed;
                counts.skipped += skipped;
                counts.passed += match found.name("all") {
                    Some(all) => number(Some(all)).saturating_sub(failed + skipped),
                    None => number(found.name("pass")),
                };
                break;
            }
        }
    }
    if let Some((all, failed)) = xctest {
        counts.failed += failed;
        counts.passed += all.saturating_sub(failed);
    }
    counts
}

fn number(found: Option<regex::Match<'_>>) -> u64 {
    found.and_then(|digits| digits.as_str().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn every_runner_is_counted() {
        for (log, expected) in [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                 test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
                counts(15, 2, 1),
            ),
            ("84 passed, 0 failed, 2 skipped", counts(84, 0, 2)),
            ("adapter: 84 passed, 1 failed", counts(84, 1, 0)),
            ("===== 31 passed, 2 skipped in 1.20s =====", counts(31, 0, 2)),
            ("1 failed, 30 passed in 0.70s", counts(30, 1, 0)),
            (
                "[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1 s - in A\n\
                 [INFO] Tests run: 9, Failures: 1, Errors: 0, Skipped: 2",
                counts(6, 1, 2),
            ),
            (
                "\t Executed 1 test, with 0 failures (0 unexpected) in 0.1 (0.1) seconds\n\
                 \t Executed 5 tests, with 0 failures (0 unexpected) in 0.1 (0.1) seconds\n\
                 ✔ Test run with 2 tests passed after 0.001 seconds.",
                counts(7, 0, 0),
            ),
            ("75% tests passed, 1 tests failed out of 4", counts(3, 1, 0)),
            ("nothing of the kind", counts(0, 0, 0)),
        ] {
            assert_eq!(count(log), expected, "{log}");
        }
    }
}
