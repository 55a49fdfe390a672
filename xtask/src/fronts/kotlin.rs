//! The Kotlin package, built by Maven.

use std::ffi::OsString;

use anyhow::Result;

use super::compile::COMPILE;
use super::front::Front;
use super::live::{Server, live};
use super::steps::scenarios;
use crate::api;
use crate::command::{Cmd, on_path};
use crate::plan::{Job, Step};
use crate::toolchain::apt;
use crate::workspace::Workspace;

/// `bindings/kotlin`.
pub struct Kotlin;

const POM: &str = "bindings/kotlin/pom.xml";
/// The step that installs what the build needs.
pub const TOOLCHAIN: &str = "kotlin: toolchain and Maven artefacts";
/// The step that builds the native library.
pub const NATIVE: &str = "kotlin: native library";
/// The step that builds and tests the packages.
pub const BUILD: &str = "kotlin: build and tests";

/// Starts the adapter that Maven built. The options shorten the start, because many scenarios start it again.
const ADAPTER: &str =
    "java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar tests/adapters/kotlin/target/netbird-tokens-adapter.jar";

/// Maven without prompts and progress bars. It is not run with `--quiet`, which would hide the number of tests.
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

    fn main_file(&self) -> &'static str {
        POM
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &["netbird-tokens-uniffi", "netbird-tokens-bindgen"]
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(TOOLCHAIN, |job| {
                ensure_maven(job)?;
                // Downloads while Rust compiles. The goal does not find everything that a build needs; the build
                // fetches the rest, so a failure here does not matter.
                maven(job).args(["--fail-never", "dependency:go-offline"]).run()?;
                Ok(String::new())
            })
            .waits(),
        ]
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        vec![
            // The release build, as it is shipped. It needs the compile step only to keep cargo free for that step.
            Step::new(NATIVE, |job| {
                job.cargo("build").args(["--release", "--package", "netbird-tokens-uniffi"]).run()?;
                Ok(String::new())
            })
            .needs(COMPILE)
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
            .needs(COMPILE),
            Step::new("kotlin: public API is as listed", |job| api::KOTLIN.check(job.workspace())).needs(BUILD),
            scenarios("kotlin", "kotlin", adapter).needs(BUILD),
            live("kotlin", "kotlin", Server { version: "0.59", limited: false }, adapter).needs(BUILD),
        ]
    }
}

fn adapter(_: &Job) -> Result<Vec<(String, String)>> {
    Ok(vec![("NETBIRD_ADAPTER_KOTLIN".to_owned(), ADAPTER.to_owned())])
}
