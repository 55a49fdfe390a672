//! The command line of the task runner.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};

use crate::bench::{Language, PARTS};
use crate::docs::{NAME as DOCS, Reference};
use crate::release::Part;
use crate::{checks, fronts};

/// Builds, tests and checks every front end, the same way on a developer's machine and in CI.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Cli {
    /// What to do; nothing prints the help.
    #[command(subcommand)]
    pub command: Option<Command>,
}

// The help lists the commands in this order.
/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the life of a token: create, use, list and delete it
    ///
    /// Runs the demo of the command-line tool, and then the same through the Python wheel.
    Demo(Demo),
    /// Build and test every front end
    Test(Steps),
    /// Measure speed and size against the baselines
    Bench(Bench),
    /// Play a campaign of random calls over broken connections, and compare what callers were told with what the server did
    Chaos(Chaos),
    /// Build the documentation site with the API references of all languages into target/site
    Docs(Docs),
    /// Test in strict mode, and run the checks of `lint`
    Ci(Ci),
    /// Run the live scenarios of every front end against a real server
    ///
    /// The credential of an owner is read from NETBIRD_TEST_TOKEN. Nothing is left on the server.
    Live(Live),
    /// Build every front end without testing it
    Build(Steps),
    /// Install the tools that the front ends need
    Setup(Steps),
    /// Format the Rust sources
    Fmt(Fmt),
    /// Check formatting, lints, dependencies and documents
    Lint(Lint),
    /// Compare every copy of the version with the one in Cargo.toml
    CheckVersions(Verbose),
    /// Bring the lists of each front end's public API up to date
    ///
    /// `lint` and the tests compare the front ends with these lists. A name that went or changed is refused without --breaking.
    Api(Api),
    /// Build the C library and the wheel twice, in two folders, and compare the files
    ///
    /// Builds what is committed, in release mode: this takes a while.
    Reproduce(Reproduce),
    /// Make every part of a release that this machine can make, and run the main job from each
    ///
    /// Each part is installed into a clean place and used there against the released mock server. The parts, their checksums and a
    /// manifest are in target/release-dry-run/parts. Nothing is published.
    Release(Release),
    /// Run a command where Swift is installed
    ///
    /// That is this system if it has Swift, or else a Debian root that has it.
    SwiftExec(SwiftExec),
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Use this server and the credential in the environment, and leave nothing behind
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Leave out the Python wheel
    #[arg(long)]
    pub without_wheel: bool,
    /// More options for `netbird-tokens demo`
    #[arg(last = true, value_name = "DEMO_OPTIONS")]
    pub options: Vec<String>,
}

/// Arguments of `live`.
#[derive(Debug, Args)]
pub struct Live {
    /// The management server; by default that of NETBIRD_TEST_URL
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Only this adapter of tests/adapters/adapters.yaml; can be repeated or a list with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Only scenarios with this text in their name or in their file's name
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Only list the scenarios
    #[arg(long)]
    pub list: bool,
}

