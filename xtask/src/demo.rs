//! The demo: the life of a token through the command-line tool, and again through the Python wheel.

use std::sync::Arc;

use anyhow::Result;

use crate::arguments::Demo;
use crate::command::Cmd;
use crate::fronts::{self, Stage, python};
use crate::plan::{self, Context};
use crate::workspace::Workspace;

/// Runs both demos; false if one of them failed.
pub fn run(workspace: Workspace, arguments: &Demo) -> Result<bool> {
    let mut options = Vec::new();
    if let Some(server) = &arguments.server {
        options.extend(["--server".to_owned(), server.clone()]);
    }
    options.extend_from_slice(&arguments.options);
    let status = Cmd::new(workspace.cargo())
        .args(["run", "--quiet", "--package", "netbird-tokens-cli", "--bin", "netbird-tokens", "--", "demo"])
        .args(&options)
        .dir(&workspace.root)
        .limit_minutes(40)
        .status()?;
    let with_wheel = !arguments.without_wheel && workspace.path("python/pyproject.toml").exists();
    if !status.success() || !with_wheel {
        return Ok(status.success());
    }
    println!("\nThe same through the Python wheel, which is built first (--without-wheel leaves this out).\n");
    let steps = plan::select(fronts::steps(&workspace, Stage::Build), |name| name == python::WHEEL);
    let excluded_packages = fronts::unneeded_packages(&["python".to_owned()]);
    let context = Arc::new(Context { workspace: workspace.clone(), excluded_packages, strict: false, verbose: false });
    let summary = plan::run(&context, steps)?;
    if !summary.is_success() {
        summary.print(&workspace.logs());
        return Ok(false);
    }
    python::demo(&workspace, &options)
}
