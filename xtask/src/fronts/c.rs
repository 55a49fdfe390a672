//! The C library and the C++ header over it.

use super::{Front, conformance_step, package_tests};
use crate::plan::Step;
use crate::toolchain::apt;
use crate::workspace::Workspace;

/// `c-header`.
pub struct C;

const TOOLCHAIN: &str = "c: compilers, cmake, valgrind";

impl Front for C {
    fn name(&self) -> &'static str {
        "c"
    }

    fn sign_of_life(&self) -> &'static str {
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
            package_tests("c", "netbird-tokens-c").needs(TOOLCHAIN),
            conformance_step("c", "c", |_| Ok(Vec::new())).needs(TOOLCHAIN),
            conformance_step("cpp", "c", |_| Ok(Vec::new())).needs(TOOLCHAIN),
        ]
    }
}
