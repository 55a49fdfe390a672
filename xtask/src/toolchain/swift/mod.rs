//! Swift: the system's own, or a Debian root that has it.

mod debian_root;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{Missing, apt};
use crate::command::{Cmd, on_path};
use crate::workspace::Workspace;

/// The oldest major version that can build the package.
const OLDEST: u32 = 6;

/// Where Swift is on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swift {
    /// `swift` is on the `PATH`.
    Native,
    /// In the Debian root at this path.
    Root(PathBuf),
}

/// Finds Swift. If the system has none, installs it or makes the Debian root.
///
/// # Errors
/// [`Missing`] if that is not possible on this machine; any other error if it failed.
pub fn ensure(workspace: &Workspace, log: &Path) -> Result<Swift> {
    if let Some(version) = system_version() {
        if version >= OLDEST {
            return Ok(Swift::Native);
        }
        return Err(Missing(format!("needs Swift {OLDEST} or newer; the one on the PATH is {version}")).into());
    }
    let root = workspace.swift_root();
    if debian_root::is_ready(&root) {
        return Ok(Swift::Root(root));
    }
    let missing = || {
        Missing(format!(
            "needs Swift {OLDEST} or newer on the PATH (see swift.org; Debian 13: apt-get install swiftlang); as root on \
             Debian it is set up for you"
        ))
    };
    if !apt::available() {
        return Err(missing().into());
    }
    if apt::candidate("swiftlang", log)?.is_some_and(|version| major(&version) >= Some(OLDEST)) {
        apt::ensure(&["swiftlang", "libc6-dev", "g++"], log)?;
        return Ok(Swift::Native);
    }
    if !debian_root::may_mount() {
        return Err(missing()).context("this machine does not allow mounting, not even to root");
    }
    debian_root::provision(&root, log)?;
    Ok(Swift::Root(root))
}

/// The major version of the `swift` on the `PATH`.
fn system_version() -> Option<u32> {
    on_path("swift")?;
    let text = Cmd::new("swift").arg("--version").limit_minutes(1).output().ok()?;
    major(text.split_once("Swift version ")?.1)
}

/// The number 6 of `6.0.3-2`.
fn major(version: &str) -> Option<u32> {
    version.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

impl Swift {
    /// A command (`swift`, or a program that it built) in the folder `dir`, run where Swift's libraries are.
    pub fn command<A: AsRef<OsStr>>(
        &self,
        workspace: &Workspace,
        dir: &Path,
        args: impl IntoIterator<Item = A>,
    ) -> Result<Cmd> {
        let dir = dir.canonicalize().with_context(|| format!("no folder {}", dir.display()))?;
        let mut args: Vec<OsString> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        match self {
            Self::Native => {
                if args.is_empty() {
                    bail!("no command given");
                }
                Ok(Cmd::new(args.remove(0)).args(args).dir(dir))
            }
            Self::Root(root) => {
                let mounts = debian_root::mounts(workspace, &dir)?;
                Ok(debian_root::enter(root, &dir, &mounts).args(args))
            }
        }
    }
}

/// Where it is, for the summary.
impl fmt::Display for Swift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native => formatter.write_str("the system's Swift"),
            Self::Root(root) => write!(formatter, "Debian {} in {}", debian_root::RELEASE, root.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major("6.0.3-2"), Some(6));
        assert_eq!(major("10.1 (swift-10.1-RELEASE)"), Some(10));
        assert_eq!(major("(none)"), None);
    }

    #[test]
    fn a_native_command_keeps_its_words() {
        let workspace = Workspace { root: PathBuf::from("/"), target: std::env::temp_dir() };
        let command =
            Swift::Native.command(&workspace, Path::new("/"), ["swift", "build", "-c", "release"]).expect("command");
        assert_eq!(command.shown(), "swift build -c release");
    }
}
