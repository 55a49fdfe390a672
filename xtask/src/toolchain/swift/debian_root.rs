//! A small Debian that has Swift, in a folder of its own.
//!
//! Debian has Swift since release 13. On an older system it cannot be installed beside the system's C library, so a minimal
//! newer Debian is unpacked into a folder, and the toolchain runs there by `chroot`. The checkout is mounted inside at the
//! same path, so paths in arguments and messages mean the same inside and outside, and libraries built outside load inside
//! (the newer C library runs what was linked with the older one). The mounts are in a mount namespace of the command's
//! own, which ends with the command.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::Cmd;
use crate::toolchain::apt;
use crate::workspace::Workspace;

/// The release that the root is made of.
pub const RELEASE: &str = "trixie";
/// The packages that are installed into it. SwiftPM fetches packages with git.
const PACKAGES: &str = "swiftlang libc6-dev g++ git";
/// Written into a finished root. A root with another text is made again.
const RECIPE: &str = "netbird-tokens swift root 2: trixie, swiftlang libc6-dev g++ git ca-certificates\n";
const MARKER: &str = "etc/netbird-swift-root";

/// A shell script: in the root `$1` and the folder `$2`, with the folders up to `--` mounted, runs the remaining arguments.
const ENTER: &str = r#"
root=$1; dir=$2; shift 2
while [ "$1" != -- ]; do
    mkdir -p "$root$1"
    mount --bind "$1" "$root$1"
    shift
done
shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
exec chroot "$root" /usr/bin/env -u TMPDIR -u LD_LIBRARY_PATH \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    /bin/sh -c 'cd "$1" && shift && exec "$@"' sh "$dir" "$@"
"#;

/// True if this process may mount. Containers often forbid it, even to root.
pub fn may_mount() -> bool {
    Cmd::new("unshare").args(["--mount", "--propagation", "private", "true"]).limit_minutes(1).output().is_ok()
}

/// True if the root is finished and was made by the current recipe.
pub fn is_ready(root: &Path) -> bool {
    fs::read_to_string(root.join(MARKER)).is_ok_and(|recipe| recipe == RECIPE)
}

/// Makes the root under a temporary name and renames it when it is complete, so that an interrupted run leaves nothing that
/// looks finished.
pub fn provision(root: &Path, log: &Path) -> Result<()> {
    let parent = root.parent().context("the Swift root has no parent folder")?;
    fs::create_dir_all(parent)?;
    if root.exists() {
        if !root.join(MARKER).exists() {
            bail!(
                "{} exists and was not made by this command: remove it, or set \
                 NETBIRD_SWIFT_ROOT to another folder",
                root.display()
            );
        }
        remove(root)?;
    }
    remove_abandoned(root)?;
    apt::ensure(&["debootstrap"], log)?;

    let partial = partial_name(root, std::process::id());
    let mirror = apt::mirror()?;
    Cmd::new("unshare")
        .args(["--mount", "--propagation", "private"])
        .args(["debootstrap", "--variant=minbase", "--include=ca-certificates", RELEASE])
        .arg(&partial)
        .arg(&mirror)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .limit_minutes(12)
        .log(log)
        .run()
        .context("cannot unpack the Debian root for Swift")?;

    fs::write(partial.join("etc/apt/apt.conf.d/90-host"), apt::network_settings()?)?;
    // The root can be made again at any time, so there is no need to sync each file to the disk.
    fs::write(
        partial.join("etc/dpkg/dpkg.cfg.d/90-fast"),
        "force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\n",
    )?;
    if Path::new("/etc/hosts").exists() {
        fs::copy("/etc/hosts", partial.join("etc/hosts"))?;
    }
    let options = apt::OPTIONS.join(" ");
    enter(&partial, Path::new("/"), &[])
        .args(["sh", "-ec"])
        .arg(format!(
            "apt-get {options} update\n\
             apt-get {options} install --no-install-recommends {PACKAGES}\n\
             apt-get clean\n\
             swift --version"
        ))
        .env("DEBIAN_FRONTEND", "noninteractive")
        .limit_minutes(15)
        .log(log)
        .run()
        .context("cannot install Swift into its Debian root")?;

    fs::write(partial.join(MARKER), RECIPE)?;
    match fs::rename(&partial, root) {
        Ok(()) => Ok(()),
        // Another process finished first; its root is as good.
        Err(_) if is_ready(root) => remove(&partial),
        Err(error) => Err(error).with_context(|| format!("cannot create {}", root.display())),
    }
}

