//! The task runner: one set of commands for developers and for continuous integration.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod api;
mod arguments;
mod bench;
mod campaign;
mod chaos;
mod checks;
mod children;
mod command;
mod demo;
mod docs;
mod fronts;
mod live;
mod log;
mod markdown;
mod mock_program;
mod plan;
mod release;
mod reproduce;
mod sources;
mod test_counts;
mod toolchain;
mod workspace;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{CommandFactory as _, Parser as _, ValueEnum as _};

use arguments::{Cli, Command, Fmt, Steps, SwiftExec};
use command::Cmd;
use fronts::Stage;
use plan::{Context, Step};
use workspace::Workspace;

fn main() -> ExitCode {
    // Prints the help, or what is wrong with the arguments, and exits before anything starts.
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command. Returns false if it ran and its result is a failure.
fn run(command: Option<Command>) -> Result<bool> {
    let Some(command) = command else {
        Cli::command().print_help()?;
        return Ok(true);
    };
    let workspace = Workspace::find()?;
    // These replace this process by the command, which then gets the terminal's signals itself.
    match &command {
        Command::Live(arguments) => return Err(live::run(&workspace, arguments)),
        Command::Fmt(arguments) => return Err(format(&workspace, arguments)),
        Command::SwiftExec(arguments) => return swift_exec(&workspace, arguments),
        _ => {}
    }
    children::end_on_interrupt()?;
    match command {
        Command::Demo(arguments) => demo::run(workspace, &arguments),
        Command::Bench(arguments) => bench::run(workspace, &arguments),
        Command::Chaos(arguments) => chaos::run(&workspace, &arguments),
        Command::Setup(arguments) => front_ends(workspace, Stage::Setup, &arguments),
        Command::Build(arguments) => front_ends(workspace, Stage::Build, &arguments),
        Command::Test(arguments) => front_ends(workspace, Stage::Test, &arguments),
        Command::Docs(arguments) => docs::run(workspace, &arguments),
        Command::Ci(arguments) => {
            let mut steps = fronts::steps(&workspace, Stage::Test);
            steps.extend(checks::steps());
            steps.extend(docs::steps(docs::Reference::value_variants()));
            run_steps(workspace, steps, &arguments.only, true, arguments.verbose.verbose)
        }
        Command::Lint(arguments) => {
            run_steps(workspace, checks::steps(), &[], arguments.strict, arguments.verbose.verbose)
        }
        Command::CheckVersions(arguments) => {
            run_steps(workspace, vec![checks::version_step()], &[], false, arguments.verbose)
        }
        Command::Release(arguments) => release::run(workspace, &arguments),
        Command::Reproduce(arguments) => reproduce::run(&workspace, &arguments),
        Command::Api(arguments) => api::run(&workspace, arguments.breaking),
        Command::Fmt(_) | Command::SwiftExec(_) | Command::Live(_) => unreachable!("handled above"),
    }
}

fn front_ends(workspace: Workspace, stage: Stage, arguments: &Steps) -> Result<bool> {
    let steps = fronts::steps(&workspace, stage);
    run_steps(workspace, steps, &arguments.only, arguments.strict, arguments.verbose.verbose)
}

/// Runs the steps of the front ends in `only` (all if it is empty) and what these steps need.
fn run_steps(workspace: Workspace, steps: Vec<Step>, only: &[String], strict: bool, verbose: bool) -> Result<bool> {
    let steps = plan::select(steps, |name| is_selected(name, only));
    if steps.is_empty() {
        println!("Nothing to do: this needs no tools of its own.");
        return Ok(true);
    }
    let logs = workspace.logs();
    let excluded_packages = fronts::unneeded_packages(only);
    let summary = plan::run(&Arc::new(Context { workspace, excluded_packages, strict, verbose }), steps)?;
    summary.print(&logs);
    Ok(summary.is_success())
}

/// The part of a step's name before the colon is its front end.
fn is_selected(step: &str, only: &[String]) -> bool {
    let front = step.split(':').next().unwrap_or_default();
    only.is_empty() || only.iter().any(|name| name == front)
}

/// Replaces this process by `cargo fmt`. Returns only if that fails.
fn format(workspace: &Workspace, arguments: &Fmt) -> anyhow::Error {
    let mut command = Cmd::new(workspace.cargo()).args(["fmt", "--all"]).dir(&workspace.root);
    if arguments.check {
        command = command.arg("--check");
    }
    if !arguments.options.is_empty() {
        command = command.arg("--").args(&arguments.options);
    }
    command.exec()
}

/// Replaces this process by a command that has Swift. Returns only if that fails.
fn swift_exec(workspace: &Workspace, arguments: &SwiftExec) -> Result<bool> {
    std::fs::create_dir_all(workspace.logs())?;
    let log = workspace.logs().join("swift-toolchain.log");
    let swift = toolchain::swift::ensure(workspace, &log)?;
    Err(swift.command(workspace, &arguments.dir, &arguments.command)?.exec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_front_end_is_the_start_of_a_steps_name() {
        let only = ["c".to_owned()];
        assert!(is_selected("c: tests", &only));
        assert!(!is_selected("cli: tests", &only));
        assert!(is_selected("anything: at all", &[]));
    }
}
