//! The program that plays the fault campaign, however it was built.

use std::path::Path;

use crate::command::Cmd;
use crate::workspace::Workspace;

/// Runs it in this checkout.
pub fn command(workspace: &Workspace, program: &Path) -> Cmd {
    Cmd::new(program).dir(&workspace.root).arg("--root").arg(&workspace.root)
}
