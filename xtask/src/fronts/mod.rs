//! The front ends: for each, its tools, how it is built and how it is tested.
//!
//! A new language is one file here and one line in [`all`].

pub mod c;
mod chaos;
mod cli;
pub mod compile;
mod conformance;
mod front;
pub mod kotlin;
mod live;
mod manifests;
mod mock;
pub mod python;
pub mod rust;
mod steps;
pub mod swift;

use std::collections::BTreeSet;

use front::Front;

use crate::plan::Step;
use crate::toolchain::Missing;
use crate::workspace::Workspace;

/// Every front end, in the order of the summary.
fn all() -> Vec<Box<dyn Front>> {
    vec![
        Box::new(rust::Rust),
        Box::new(mock::Mock),
        Box::new(conformance::Conformance),
        Box::new(chaos::Chaos),
        Box::new(cli::Cli),
        Box::new(python::Python),
        Box::new(c::C),
        Box::new(kotlin::Kotlin),
        Box::new(swift::Swift),
    ]
}

/// The names of all front ends.
pub fn names() -> Vec<&'static str> {
    all().iter().map(|front| front.name()).collect()
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Install the tools.
    Setup,
    /// Also build.
    Build,
    /// Also test.
    Test,
}

/// The steps of all front ends up to a stage. A front end that is not in this checkout gets one step that fails like a
/// missing tool.
pub fn steps(workspace: &Workspace, stage: Stage) -> Vec<Step> {
    let mut toolchain = Vec::new();
    let mut build = Vec::new();
    let mut test = Vec::new();
    for front in all() {
        if !workspace.path(front.main_file()).exists() {
            let absent = format!("{} does not exist", front.main_file());
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

/// The crates that none of the front ends in `only` needs. If `only` is empty, all front ends are built and there are
/// no such crates.
pub fn unneeded_packages(only: &[String]) -> Vec<&'static str> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_of_two_front_ends_is_built_for_either() {
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
    fn every_need_is_a_step_and_every_name_starts_with_a_front_end() {
        let workspace = Workspace::find().expect("the checkout");
        for stage in [Stage::Setup, Stage::Build, Stage::Test] {
            let steps = steps(&workspace, stage);
            let names: BTreeSet<&str> = steps.iter().map(|step| step.name.as_str()).collect();
            assert_eq!(names.len(), steps.len(), "two steps with the same name");
            let fronts = super::names();
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
