//! The Kotlin package, built by Maven.

use anyhow::Result;

use super::{Front, conformance_step};
use crate::command::{Cmd, on_path};
use crate::fronts::rust;
use crate::plan::{Job, Step};
use crate::toolchain::apt;
use crate::workspace::Workspace;

/// `bindings/kotlin`.
pub struct Kotlin;

const POM: &str = "bindings/kotlin/pom.xml";
const TOOLCHAIN: &str = "kotlin: toolchain and Maven artefacts";
const BUILD: &str = "kotlin: build and tests";

/// Maven without questions and progress bars. It says how many tests ran only if it is not quiet.
fn maven(job: &Job) -> Cmd {
    job.command("mvn").args(["-B", "-ntp", "-f"]).arg(job.workspace().path(POM)).limit_minutes(25)
}

fn ensure_maven(job: &Job) -> Result<()> {
    if on_path("javac").is_none() {
        apt::ensure(&["openjdk-17-jdk-headless"], &job.log)?;
    }
    if on_path("mvn").is_none() {
        apt::ensure(&["maven"], &job.log)?;
    }
    Ok(())
}

impl Front for Kotlin {
    fn name(&self) -> &'static str {
        "kotlin"
    }

    fn sign_of_life(&self) -> &'static str {
        POM
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &["netbird-tokens-uniffi", "netbird-tokens-bindgen"]
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(TOOLCHAIN, |job| {
                ensure_maven(job)?;
                // Downloads while Rust compiles. Only a head start: the goal does not know all that a
                // build will ask for, so what it leaves or cannot get is the build's own to fetch.
                maven(job).args(["--fail-never", "dependency:go-offline"]).run()?;
                Ok(String::new())
            })
            .waits(),
        ]
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        Vec::new()
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(BUILD, |job| {
                // The compile step made what the tests need of Rust.
                maven(job).args(["-Dcargo.tests.built=true", "verify"]).run()?;
                job.tests_passed()
            })
            .needs(TOOLCHAIN)
            .needs(rust::COMPILE),
            conformance_step("kotlin", "kotlin", |_| Ok(Vec::new())).needs(BUILD),
        ]
    }
}
