//! `netbird-conformance`: the shared scenarios against one front end.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use netbird_conformance::registry;
use netbird_conformance::report::{self, Failure, FailureKind, Outcome, Verdict};
use netbird_conformance::runner::{self, Settings};
use netbird_conformance::scenario;
use netbird_conformance::server::Live;
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
    /// Run the scenarios; ends with `N passed, N failed, N skipped`, and status 0 only if none failed.
    Run(Run),
}

#[derive(Args)]
struct Run {
    /// The front end, as `tests/adapters/adapters.yaml` calls it.
    #[arg(long)]
    adapter: String,
    /// Start this program instead (split at white space).
    #[arg(long)]
    command: Option<String>,
    /// Only scenarios with this text in their name or their file's.
    #[arg(long)]
    filter: Option<String>,
    /// Write a JUnit report there.
    #[arg(long)]
    junit: Option<PathBuf>,
    /// Run those marked `live` against `NETBIRD_TEST_URL` with `NETBIRD_TEST_TOKEN`.
    #[arg(long)]
    live: bool,
    /// Only name the scenarios.
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
    // A closed standard output is no reason to stop: the exit status tells the rest.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn conform(run: &Run) -> Result<bool> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("the workspace's folder")?.to_owned();
    let folder = run.scenarios.clone().unwrap_or_else(|| root.join("tests/scenarios"));
    let schema = root.join("tests/scenarios/scenario.schema.json");
    let (all, invalid) = scenario::load_folder(&folder, &schema)?;
    let chosen: Vec<_> = all
        .iter()
        .filter(|scenario| !run.live || scenario.live)
        .filter(|scenario| {
            run.filter.as_ref().is_none_or(|text| {
                let file = scenario.file.file_stem().unwrap_or_default().to_string_lossy();
                scenario.name.contains(text) || file.contains(text.as_str())
            })
        })
        .cloned()
        .collect();
    if run.list {
        for scenario in &chosen {
            say(&format!("{}  {}", scenario.name, scenario.about.trim().replace('\n', " ")));
        }
        say(&format!("{} scenarios", chosen.len()));
        return Ok(invalid.is_empty());
    }
    let mut outcomes: Vec<Outcome> = Vec::new();
    for broken in invalid {
        let outcome =
            failed(&broken.file.display().to_string(), Failure::new(FailureKind::Scenario, "", broken.problem));
        say(&outcome.text());
        outcomes.push(outcome);
    }
    let launch = registry::prepare(&root, &run.adapter, run.command.as_deref())?;
    let declared = skips::load(&folder.join("skips.yaml"))?;
    let mut settings = Settings::new(launch, root);
    if run.live {
        settings.live = Some(Live::from_env()?);
        settings.call_limit = Duration::from_secs(120);
    }
    let whole = run.filter.is_none() && !run.live;
    let ran = runner::run(&settings, &chosen, &declared, whole, |outcome| say(&outcome.text()))?;
    outcomes.extend(ran);
    if let Some(path) = &run.junit {
        report::write_junit(path, &run.adapter, &outcomes)?;
    }
    let (passed, failed, skipped) = report::count(&outcomes);
    say(&format!("{passed} passed, {failed} failed, {skipped} skipped"));
    Ok(failed == 0 && passed > 0)
}

fn failed(name: &str, failure: Failure) -> Outcome {
    Outcome { name: name.to_owned(), verdict: Verdict::Failed(vec![failure]), took: Duration::ZERO }
}
