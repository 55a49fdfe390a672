//! `netbird-chaos`: plays a campaign and prints what became of it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Parser;
use netbird_chaos::campaign::{Campaign, Failed, Until, WORKERS};
use netbird_chaos::driver::{AdapterFront, Front, RustFront};

/// Random calls over broken connections, compared with what the server did
#[derive(Debug, Parser)]
#[command(name = "netbird-chaos")]
struct Arguments {
    /// How many stories to play
    #[arg(long, default_value_t = 2_000, conflicts_with_all = ["operations", "duration"])]
    runs: u64,
    /// Play until this many operations were called
    #[arg(long, conflicts_with = "duration")]
    operations: Option<u64>,
    /// Play for this long, as 120s or 2m
    #[arg(long = "for", value_name = "TIME")]
    duration: Option<String>,
    /// What the stories come from; a fresh one if it is not given
    #[arg(long)]
    seed: Option<u64>,
    /// Begin with this run of the seed
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// The front end: rust in this process, rust-process through its adapter, or any other adapter by its name
    #[arg(long, default_value = "rust")]
    front: String,
    /// How many stories are played at once
    #[arg(long)]
    workers: Option<usize>,
    /// A deliberate bug to switch on
    #[cfg(feature = "bugs")]
    #[arg(long, value_name = "NAME")]
    bug: Option<String>,
    /// The folder of the workspace, where adapters are built and started
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn time(text: &str) -> Result<Duration> {
    netbird_tokens::parse_duration(text).map_err(|error| anyhow::anyhow!("--for: {error}"))
}

/// Plays the campaign. False if it broke a promise.
fn run(arguments: &Arguments) -> Result<bool> {
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..1_000_000_000));
    let until = match (&arguments.duration, arguments.operations) {
        (Some(duration), _) => Until::Time(time(duration)?),
        (None, Some(operations)) => Until::Operations(operations),
        (None, None) => Until::Runs(arguments.runs),
    };
    let is_rust = arguments.front == "rust";
    let workers = arguments.workers.unwrap_or(if is_rust { WORKERS } else { 4 }).max(1);
    let allowance = switch_on(arguments)?;
    let campaign =
        Campaign { seed, first: arguments.first, until, workers, allowance, shrink_for: Duration::from_secs(60) };
    println!("Seed {seed}, front end {}, {workers} stories at once.\n", arguments.front);
    let tally = if is_rust {
        campaign.play(&|| Ok(Box::new(RustFront::default()) as Box<dyn Front>))?
    } else {
        let name = arguments.front.strip_suffix("-process").unwrap_or(&arguments.front);
        let adapters = AdapterFront::prepare(&arguments.root, name)?;
        campaign.play(&|| Ok(Box::new(adapters.clone()) as Box<dyn Front>))?
    };
    println!("{tally}");
    if let Some(failed) = &tally.failure {
        print_failure(failed, arguments);
    }
    if tally.operations == 0 {
        bail!("nothing was called");
    }
    Ok(tally.failure.is_none())
}

fn print_failure(failed: &Failed, arguments: &Arguments) {
    println!("{failed}");
    println!(
        "Run it again with:\n  cargo xtask chaos --front {} --seed {} --first {} --runs 1",
        arguments.front, failed.story.seed, failed.story.run
    );
}

#[cfg(not(feature = "bugs"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature `bugs` it can fail")]
fn switch_on(_: &Arguments) -> Result<Duration> {
    Ok(netbird_chaos::world::ALLOWANCE)
}

#[cfg(feature = "bugs")]
fn switch_on(arguments: &Arguments) -> Result<Duration> {
    use anyhow::Context as _;
    use netbird_tokens::bug::{self, Bug};
    let Some(name) = &arguments.bug else { return Ok(netbird_chaos::world::ALLOWANCE) };
    let found = Bug::ALL.iter().copied().find(|bug| bug.name() == name);
    bug::switch_on(found.with_context(|| format!("there is no bug {name:?}"))?);
    bug::set_allowance(netbird_chaos::world::SHORT_ALLOWANCE);
    Ok(netbird_chaos::world::SHORT_ALLOWANCE)
}