/// Arguments of `build`, `setup` and `test`.
#[derive(Debug, Args)]
pub struct Steps {
    /// Only this front end and what it needs; can be repeated or a list with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = PossibleValuesParser::new(fronts::names()))]
    pub only: Vec<String>,
    /// Fail if a tool is missing, instead of skipping its front end
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub verbose: Verbose,
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub struct Bench {
    /// Only Rust and this language; can be repeated or a list with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_enum)]
    pub only: Vec<Language>,
    /// Only this part; can be repeated or a list with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = PossibleValuesParser::new(PARTS))]
    pub part: Vec<String>,
    /// Measure for a shorter time, with less precise results
    #[arg(long)]
    pub quick: bool,
    /// Also write the figures to this file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Keep the figures under docs/benchmarks/ by their date, and show them in docs/benchmarks.md
    #[arg(long, conflicts_with_all = ["quick", "part", "only"])]
    pub keep: bool,
    /// Measure nothing: make the tables and charts of docs/benchmarks.md from the newest kept figures
    #[arg(long, conflicts_with_all = ["quick", "part", "only", "keep", "json"])]
    pub render: bool,
}

/// Arguments of `chaos`.
#[derive(Debug, Args)]
pub struct Chaos {
    /// How many stories to play [default: 2000]
    #[arg(long, value_name = "N", conflicts_with_all = ["operations", "duration"])]
    pub runs: Option<u64>,
    /// Play until this many operations were called
    #[arg(long, value_name = "N", conflicts_with = "duration")]
    pub operations: Option<u64>,
    /// Play for this long, as 120s or 2m
    #[arg(long = "for", value_name = "TIME")]
    pub duration: Option<String>,
    /// What the stories come from [default: a fresh one]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Begin with this run of the seed [default: 0]
    #[arg(long, value_name = "N")]
    pub first: Option<u64>,
    /// The front end: `rust` in the same process, `rust-process` through its adapter, or any other adapter by its name
    #[arg(long, value_name = "NAME", default_value = "rust")]
    pub front: String,
    /// How many stories are played at once
    #[arg(long, value_name = "N")]
    pub workers: Option<usize>,
    /// Switch a deliberate bug on, to see it caught
    #[arg(long, value_name = "NAME")]
    pub bug: Option<String>,
}

/// Arguments of `docs`.
#[derive(Debug, Args)]
pub struct Docs {
    /// Only this language's reference beside that of Python; can be repeated or a list with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_enum)]
    pub only: Vec<Reference>,
    /// Only the pages and the Python reference
    #[arg(long, conflicts_with = "only")]
    pub pages: bool,
    /// Fail if a tool is missing, instead of leaving its language out
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub verbose: Verbose,
}

/// Arguments of `release`.
#[derive(Debug, Args)]
pub struct Release {
    /// Publish nothing. Required, because nothing here can publish: docs/releasing.md says who does
    #[arg(long, required = true)]
    pub dry_run: bool,
    /// Where the XCFramework of the Swift package will be; without it the package is for Linux only
    #[arg(long, value_name = "URL", requires = "xcframework_checksum")]
    pub xcframework_url: Option<String>,
    /// What `swift package compute-checksum` says of the XCFramework
    #[arg(long, value_name = "SHA256", requires = "xcframework_url")]
    pub xcframework_checksum: Option<String>,
    /// Only this part and what it needs; can be repeated or a list with commas
    #[arg(long, value_name = "PART", value_delimiter = ',', value_enum)]
    pub only: Vec<Part>,
    /// Fail if a tool is missing, instead of leaving its part out
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub verbose: Verbose,
}

impl Release {
    /// The address and the checksum of the XCFramework.
    pub fn xcframework(&self) -> Option<(String, String)> {
        self.xcframework_url.clone().zip(self.xcframework_checksum.clone())
    }
}

/// Arguments of `ci`.
#[derive(Debug, Args)]
pub struct Ci {
    /// Only this front end and what it needs, the checks, or the documentation site; can be repeated or a list with commas
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        value_parser = PossibleValuesParser::new(fronts::names().into_iter().chain([checks::NAME, DOCS]))
    )]
    pub only: Vec<String>,
    #[command(flatten)]
    pub verbose: Verbose,
}

/// Arguments of `fmt`.
#[derive(Debug, Args)]
pub struct Fmt {
    /// Change nothing; fail if a file is not formatted
    #[arg(long)]
    pub check: bool,
    /// Options for rustfmt
    #[arg(last = true, value_name = "RUSTFMT_OPTIONS")]
    pub options: Vec<String>,
}

/// Arguments of `lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// Fail if Cargo.lock is out of date, instead of updating it
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub verbose: Verbose,
}

/// The option of every command that runs steps.
#[derive(Debug, Args)]
pub struct Verbose {
    /// Print the output of each step as well as logging it
    #[arg(short, long)]
    pub verbose: bool,
}

/// Arguments of `api`.
#[derive(Debug, Args)]
pub struct Api {
    /// Also take out what went or changed
    #[arg(long)]
    pub breaking: bool,
}

/// Arguments of `reproduce`.
#[derive(Debug, Args)]
pub struct Reproduce {
    /// Only the C library
    #[arg(long)]
    pub without_wheel: bool,
}

