//! The task runner: the same commands for a person and for the continuous integration.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod arguments;
mod bench;
mod checks;
mod command;
mod evidence;
mod fronts;
mod plan;
mod toolchain;
mod workspace;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

use arguments::Options;
use command::Cmd;
use fronts::Stage;
use plan::{Context, Step};
use workspace::Workspace;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked for; false if it did not hold.
fn run(words: &[String]) -> Result<bool> {
    let Some((command, rest)) = words.split_first() else {
        print!("{}", arguments::HELP);
        return Ok(true);
    };
    let workspace = Workspace::find()?;
    match command.as_str() {
        "help" | "--help" | "-h" => {
            print!("{}", arguments::HELP);
            Ok(true)
        }
        "swift-exec" => swift_exec(&workspace, rest),
        "demo" => demo(workspace, rest),
        "bench" => {
            command::end_children_on_interrupt()?;
            bench::run(workspace, rest)
        }
        "fmt" => program(&workspace, &["fmt", "--all"], rest),
        "setup" => front_ends(workspace, Stage::Setup, rest),
        "build" => front_ends(workspace, Stage::Build, rest),
        "test" => front_ends(workspace, Stage::Test, rest),
        "check-versions" => steps(workspace, vec![checks::version_step()], &options(rest)?),
        "lint" => steps(workspace, checks::steps(), &options(rest)?),
        "ci" => {
            let mut options = options(rest)?;
            options.strict = true;
            let mut all = fronts::steps(&workspace, Stage::Test);
            all.extend(checks::steps());
            steps(workspace, all, &options)
        }
        other => bail!("unknown command '{other}'; see: cargo xtask help"),
    }
}

fn options(words: &[String]) -> Result<Options> {
    let fronts = fronts::all();
    let mut names: Vec<&str> = fronts.iter().map(|front| front.name()).collect();
    names.push("check");
    Options::parse(words, &names)
}

fn front_ends(workspace: Workspace, stage: Stage, words: &[String]) -> Result<bool> {
    let options = options(words)?;
    let all = fronts::steps(&workspace, stage);
    steps(workspace, all, &options)
}

/// Runs those steps that are wanted, and what they need.
fn steps(workspace: Workspace, steps: Vec<Step>, options: &Options) -> Result<bool> {
    command::end_children_on_interrupt()?;
    let logs = workspace.logs();
    let steps = plan::select(steps, |name| options.wants(name));
    if steps.is_empty() {
        println!("Nothing to do: it needs no tools of its own.");
        return Ok(true);
    }
    let context =
        Arc::new(Context { workspace, only: options.only.clone(), strict: options.strict, verbose: options.verbose });
    let summary = plan::run(&context, steps)?;
    summary.print(&logs);
    Ok(summary.is_success())
}

/// Runs cargo in our place, with the terminal, so that what it starts ends as a person expects.
fn program(workspace: &Workspace, cargo: &[&str], rest: &[String]) -> Result<bool> {
    Err(Cmd::new(workspace.cargo()).args(cargo).args(rest).dir(&workspace.root).exec())
}

/// The main job through the command line, and once more through the wheel.
fn demo(workspace: Workspace, rest: &[String]) -> Result<bool> {
    const WITHOUT_WHEEL: &str = "--without-wheel";
    let args: Vec<String> = rest.iter().filter(|word| *word != WITHOUT_WHEEL).cloned().collect();
    command::end_children_on_interrupt()?;
    let status = Cmd::new(workspace.cargo())
        .args(["run", "--quiet", "--package", "netbird-tokens-cli", "--bin", "netbird-tokens", "--", "demo"])
        .args(&args)
        .dir(&workspace.root)
        .limit_minutes(40)
        .status()?;
    let wants_wheel = args.len() == rest.len() && workspace.path("python/pyproject.toml").exists();
    if !status.success() || !wants_wheel {
        return Ok(status.success());
    }
    println!("\nThe same through the Python wheel, which is built first ({WITHOUT_WHEEL} leaves this out).\n");
    let all = fronts::steps(&workspace, Stage::Build);
    let steps = plan::select(all, |name| name == fronts::python::WHEEL);
    let only = vec!["python".to_owned()];
    let context = Arc::new(Context { workspace: workspace.clone(), only, strict: false, verbose: false });
    let summary = plan::run(&context, steps)?;
    if !summary.is_success() {
        summary.print(&workspace.logs());
        return Ok(false);
    }
    fronts::python::demo(&workspace, &args)
}

fn swift_exec(workspace: &Workspace, words: &[String]) -> Result<bool> {
    const USAGE: &str = "usage: cargo xtask swift-exec DIR -- COMMAND …";
    let (dir, rest) = words.split_first().context(USAGE)?;
    let rest = match rest {
        [dashes, rest @ ..] if dashes == "--" => rest,
        rest => rest,
    };
    if rest.is_empty() {
        bail!(USAGE);
    }
    std::fs::create_dir_all(workspace.logs())?;
    let log = workspace.logs().join("swift-toolchain.log");
    let swift = toolchain::swift::ensure(workspace, &log)?;
    Err(swift.command(workspace, std::path::Path::new(dir), rest)?.exec())
}