fn partial_name(root: &Path, process: u32) -> PathBuf {
    let mut name = root.file_name().unwrap_or(OsStr::new("root")).to_owned();
    name.push(format!(".partial-{process}"));
    root.with_file_name(name)
}

/// Removes partial roots of killed runs: those whose process no longer exists.
fn remove_abandoned(root: &Path) -> Result<()> {
    let parent = root.parent().unwrap_or(Path::new("."));
    let prefix = partial_name(root, 0);
    let prefix =
        prefix.file_name().map(|name| name.to_string_lossy().trim_end_matches('0').to_owned()).unwrap_or_default();
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(process) = name.strip_prefix(&prefix)
            && !Path::new("/proc").join(process).exists()
        {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(root: &Path) -> Result<()> {
    // `--one-file-system`: anything that is still mounted inside must not be deleted.
    Cmd::new("rm")
        .args(["-rf", "--one-file-system", "--"])
        .arg(root)
        .run()
        .with_context(|| format!("cannot remove {}", root.display()))
}

/// The start of a command inside the root. The caller adds the program and its arguments.
pub fn enter(root: &Path, dir: &Path, mounts: &[PathBuf]) -> Cmd {
    Cmd::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-ec", ENTER, "sh"])
        .arg(root)
        .arg(dir)
        .args(mounts)
        .arg("--")
}

/// The folders that a command inside the root can see of the outside: temporary files, the checkout, the build output and
/// the folder that it runs in.
pub fn mounts(workspace: &Workspace, dir: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(&workspace.target)?;
    let mut mounts = vec![std::env::temp_dir().canonicalize()?];
    for wanted in [&workspace.root, &workspace.target.canonicalize()?, &dir.to_owned()] {
        if !mounts.iter().skip(1).any(|mount| wanted.starts_with(mount)) {
            mounts.push(wanted.clone());
        }
    }
    Ok(mounts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_finished_root_is_ready() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let root = folder.path().join("root");
        assert!(!is_ready(&root));
        fs::create_dir_all(root.join("etc")).expect("folder");
        assert!(!is_ready(&root));
        fs::write(root.join(MARKER), "an older recipe").expect("file");
        assert!(!is_ready(&root));
        fs::write(root.join(MARKER), RECIPE).expect("file");
        assert!(is_ready(&root));
    }

    #[test]
    fn a_folder_that_is_not_ours_is_never_removed() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let kept = folder.path().join("kept");
        fs::write(&kept, "precious").expect("file");
        let error = provision(folder.path(), &folder.path().join("log")).expect_err("refused");
        assert!(error.to_string().contains("NETBIRD_SWIFT_ROOT"), "{error}");
        assert!(kept.exists());
    }

    #[test]
    fn only_abandoned_roots_are_removed() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let root = folder.path().join("swift-root");
        // No process has this id, which is above the system's maximum.
        let dead = partial_name(&root, u32::MAX);
        let alive = partial_name(&root, std::process::id());
        let other = folder.path().join("swift-rooted");
        for path in [&dead, &alive, &other] {
            fs::create_dir(path).expect("folder");
        }
        remove_abandoned(&root).expect("removed");
        assert!(!dead.exists());
        assert!(alive.exists());
        assert!(other.exists());
    }

    #[test]
    fn the_checkout_is_mounted_once() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let root = folder.path().canonicalize().expect("path");
        let package = root.join("bindings/swift");
        fs::create_dir_all(&package).expect("folder");
        let workspace = Workspace { target: root.join("target"), root: root.clone() };
        let mounts = mounts(&workspace, &package).expect("mounts");
        assert_eq!(mounts[1..], [root]);
    }
}
