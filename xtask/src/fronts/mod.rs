//! The front ends: for each, what it needs, how it is built and how it is tested.
//!
//! A new language is one file here and one line in [`all`].

pub mod c;
mod cli;
mod conformance;
pub mod kotlin;
mod mock;
pub mod python;
mod rust;
pub mod swift;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::plan::{Job, Step};
use crate::toolchain::Missing;
use crate::workspace::Workspace;

/// One front end, or one thing that all front ends share.
pub trait Front {
    /// As `--only` takes it, and the start of its steps' names.
    fn name(&self) -> &'static str;

    /// A file of it that exists once there is something to build.
    fn sign_of_life(&self) -> &'static str;

    /// Crates of the workspace that nobody else needs: left out where it is not asked for.
    fn own_packages(&self) -> &'static [&'static str] {
        &[]
    }

    /// Steps that get the tools.
    fn toolchain(&self, workspace: &Workspace) -> Vec<Step>;

    /// Steps that build it.
    fn build(&self, workspace: &Workspace) -> Vec<Step>;

    /// Steps that test it.
    fn test(&self, workspace: &Workspace) -> Vec<Step>;
}

/// Every front end, in the order in which they are reported.
pub fn all() -> Vec<Box<dyn Front>> {
    vec![
        Box::new(rust::Rust),
        Box::new(mock::Mock),
        Box::new(conformance::Conformance),
        Box::new(cli::Cli),
        Box::new(python::Python),
        Box::new(c::C),
        Box::new(kotlin::Kotlin),
        Box::new(swift::Swift),
    ]
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Only get the tools.
    Setup,
    /// And build.
    Build,
    /// And test.
    Test,
}

/// The steps of all front ends up to a stage. One that is not there yet gets a single step
/// that says so, as a missing tool would.
pub fn steps(workspace: &Workspace, stage: Stage) -> Vec<Step> {
    let mut toolchain = Vec::new();
    let mut build = Vec::new();
    let mut test = Vec::new();
    for front in all() {
        if !workspace.path(front.sign_of_life()).exists() {
            let absent = format!("not there yet: no {}", front.sign_of_life());
            test.push(Step::new(format!("{}: all", front.name()), move |_| Err(Missing(absent).into())).waits());
            continue;
        }
        toolchain.extend(front.toolchain(workspace));
        if stage >= Stage::Build {
            build.extend(front.build(workspace));
        }
        if stage >= Stage::Test {
            test.extend(front.test(workspace));
        }
    }
    toolchain.extend(build);
    toolchain.extend(test);
    toolchain
}

/// The crates that nobody needs who asked only for these front ends. With all of them asked for
/// there are none.
fn unneeded_packages(only: &[String]) -> Vec<&'static str> {
    if only.is_empty() {
        return Vec::new();
    }
    let all = all();
    let own = |wanted: bool| {
        all.iter()
            .filter(move |front| only.iter().any(|name| name == front.name()) == wanted)
            .flat_map(|front| front.own_packages().iter().copied())
    };
    let needed: BTreeSet<&str> = own(true).collect();
    let mut unneeded: Vec<&str> = own(false).filter(|package| !needed.contains(package)).collect();
    unneeded.dedup();
    unneeded
}

/// Runs every scenario against one front end's adapter. `prepare` gives variables for the runner.
fn conformance_step(
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
    .needs(rust::COMPILE)
}

/// A program of this workspace that the compile step made.
pub fn built(workspace: &Workspace, program: &str) -> PathBuf {
    workspace.target.join("debug").join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}

/// Runs the Rust tests of one package, as the compile step built them.
fn package_tests(front: &str, package: &'static str) -> Step {
    Step::new(format!("{front}: tests of {package}"), move |job| {
        let programs = rust::test_programs(job.workspace(), package)?;
        if programs.is_empty() {
            bail!("{package} has no tests");
        }
        let mut broken = Vec::new();
        for program in &programs {
            let outcome = job.logged(program.command(job.workspace())).limit_minutes(15).run();
            if let Err(error) = outcome {
                broken.push(format!("{}: {error:#}", program.target));
            }
        }
        if !broken.is_empty() {
            bail!("{}", broken.join("; "));
        }
        job.tests_passed()
    })
    .needs(rust::COMPILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_front_ends_share_is_built_for_either() {
        let unneeded = |names: &[&str]| {
            let only: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            unneeded_packages(&only)
        };
        assert!(unneeded(&[]).is_empty());
        assert!(unneeded(&["c"]).contains(&"netbird-tokens-uniffi"));
        assert!(!unneeded(&["kotlin"]).contains(&"netbird-tokens-uniffi"));
        assert!(unneeded(&["kotlin"]).contains(&"netbird-tokens-c"));
        assert!(!unneeded(&["kotlin", "c"]).contains(&"netbird-tokens-c"));
    }

    #[test]
    fn every_need_is_a_step_and_every_name_is_its_front_ends() {
        let workspace = Workspace::find().expect("the checkout");
        for stage in [Stage::Setup, Stage::Build, Stage::Test] {
            let steps = steps(&workspace, stage);
            let names: BTreeSet<&str> = steps.iter().map(|step| step.name.as_str()).collect();
            assert_eq!(names.len(), steps.len(), "two steps of one name");
            let fronts: Vec<&str> = all().iter().map(|front| front.name()).collect();
            for step in &steps {
                let front = step.name.split(':').next().unwrap_or_default();
                assert!(fronts.contains(&front), "{}", step.name);
                for need in &step.needs {
                    assert!(names.contains(need.as_str()), "{} needs {need}", step.name);
                }
            }
        }
    }
}
