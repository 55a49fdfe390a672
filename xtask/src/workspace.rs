//! Paths of the checkout, the target directory, the logs and the installed tools.

use std::env;
use std::path::{Path, PathBuf};

/// The paths that every task uses.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The checkout: the folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// The target directory: `CARGO_TARGET_DIR`, or `target` in the checkout.
    pub target: PathBuf,
}

impl Workspace {
    /// Finds the checkout that this program was built from.
    pub fn find() -> anyhow::Result<Self> {
        let manifest =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .ok_or_else(|| anyhow::anyhow!("{} has no parent folder", manifest.display()))?
            .canonicalize()?;
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |dir| env::current_dir().unwrap_or_default().join(dir));
        Ok(Self { root, target })
    }

    /// A path inside the checkout.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// The folder of the steps' logs.
    pub fn logs(&self) -> PathBuf {
        self.target.join("xtask-logs")
    }

    /// The folder of the Debian root that has Swift, used if the system has no Swift.
    ///
    /// The root is slow to make and does not depend on the build, so it stays in the checkout even if the target directory
    /// is elsewhere. `NETBIRD_SWIFT_ROOT` overrides it.
    pub fn swift_root(&self) -> PathBuf {
        env::var_os("NETBIRD_SWIFT_ROOT").map_or_else(|| self.root.join("target/swift-root"), PathBuf::from)
    }

    /// The cargo that runs this program, so that every step uses the same toolchain.
    pub fn cargo(&self) -> PathBuf {
        env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
    }
}
