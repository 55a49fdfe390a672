//! `cargo xtask reproduce`: builds the C library and the wheel twice, in two folders, and compares the files byte for byte.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::arguments::Reproduce;
use crate::command::Cmd;
use crate::fronts::python;
use crate::sources;
use crate::workspace::Workspace;

/// A build in a folder of its own: the sources as committed, and what was made from them.
struct Place {
    sources: PathBuf,
    target: PathBuf,
}

/// Says whether both builds gave the same files.
///
/// # Errors
/// A build failed.
pub fn run(workspace: &Workspace, arguments: &Reproduce) -> Result<bool> {
    let folder = workspace.target.join("reproduce");
    // Paths of different lengths: padding would hide a path that was built in.
    let places = ["one", "the/other/one"]
        .map(|name| Place { sources: folder.join(name).join("sources"), target: folder.join(name).join("target") });
    let mut built = Vec::new();
    for place in &places {
        sources::check_out(workspace, &place.sources)?;
        let mut files = place.build_c(workspace)?;
        if !arguments.without_wheel {
            files.push(place.build_wheel(workspace)?);
        }
        built.push(files);
    }
    let [one, other] = built.as_slice() else { bail!("there are two builds") };
    let mut all_same = true;
    for (one, other) in one.iter().zip(other) {
        let name = one.file_name().unwrap_or_default().display();
        let is_same = fs::read(one)? == fs::read(other)?;
        all_same &= is_same && one.file_name() == other.file_name();
        if is_same {
            println!("same      {name}");
        } else {
            println!("different {name}: compare {} and {}", one.display(), other.display());
        }
    }
    Ok(all_same)
}

impl Place {
    /// A command that builds there: no path of this machine gets into what it makes, and no time but the commit's.
    fn command(&self, workspace: &Workspace, program: &Path) -> Result<Cmd> {
        let cargo_home = std::env::var_os("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
            .context("there is neither CARGO_HOME nor a home folder")?;
        let remapped = [(&self.sources, "/sources"), (&self.target, "/target"), (&cargo_home, "/cargo")];
        let flags: Vec<String> =
            remapped.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect();
        Ok(Cmd::new(program)
            .dir(&self.sources)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
            .env("SOURCE_DATE_EPOCH", sources::commit_time(workspace)?)
            .limit_minutes(60))
    }

    /// The shared library and the archive.
    fn build_c(&self, workspace: &Workspace) -> Result<Vec<PathBuf>> {
        self.command(workspace, &workspace.cargo())?
            .args(["rustc", "--release", "--locked", "--package", "netbird-tokens-c", "--lib"])
            .args(["--crate-type", "cdylib,staticlib"])
            .run()?;
        let built = self.target.join("release");
        Ok(vec![built.join("libnetbird_tokens_c.so"), built.join("libnetbird_tokens_c.a")])
    }

    fn build_wheel(&self, workspace: &Workspace) -> Result<PathBuf> {
        let maturin = python::maturin(workspace);
        if !maturin.exists() {
            bail!("maturin is missing: cargo xtask setup --only python, or leave the wheel out with --without-wheel");
        }
        let wheels = self.target.join("wheels");
        if wheels.exists() {
            fs::remove_dir_all(&wheels)?;
        }
        self.command(workspace, &maturin)?
            .args(python::BUILD_WHEEL)
            .args(["--locked", "--manifest-path", "python/Cargo.toml", "--interpreter"])
            .arg(maturin.with_file_name("python"))
            .arg("--out")
            .arg(&wheels)
            .run()?;
        let mut made = fs::read_dir(&wheels)?.flatten().map(|entry| entry.path());
        made.next().with_context(|| format!("no wheel in {}", wheels.display()))
    }
}
