//! `netbird-conformance`: the shared scenarios against one front end.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use netbird_conformance::launch;
use netbird_conformance::report::{self, Failure, FailureKind, Outcome};
use netbird_conformance::runner::settings::Settings;
use netbird_conformance::runner::{self, Suite};
use netbird_conformance::scenario::Scenario;
use netbird_conformance::scenario_file;
use netbird_conformance::schema::Schema;
use netbird_conformance::server::LiveServer;
use netbird_conformance::skips;

/// Run the shared scenarios against a front end.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the scenarios. The last line is `N passed, N failed, N skipped`; the exit status is 0 only if none failed.
    Run(Run),
}

#[derive(Args)]
struct Run {
    /// The front end: a name in `tests/adapters/adapters.yaml`.
    #[arg(long)]
    adapter: String,
    /// Start this program instead; split at white space.
    #[arg(long)]
    command: Option<String>,
    /// Only scenarios with this text in their name or in their file's name.
    #[arg(long)]
    filter: Option<String>,
    /// Write a JUnit report to this file.
    #[arg(long)]
    junit: Option<PathBuf>,
    /// Run the scenarios marked `live` against `NETBIRD_TEST_URL` with `NETBIRD_TEST_TOKEN`.
    #[arg(long)]
    live: bool,
    /// Only list the scenarios.
    #[arg(long)]
    list: bool,
    /// The folder with the scenarios.
    #[arg(long)]
    scenarios: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Command::Run(run) = Cli::parse().command;
    match conform(&run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "netbird-conformance: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn say(text: &str) {
    // Goes on without standard output: the exit status still tells the result.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn conform(run: &Run) -> Result<bool> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("the workspace's folder")?.to_owned();
    let folder = run.scenarios.clone().unwrap_or_else(|| root.join("tests/scenarios"));
    let schema = Schema::read(&root.join("tests/scenarios/scenario.schema.json"))?;
    let (all, invalid) = scenario_file::load_folder(&folder, &schema)?;
    let chosen: Vec<Scenario> = all.into_iter().filter(|scenario| is_chosen(run, scenario)).collect();
    if run.list {
        for scenario in &chosen {
            say(&format!("{}  {}", scenario.full_name(), scenario.about.trim().replace('\n', " ")));
        }
        say(&format!("{} scenarios", chosen.len()));
        return Ok(invalid.is_empty());
    }
    let mut outcomes: Vec<Outcome> = Vec::new();
    for broken in invalid {
        let failure = Failure::new(FailureKind::Scenario, "", broken.problem);
        let outcome = Outcome::failed(&broken.file.display().to_string(), vec![failure]);
        say(&outcome.text());
        outcomes.push(outcome);
    }
    let launch = launch::prepare(&root, &run.adapter, run.command.as_deref())?;
    let declared = skips::load(&folder.join("skips.yaml"))?;
    let mut settings = Settings::new(launch, root);
    if run.live {
        settings.live = Some(LiveServer::from_env()?);
        settings.call_limit = Duration::from_secs(120);
    }
    let is_complete = run.filter.is_none() && !run.live;
    let suite =
        Suite { scenarios: &chosen, skips: &declared, all_operations: is_complete.then(|| schema.operations()) };
    outcomes.extend(runner::run(&settings, &suite, |outcome| say(&outcome.text()))?);
    if let Some(path) = &run.junit {
        report::write_junit(path, &run.adapter, &outcomes)?;
    }
    say(&report::summary(&outcomes));
    let counts = report::count(&outcomes);
    Ok(counts.failed == 0 && counts.passed > 0)
}

fn is_chosen(run: &Run, scenario: &Scenario) -> bool {
    // A real server has one version: a scenario for several runs there once, with what it expects of the current one.
    let is_for_target = !run.live || scenario.live && scenario.is_for_current_version();
    is_for_target
        && run.filter.as_ref().is_none_or(|text| {
            let file = scenario.file.file_stem().unwrap_or_default().to_string_lossy();
            scenario.full_name().contains(text) || file.contains(text.as_str())
        })
}
