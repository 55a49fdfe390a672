//! The Kotlin package, built by Maven.

use std::ffi::OsString;

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
/// The step that builds the native library.
pub const NATIVE: &str = "kotlin: native library";
const BUILD: &str = "kotlin: build and tests";

/// The adapter as Maven built it, started as quickly as can be: it starts anew for many a scenario.
const ADAPTER: &str =
    "java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar tests/adapters/kotlin/target/netbird-tokens-adapter.jar";

/// Maven without questions and progress bars. It says how many tests ran only if it is not quiet.
pub fn maven(job: &Job) -> Cmd {
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
        vec![
            // As it is shipped. After the compile step, which cargo would make wait otherwise.
            Step::new(NATIVE, |job| {
                job.cargo("build").args(["--release", "--package", "netbird-tokens-uniffi"]).run()?;
                Ok(String::new())
            })
            .needs(rust::COMPILE)
            .cargo(),
        ]
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(BUILD, |job| {
                let mut target = OsString::from("-Dcargo.target=");
                target.push(&job.workspace().target);
                maven(job)
                    .args(["-Dcargo.release.built=true", "-Dcargo.debug.built=true", "verify"])
                    .arg(target)
                    .run()?;
                job.tests_passed()
            })
            .needs(TOOLCHAIN)
            .needs(NATIVE)
            .needs(rust::COMPILE),
            conformance_step("kotlin", "kotlin", |_| {
                Ok(vec![("NETBIRD_ADAPTER_KOTLIN".to_owned(), ADAPTER.to_owned())])
            })
            .needs(BUILD),
        ]
    }
}
