//! `cargo xtask release --dry-run`: the parts of a release, each installed into a clean place and used there.

mod archive;
mod c;
mod command_line;
mod crates;
mod manifest;
mod maven;
mod part;
mod python;
mod sample;
mod sbom;
mod swift;

use std::sync::Arc;

use anyhow::Result;

use crate::arguments::Release;
use crate::fronts::{self, Stage};
use crate::plan::{self, Context, Step};
use crate::workspace::Workspace;

pub use part::Part;
use part::Parts;

/// Makes the parts; false if one of them failed.
///
/// # Errors
/// A log cannot be written.
pub fn run(workspace: Workspace, arguments: &Release) -> Result<bool> {
    let parts = Parts::new(&workspace);
    let wanted = |name: &str| {
        name == manifest::STEP
            || Part::ALL.into_iter().any(|part| name == part.step_name() && part.is_among(&arguments.only))
    };
    let mut steps = fronts::steps(&workspace, Stage::Build);
    steps.extend(self::steps(&parts, arguments.xcframework()));
    let steps = plan::select(steps, wanted);
    let logs = workspace.logs();
    let context = Context {
        workspace,
        excluded_packages: Vec::new(),
        strict: arguments.strict,
        verbose: arguments.verbose.verbose,
    };
    let summary = plan::run(&Arc::new(context), steps)?;
    summary.print(&logs);
    parts.print();
    Ok(summary.is_success())
}

fn steps(parts: &Parts, framework: Option<(String, String)>) -> Vec<Step> {
    vec![
        part::folder(parts),
        command_line::step(parts),
        crates::step(parts),
        python::step(parts),
        c::step(parts),
        maven::step(parts),
        swift::step(parts, framework),
        sbom::step(parts),
        manifest::step(parts),
    ]
}
