//! The documentation site: the documents of `docs/`, the Python reference, and the references that each language's own tool
//! makes, in one folder for each version.

mod docc;
mod folders;
mod html;
mod pages;
mod reference;
mod site;
mod tools;

use std::sync::Arc;

use anyhow::Result;
use clap::ValueEnum as _;

use crate::arguments::Docs;
use crate::fronts::{self, Stage};
use crate::plan::{self, Context, Step};
use crate::workspace::Workspace;

pub use reference::{NAME, Reference};

/// Builds the site; false if something is wrong with it.
pub fn run(workspace: Workspace, arguments: &Docs) -> Result<bool> {
    let wanted: Vec<Reference> = match (arguments.pages, arguments.only.as_slice()) {
        (true, _) => Vec::new(),
        (false, []) => Reference::value_variants().to_vec(),
        (false, only) => only.to_vec(),
    };
    let mut steps = fronts::steps(&workspace, Stage::Test);
    steps.extend(self::steps(&wanted));
    let steps = plan::select(steps, |name| name.starts_with(NAME));
    let logs = workspace.logs();
    let context = Context {
        workspace,
        excluded_packages: Vec::new(),
        strict: arguments.strict,
        verbose: arguments.verbose.verbose,
    };
    let summary = plan::run(&Arc::new(context), steps)?;
    summary.print(&logs);
    Ok(summary.is_success())
}

/// The steps that build the site with these references.
pub fn steps(wanted: &[Reference]) -> Vec<Step> {
    let mut steps = vec![site::generator()];
    steps.extend(wanted.iter().copied().map(tools::step));
    steps.push(site::site());
    steps
}
