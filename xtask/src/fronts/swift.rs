//! The Swift package.

use super::{Front, conformance_step};
use crate::fronts::rust;
use crate::plan::{Job, Step};
use crate::toolchain::swift;
use crate::workspace::Workspace;

/// `bindings/swift`.
pub struct Swift;

const PACKAGE: &str = "bindings/swift";
const TOOLCHAIN: &str = "swift: toolchain";
const BUILD: &str = "swift: build";

/// `swift …` in the package's folder, in this step's log.
fn swift_command(job: &Job, args: &[&str]) -> anyhow::Result<crate::command::Cmd> {
    let workspace = job.workspace();
    let words = std::iter::once("swift").chain(args.iter().copied());
    let command = swift::ensure(workspace, &job.log)?.command(workspace, &workspace.path(PACKAGE), words)?;
    Ok(job.logged(command).limit_minutes(15))
}

impl Front for Swift {
    fn name(&self) -> &'static str {
        "swift"
    }

    fn sign_of_life(&self) -> &'static str {
        "bindings/swift/Package.swift"
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &["netbird-tokens-uniffi"]
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(TOOLCHAIN, |job| {
                swift::ensure(job.workspace(), &job.log)?;
                Ok(swift::describe(job.workspace()))
            })
            .waits(),
        ]
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(BUILD, |job| {
                swift_command(job, &["build", "--build-tests"])?.run()?;
                Ok(String::new())
            })
            .needs(TOOLCHAIN)
            .needs(rust::COMPILE),
        ]
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new("swift: tests", |job| {
                swift_command(job, &["test"])?.run()?;
                job.tests_passed()
            })
            .needs(BUILD),
            conformance_step("swift", "swift", |_| Ok(Vec::new())).needs(BUILD),
        ]
    }
}
