//! Steps that many front ends have.

use std::fs;

use anyhow::{Result, bail};

use super::compile::{self, COMPILE, built};
use crate::campaign;
use crate::plan::{Job, Step};

/// Runs every scenario against the adapter of a front end. `prepare` returns environment variables for the runner.
pub fn scenarios(
    adapter: &'static str,
    front: &str,
    prepare: impl FnOnce(&Job) -> Result<Vec<(String, String)>> + Send + 'static,
) -> Step {
    Step::new(format!("{front}: scenarios of {adapter}"), move |job| {
        let workspace = job.workspace();
        let reports = workspace.target.join("conformance");
        fs::create_dir_all(&reports)?;
        let mut command = job
            .command(built(workspace, "netbird-conformance"))
            .args(["run", "--adapter", adapter, "--junit"])
            .arg(reports.join(format!("{adapter}.xml")))
            .limit_minutes(20);
        for (name, value) in prepare(job)? {
            command = command.env(name, value);
        }
        command.run()?;
        job.tests_passed()
    })
    .needs(COMPILE)
}

/// Plays the fault campaign over a front end with a fresh seed, which the summary shows.
pub fn campaign(
    adapter: &'static str,
    front: &str,
    time: &'static str,
    prepare: impl FnOnce(&Job) -> Result<Vec<(String, String)>> + Send + 'static,
) -> Step {
    Step::new(format!("{front}: campaign over {adapter}"), move |job| {
        let program = built(job.workspace(), "netbird-chaos");
        let mut command = job
            .logged(campaign::command(job.workspace(), &program))
            .args(["--front", adapter, "--for", time])
            .limit_minutes(10);
        for (name, value) in prepare(job)? {
            command = command.env(name, value);
        }
        command.run()?;
        let log = fs::read_to_string(&job.log)?;
        let figures = ["Seed", "| runs", "| operations", "| faults"];
        let found = log.lines().filter(|line| figures.iter().any(|figure| line.starts_with(figure)));
        let plain = |line: &str| line.trim_matches(['|', ' ', '.']).replace(" |", "");
        Ok(found.map(plain).collect::<Vec<_>>().join(", "))
    })
    .needs(COMPILE)
}

/// Runs the Rust tests of one package, from the programs that the compile step built.
pub fn package_tests(front: &str, package: &'static str) -> Step {
    Step::new(format!("{front}: tests of {package}"), move |job| {
        let programs = compile::test_programs(job.workspace(), package)?;
        if programs.is_empty() {
            bail!("{package} has no tests");
        }
        let mut failures = Vec::new();
        for program in &programs {
            let outcome = job.logged(program.command(job.workspace())).limit_minutes(15).run();
            if let Err(error) = outcome {
                failures.push(format!("{}: {error:#}", program.target));
            }
        }
        if !failures.is_empty() {
            bail!("{}", failures.join("; "));
        }
        job.tests_passed()
    })
    .needs(COMPILE)
}