/// Arguments of `swift-exec`.
#[derive(Debug, Args)]
pub struct SwiftExec {
    /// The folder to run it in
    pub dir: PathBuf,
    /// The program and its arguments, best after `--`
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use clap::error::ErrorKind;

    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        let words = ["cargo xtask"].into_iter().chain(line.split_whitespace());
        Cli::try_parse_from(words).map(|cli| cli.command.expect("a command"))
    }

    fn steps(line: &str) -> Steps {
        match parse(line) {
            Ok(Command::Test(steps)) => steps,
            other => panic!("not a test command: {other:?}"),
        }
    }

    fn refused(line: &str) -> String {
        parse(line).expect_err(line).to_string()
    }

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_is_printed_instead_of_starting_the_command() {
        let cli = Cli::command();
        let commands: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(
            commands,
            [
                "demo",
                "test",
                "bench",
                "chaos",
                "docs",
                "ci",
                "live",
                "build",
                "setup",
                "fmt",
                "lint",
                "check-versions",
                "api",
                "reproduce",
                "release",
                "swift-exec",
            ]
        );
        for command in commands {
            // A command starts only from a parsed `Command`; asking for help ends the parsing.
            for line in [format!("{command} --help"), format!("{command} -h"), format!("help {command}")] {
                let help = parse(&line).expect_err(&line);
                assert_eq!(help.kind(), ErrorKind::DisplayHelp, "{line}");
                let text = help.to_string();
                assert!(text.contains(&format!("Usage: cargo xtask {command}")), "{text}");
            }
        }
        // Also after other arguments.
        for line in ["bench --quick --help", "test --only rust -h", "swift-exec bindings/swift --help"] {
            assert_eq!(parse(line).expect_err(line).kind(), ErrorKind::DisplayHelp, "{line}");
        }
    }

    #[test]
    fn every_option_is_explained() {
        for command in Cli::command().get_subcommands() {
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
        }
    }

    #[test]
    fn every_command_in_the_documents_is_known() {
        let workspace = crate::workspace::Workspace::find().expect("the checkout");
        let mut number = 0;
        for (file, text) in checks::files::texts(&workspace).expect("the documents") {
            if file.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            for block in crate::markdown::blocks(&text) {
                for line in block.code.lines().filter_map(|line| line.strip_prefix("cargo xtask ")) {
                    let line = line.split(" #").next().unwrap_or_default();
                    if let Err(error) = parse(line) {
                        panic!("{}:{}: {error}", file.display(), block.line);
                    }
                    number += 1;
                }
            }
        }
        assert!(number > 10, "only {number} commands");
    }

    #[test]
    fn front_ends_are_selected_by_name() {
        assert!(steps("test").only.is_empty());
        let steps = steps("test --only rust --only=c,swift --strict -v");
        assert_eq!(steps.only, ["rust", "c", "swift"]);
        assert!(steps.strict && steps.verbose.verbose);
        assert!(matches!(parse("ci --only check"), Ok(Command::Ci(_))));
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_list() {
        let error = refused("test --only java");
        assert!(error.contains("'java'"), "{error}");
        for name in fronts::names() {
            assert!(error.contains(name), "{name}: {error}");
        }
        let error = refused("bench --only cobol");
        assert!(error.contains("[possible values: rust, python, c, kotlin, swift]"), "{error}");
        // The checks are part of `ci`, not of `test`.
        assert!(refused("test --only check").contains("'check'"));
    }

    #[test]
    fn mistakes_are_explained() {
        for (line, part) in [
            ("tset", "'test'"),
            ("test --strickt", "'--strict'"),
            ("test rust", "unexpected argument 'rust'"),
            ("test --only", "a value is required"),
            ("bench --quik", "'--quick'"),
            ("bench --part list", "[possible values: latency, first_call"),
            ("bench --keep --quick", "cannot be used with"),
            ("swift-exec bindings/swift", "<COMMAND>..."),
        ] {
            let error = refused(line);
            assert!(error.contains(part), "{line}: {error}");
        }
    }

    #[test]
    fn a_command_for_swift_keeps_its_own_options() {
        for line in
            ["swift-exec bindings/swift -- swift build -c release", "swift-exec bindings/swift swift build -c release"]
        {
            let Ok(Command::SwiftExec(arguments)) = parse(line) else { panic!("{line}") };
            assert_eq!(arguments.dir, PathBuf::from("bindings/swift"));
            assert_eq!(arguments.command, ["swift", "build", "-c", "release"]);
        }
        let Ok(Command::SwiftExec(arguments)) = parse("swift-exec . -- printf -- x --help") else { panic!("refused") };
        assert_eq!(arguments.command, ["printf", "--", "x", "--help"]);
    }

    #[test]
    fn a_live_run_takes_a_server_and_no_credential() {
        let Ok(Command::Live(live)) = parse("live --server https://x --only rust,c --filter audit") else {
            panic!("refused")
        };
        assert_eq!(live.server.as_deref(), Some("https://x"));
        assert_eq!(live.only, ["rust", "c"]);
        assert_eq!(live.filter.as_deref(), Some("audit"));
        assert!(refused("live --token nbp_x").contains("unexpected argument '--token'"));
    }

    #[test]
    fn options_after_dashes_are_passed_on() {
        let Ok(Command::Demo(demo)) = parse("demo --server http://x --without-wheel -- --output json") else {
            panic!("refused")
        };
        assert_eq!(demo.server.as_deref(), Some("http://x"));
        assert_eq!(demo.options, ["--output", "json"]);
        let Ok(Command::Fmt(fmt)) = parse("fmt --check -- --color never") else { panic!("refused") };
        assert!(fmt.check);
        assert_eq!(fmt.options, ["--color", "never"]);
    }
}
