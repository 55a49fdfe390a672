//! Swift: the system's own, or Debian's toolchain in a root of its own.
//!
//! Debian has Swift from release 13 on. On an older one it cannot be installed beside the
//! system's C library, so a minimal newer Debian is unpacked into a folder and the toolchain
//! runs there by `chroot`. The checkout is mounted inside at the same path, so file names in
//! arguments and messages mean the same on both sides, and libraries built outside load inside
//! (the newer C library runs what the older one linked). The mounts live in a mount namespace
//! of the command's own: they end with it, however it ends.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{Missing, apt};
use crate::command::{Cmd, on_path};
use crate::workspace::Workspace;

/// The oldest major version that the package can be built with.
const OLDEST: u32 = 6;
/// The release that the root is made of, and what is installed into it.
const RELEASE: &str = "trixie";
const PACKAGES: &str = "swiftlang libc6-dev g++";
/// Written into a finished root. A root with another text is made anew.
const RECIPE: &str = "netbird-tokens swift root 1: trixie, swiftlang libc6-dev g++ ca-certificates\n";
const MARKER: &str = "etc/netbird-swift-root";

/// Runs `"$@"` inside the root `$1`, in folder `$2`, with the folders up to `--` mounted.
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

/// How Swift is run on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swift {
    /// `swift` is on the `PATH`.
    Native,
    /// In the Debian root at this path.
    Root(PathBuf),
}

/// Finds Swift, installing it or making the Debian root where the system has none.
///
/// # Errors
/// [`Missing`] where that is not possible; else what went wrong while doing it.
pub fn ensure(workspace: &Workspace, log: &Path) -> Result<Swift> {
    if let Some(version) = system_version() {
        if version >= OLDEST {
            return Ok(Swift::Native);
        }
        return Err(Missing(format!("needs Swift {OLDEST} or newer; the one on the PATH is {version}")).into());
    }
    let root = workspace.swift_root();
    if is_ready(&root) {
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
    if !may_mount() {
        return Err(missing()).context("this machine lets nobody mount, root included");
    }
    provision(&root, log)?;
    Ok(Swift::Root(root))
}

/// The major version of the `swift` on the `PATH`.
fn system_version() -> Option<u32> {
    on_path("swift")?;
    let text = Cmd::new("swift").arg("--version").limit_minutes(1).output().ok()?;
    major(text.split_once("Swift version ")?.1)
}

/// `6.0.3-2` is 6.
fn major(version: &str) -> Option<u32> {
    version.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// Containers often forbid it, even to root.
fn may_mount() -> bool {
    Cmd::new("unshare").args(["--mount", "--propagation", "private", "true"]).limit_minutes(1).output().is_ok()
}

fn is_ready(root: &Path) -> bool {
    fs::read_to_string(root.join(MARKER)).is_ok_and(|recipe| recipe == RECIPE)
}

/// Makes the root beside its place and moves it there when it is whole, so that an interrupted
/// run leaves nothing that looks finished.
fn provision(root: &Path, log: &Path) -> Result<()> {
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
    // The root can be made again at any time: waiting for the disk after each file buys nothing.
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
        // Somebody else finished first: theirs is as good.
        Err(_) if is_ready(root) => remove(&partial),
        Err(error) => Err(error).with_context(|| format!("cannot create {}", root.display())),
    }
}

fn partial_name(root: &Path, process: u32) -> PathBuf {
    let mut name = root.file_name().unwrap_or(OsStr::new("root")).to_owned();
    name.push(format!(".partial-{process}"));
    root.with_file_name(name)
}

/// Removes what a killed run left: partial roots whose process is gone.
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
    // `--one-file-system`: were anything mounted in there after all, it would be spared.
    Cmd::new("rm")
        .args(["-rf", "--one-file-system", "--"])
        .arg(root)
        .run()
        .with_context(|| format!("cannot remove {}", root.display()))
}

/// The start of a command inside `root`; its program and arguments are to be added.
fn enter(root: &Path, dir: &Path, mounts: &[PathBuf]) -> Cmd {
    Cmd::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-ec", ENTER, "sh"])
        .arg(root)
        .arg(dir)
        .args(mounts)
        .arg("--")
}

impl Swift {
    /// A command (`swift`, or a program that it built) in `dir`, where Swift's libraries are.
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
            Self::Root(root) => Ok(enter(root, &dir, &mounts(workspace, &dir)?).args(args)),
        }
    }
}

/// What a command inside the root can see of the outside: temporary files, the checkout, the
/// build's output and the folder it runs in.
fn mounts(workspace: &Workspace, dir: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(&workspace.target)?;
    let mut mounts = vec![std::env::temp_dir().canonicalize()?];
    for wanted in [&workspace.root, &workspace.target.canonicalize()?, &dir.to_owned()] {
        if !mounts.iter().skip(1).any(|mount| wanted.starts_with(mount)) {
            mounts.push(wanted.clone());
        }
    }
    Ok(mounts)
}

/// Asks what a finished root holds; an absent one is not an error.
pub fn describe(workspace: &Workspace) -> String {
    let root = workspace.swift_root();
    if on_path("swift").is_some() {
        "the system's swift".to_owned()
    } else if is_ready(&root) {
        format!("Debian {RELEASE} in {}", root.display())
    } else {
        match fs::metadata(&root) {
            Err(error) if error.kind() == ErrorKind::NotFound => "not set up".to_owned(),
            _ => format!("{} is not finished", root.display()),
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
    fn abandoned_roots_go_and_others_stay() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let root = folder.path().join("swift-root");
        // No process has this id: it is above the system's largest.
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
    fn a_native_command_keeps_its_words() {
        let workspace = Workspace { root: PathBuf::from("/"), target: std::env::temp_dir() };
        let command =
            Swift::Native.command(&workspace, Path::new("/"), ["swift", "build", "-c", "release"]).expect("command");
        assert_eq!(command.shown(), "swift build -c release");
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
