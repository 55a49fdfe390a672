//! The C library, and the C++ header on top of it.

use std::path::PathBuf;

use super::compile::COMPILE;
use super::front::Front;
use super::live::{Server, live};
use super::steps::{campaign, package_tests, scenarios};
use crate::plan::Step;
use crate::toolchain::apt;
use crate::workspace::Workspace;

/// `c-header`.
pub struct C;

const TOOLCHAIN: &str = "c: compilers, cmake, valgrind";
/// The step that builds and installs the library.
pub const LIBRARY: &str = "c: library, installed";

/// The JSON libraries of the adapters: pkg-config module and Debian package.
const JSON_LIBRARIES: &[(&str, &str)] = &[("libcjson", "libcjson-dev"), ("nlohmann_json", "nlohmann-json3-dev")];

/// The folder that the library is installed into for use in this checkout.
pub fn prefix(workspace: &Workspace) -> PathBuf {
    workspace.target.join("c-header").join("prefix")
}

impl Front for C {
    fn name(&self) -> &'static str {
        "c"
    }

    fn main_file(&self) -> &'static str {
        "c-header/include/netbird_tokens.h"
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &["netbird-tokens-c"]
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(TOOLCHAIN, |job| {
                for (program, package) in [
                    ("gcc", "gcc"),
                    ("g++", "g++"),
                    ("make", "make"),
                    ("cmake", "cmake"),
                    ("ninja", "ninja-build"),
                    ("pkg-config", "pkg-config"),
                    ("valgrind", "valgrind"),
                ] {
                    if crate::command::on_path(program).is_none() {
                        apt::ensure(&[package], &job.log)?;
                    }
                }
                for &(module, package) in JSON_LIBRARIES {
                    let found = job.command("pkg-config").args(["--exists", module]).limit_minutes(1).run();
                    if found.is_err() {
                        apt::ensure(&[package], &job.log)?;
                    }
                }
                Ok(String::new())
            })
            .waits(),
        ]
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        vec![
            // Tests and adapters install the library again, each into its own folder. They only copy what was built here.
            Step::new(LIBRARY, |job| {
                let prefix = prefix(job.workspace());
                job.command("cmake")
                    .arg(format!("-DPREFIX={}", prefix.display()))
                    .arg("-P")
                    .arg(job.workspace().path("c-header/install.cmake"))
                    .env("CARGO", job.workspace().cargo())
                    .limit_minutes(40)
                    .run()?;
                Ok(prefix.display().to_string())
            })
            .needs(TOOLCHAIN)
            .needs(COMPILE)
            .cargo(),
        ]
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            package_tests("c", "netbird-tokens-c").needs(LIBRARY),
            scenarios("c", "c", |_| Ok(Vec::new())).needs(LIBRARY),
            // After these scenarios, which build the same adapter.
            campaign("c", "c", "60s", |_| Ok(Vec::new())).needs("c: scenarios of c"),
            scenarios("cpp", "c", |_| Ok(Vec::new())).needs(LIBRARY),
            live("c", "c", Server { version: "0.59", limited: true }, |_| Ok(Vec::new())).needs(LIBRARY),
            live("cpp", "c", Server { version: "0.40", limited: false }, |_| Ok(Vec::new()))
                .needs("c: scenarios of cpp"),
        ]
    }
}
