//! What a front end tells the task runner about itself.

use crate::plan::Step;
use crate::workspace::Workspace;

/// A front end, or a part that all front ends share.
pub trait Front {
    /// The value of `--only`, and the start of its steps' names.
    fn name(&self) -> &'static str;

    /// A file that exists if the front end is in this checkout.
    fn main_file(&self) -> &'static str;

    /// Crates of the workspace that only this front end needs. They are not built if only others are selected.
    fn own_packages(&self) -> &'static [&'static str] {
        &[]
    }

    /// Steps that install its tools. By default it needs only cargo.
    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        Vec::new()
    }

    /// Steps that build it, beyond compiling the workspace.
    fn build(&self, _: &Workspace) -> Vec<Step> {
        Vec::new()
    }

    /// Steps that test it.
    fn test(&self, workspace: &Workspace) -> Vec<Step>;
}
