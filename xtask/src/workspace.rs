//! Where things are: the checkout, the target directory, logs and provisioned tools.

use std::env;
use std::path::{Path, PathBuf};

/// The paths that every task uses.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The checkout: the folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Where cargo writes: `CARGO_TARGET_DIR`, or `target` in the checkout.
    pub target: PathBuf,
}

impl Workspace {
    /// Finds the checkout this runner was built from.
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

    /// Where each step's output is kept.
    pub fn logs(&self) -> PathBuf {
        self.target.join("xtask-logs")
    }

    /// The Debian root that holds the Swift toolchain where the system has none.
    ///
    /// It is slow to make and the same for every build, so it stays with the checkout even
    /// when cargo writes elsewhere; `NETBIRD_SWIFT_ROOT` moves it.
    pub fn swift_root(&self) -> PathBuf {
        env::var_os("NETBIRD_SWIFT_ROOT").map_or_else(|| self.root.join("target/swift-root"), PathBuf::from)
    }

    /// The cargo binary that runs us, so that a chosen toolchain stays chosen.
    pub fn cargo(&self) -> PathBuf {
        env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
    }
}
