//! What a person may type after `cargo xtask`.

use anyhow::{Result, bail};

/// The help text.
pub const HELP: &str = "\
Usage: cargo xtask COMMAND [OPTIONS]

Commands
  demo [--server URL]      do the main job on an embedded mock server, or on a real one
  test                     build and test every front end
  bench [--only NAME] [--quick] [--json FILE]
                           measure speed and size beside their baselines
  ci                       test in strict mode, with format, lint and freshness checks
  build                    build every front end, without testing it
  setup                    only get the tools that the front ends need
  fmt                      format the Rust sources
  lint                     format check, clippy and the freshness checks
  check-versions           compare every copy of the version
  swift-exec DIR -- CMD …  run a command where Swift is, in the folder DIR

Options of test, build and setup
  --only NAME   only this front end, and what it needs; may be repeated:
                rust mock conformance cli python c kotlin swift
  --strict      a missing tool fails instead of skipping its front end
  -v, --verbose print what each step prints
";

/// Options of `test`, `build`, `setup`, `lint` and `ci`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Names of front ends; none means all.
    pub only: Vec<String>,
    /// A missing tool fails.
    pub strict: bool,
    /// Print what each step prints.
    pub verbose: bool,
}

impl Options {
    /// Reads them; `names` are the front ends that there are.
    pub fn parse(words: &[String], names: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let only = match word.as_str() {
                "--strict" => {
                    options.strict = true;
                    continue;
                }
                "-v" | "--verbose" => {
                    options.verbose = true;
                    continue;
                }
                "--only" => match words.next() {
                    Some(name) => name.as_str(),
                    None => bail!("--only needs a name: {}", names.join(", ")),
                },
                other => match other.strip_prefix("--only=") {
                    Some(name) => name,
                    None => bail!("unknown option '{other}'; see: cargo xtask help"),
                },
            };
            for name in only.split(',') {
                if !names.contains(&name) {
                    bail!("nothing is called '{name}'; there are {}", names.join(", "));
                }
                options.only.push(name.to_owned());
            }
        }
        Ok(options)
    }

    /// True if a step of this name is wanted.
    pub fn wants(&self, step: &str) -> bool {
        let front = step.split(':').next().unwrap_or_default();
        self.only.is_empty() || self.only.iter().any(|name| name == front)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words, &["rust", "c", "swift"])
    }

    #[test]
    fn options_are_read() {
        let options = parse("--only rust --only=c,swift --strict -v").expect("options");
        assert_eq!(options.only, ["rust", "c", "swift"]);
        assert!(options.strict && options.verbose);
        assert_eq!(parse("").expect("none"), Options::default());
    }

    #[test]
    fn mistakes_are_explained() {
        for (line, part) in
            [("--only", "needs a name"), ("--only java", "'java'"), ("--strickt", "'--strickt'"), ("rust", "'rust'")]
        {
            let error = parse(line).expect_err(line).to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_front_end_is_the_start_of_a_name() {
        let options = parse("--only c").expect("options");
        assert!(options.wants("c: tests"));
        assert!(!options.wants("cli: tests"));
        assert!(Options::default().wants("anything: at all"));
    }
}
