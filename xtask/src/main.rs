//! The task runner.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod command;
mod toolchain;
mod workspace;

use std::path::PathBuf;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let workspace = workspace::Workspace::find()?;
    let mut args = std::env::args_os().skip(1);
    match args.next().as_deref().and_then(|name| name.to_str()) {
        Some("swift-exec") => {
            let Some(dir) = args.next().map(PathBuf::from) else {
                bail!("usage: cargo xtask swift-exec DIR -- COMMAND …");
            };
            let mut rest: Vec<_> = args.collect();
            if rest.first().is_some_and(|first| first == "--") {
                rest.remove(0);
            }
            std::fs::create_dir_all(workspace.logs())?;
            let log = workspace.logs().join("swift.toolchain.log");
            let swift = toolchain::swift::ensure(&workspace, &log)?;
            Err(swift.command(&workspace, &dir, rest)?.exec())
        }
        _ => bail!("usage: cargo xtask swift-exec DIR -- COMMAND …"),
    }
}
