//! `netbird-conformance`: the shared scenarios against one front end.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use netbird_conformance::launch::{self, Launch};
use netbird_conformance::live::{self, Target};
use netbird_conformance::report::{self, Failure, FailureKind, Outcome};
use netbird_conformance::runner::settings::Settings;
use netbird_conformance::runner::{self, Suite};
use netbird_conformance::scenario::Scenario;
use netbird_conformance::scenario_file::{self, InvalidFile};
use netbird_conformance::schema::Schema;
use netbird_conformance::skips;

/// How long one command may take on a real server.
const LIVE_CALL_LIMIT: Duration = Duration::from_secs(120);

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
    /// Run the live scenarios against the server `NETBIRD_TEST_URL` with `NETBIRD_TEST_TOKEN`, and leave nothing there.
    Live(Live),
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
    /// Only list the scenarios.
    #[arg(long)]
    list: bool,
    /// The folder with the scenarios.
    #[arg(long)]
    scenarios: Option<PathBuf>,
}

#[derive(Args)]
struct Live {
    /// Only this front end, a name in `tests/adapters/adapters.yaml`; can be repeated or a list with commas.
    #[arg(long, value_delimiter = ',')]
    adapter: Vec<String>,
    /// Start this program instead; split at white space.
    #[arg(long)]
    command: Option<String>,
    /// Only scenarios with this text in their name or in their file's name.
    #[arg(long)]
    filter: Option<String>,
    /// Only list the scenarios.
    #[arg(long)]
    list: bool,
    /// The folder with the scenarios.
    #[arg(long)]
    scenarios: Option<PathBuf>,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(run) => conform(&run),
        Command::Live(run) => conform_live(&run),
    };
    match result {
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

/// Where the scenarios are, and those that a run is about.
struct Chosen {
    root: PathBuf,
    folder: PathBuf,
    schema: Schema,
    scenarios: Vec<Scenario>,
    invalid: Vec<InvalidFile>,
}

fn choose(folder: Option<&PathBuf>, filter: Option<&String>) -> Result<Chosen> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("the workspace's folder")?.to_owned();
    let folder = folder.cloned().unwrap_or_else(|| root.join("tests/scenarios"));
    let schema = Schema::read(&root.join("tests/scenarios/scenario.schema.json"))?;
    let (all, invalid) = scenario_file::load_folder(&folder, &schema)?;
    let is_chosen = |scenario: &Scenario| {
        filter.is_none_or(|text| {
            let file = scenario.file.file_stem().unwrap_or_default().to_string_lossy();
            scenario.full_name().contains(text) || file.contains(text.as_str())
        })
    };
    Ok(Chosen { root, folder, schema, scenarios: all.into_iter().filter(is_chosen).collect(), invalid })
}

fn list(scenarios: &[Scenario]) {
    for scenario in scenarios {
        say(&format!("{}  {}", scenario.full_name(), scenario.about.trim().replace('\n', " ")));
    }
    say(&format!("{} scenarios", scenarios.len()));
}

fn conform(run: &Run) -> Result<bool> {
    let chosen = choose(run.scenarios.as_ref(), run.filter.as_ref())?;
    if run.list {
        list(&chosen.scenarios);
        return Ok(chosen.invalid.is_empty());
    }
    let mut outcomes: Vec<Outcome> = Vec::new();
    for broken in chosen.invalid {
        let failure = Failure::new(FailureKind::Scenario, "", broken.problem);
        let outcome = Outcome::failed(&broken.file.display().to_string(), vec![failure]);
        say(&outcome.text());
        outcomes.push(outcome);
    }
    let launch = launch::prepare(&chosen.root, &run.adapter, run.command.as_deref())?;
    let declared = skips::load(&chosen.folder.join("skips.yaml"))?;
    let settings = Settings::new(launch, chosen.root);
    let all_operations = run.filter.is_none().then(|| chosen.schema.operations());
    let suite = Suite { scenarios: &chosen.scenarios, skips: &declared, all_operations };
    outcomes.extend(runner::run(&settings, &suite, |outcome| say(&outcome.text()))?);
    if let Some(path) = &run.junit {
        report::write_junit(path, &run.adapter, &outcomes)?;
    }
    say(&report::summary(&outcomes));
    let counts = report::count(&outcomes);
    Ok(counts.failed == 0 && counts.passed > 0)
}

fn conform_live(run: &Live) -> Result<bool> {
    let chosen = choose(run.scenarios.as_ref(), run.filter.as_ref())?;
    if let Some(broken) = chosen.invalid.first() {
        bail!("{}: {}", broken.file.display(), broken.problem);
    }
    if run.list {
        let is_live = |scenario: &Scenario| live::obstacle(scenario).is_none();
        list(&chosen.scenarios.iter().filter(|scenario| is_live(scenario)).cloned().collect::<Vec<_>>());
        say(&live::not_live(&chosen.scenarios));
        return Ok(true);
    }
    let declared = skips::load(&chosen.folder.join("skips.yaml"))?;
    // All are built before the server is touched.
    let names = if run.adapter.is_empty() { launch::names(&chosen.root)? } else { run.adapter.clone() };
    let target = Target::from_env()?;
    let launches = names.iter().map(|name| launch::prepare(&chosen.root, name, run.command.as_deref()));
    let launches = launches.collect::<Result<Vec<Launch>>>()?;
    live::run(target, &chosen.scenarios, &launches, say, |launch, session, scenarios, on_outcome| {
        let mut settings = Settings::new(launch.clone(), chosen.root.clone());
        settings.live = Some(Arc::clone(session));
        settings.call_limit = LIVE_CALL_LIMIT;
        let suite = Suite { scenarios, skips: &declared, all_operations: None };
        runner::run(&settings, &suite, on_outcome)
    })
}
