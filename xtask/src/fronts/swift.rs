//! The Swift package. Its lower layer is generated from the built library, which it then links.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::compile::{COMPILE, built};
use super::front::Front;
use super::live::{Server, live};
use super::steps::scenarios;
use crate::command::Cmd;
use crate::plan::{Job, Step};
use crate::toolchain::swift::{self, Swift as Toolchain};
use crate::workspace::Workspace;

/// `bindings/swift`.
pub struct Swift;

/// The package's folder.
pub const PACKAGE: &str = "bindings/swift";
const ADAPTER: &str = "tests/adapters/swift/adapter";
const ADAPTER_PROGRAM: &str = ".build/debug/netbird-adapter-swift";
/// Starts the adapter wherever Swift's libraries are; `tests/adapters/adapters.yaml` names it.
const ADAPTER_LAUNCHER: &str = ".build/run";
/// The step that finds or installs Swift.
pub const TOOLCHAIN: &str = "swift: toolchain";
/// The step that generates the lower layer.
pub const GENERATE: &str = "swift: generated sources";
/// The step that builds the package.
pub const BUILD: &str = "swift: build";
const BUILD_ADAPTER: &str = "swift: adapter";

/// The generated files, and their places in the package.
const GENERATED: [(&str, &str); 2] = [
    ("NetBirdTokensFFI.h", "Sources/NetBirdTokensFFI/NetBirdTokensFFI.h"),
    ("NetBirdTokensNative.swift", "Sources/NetBirdTokensNative/NetBirdTokensNative.swift"),
];

fn archive(workspace: &Workspace) -> PathBuf {
    workspace.target.join("debug/libnetbird_tokens_uniffi.a")
}

/// `swift …` in a package's folder, logged to this step's log.
pub fn command(job: &Job, package: &str, args: &[&str]) -> Result<Cmd> {
    let workspace = job.workspace();
    let words = std::iter::once("swift").chain(args.iter().copied());
    let command = swift::ensure(workspace, &job.log)?.command(workspace, &workspace.path(package), words)?;
    Ok(job
        .logged(command)
        .env("NETBIRD_TOKENS_LIB_DIR", workspace.target.join("debug"))
        .env("NETBIRD_MOCK", built(workspace, "netbird-mock"))
        .env("NETBIRD_TOKENS_PROGRAM", built(workspace, "netbird-tokens"))
        .limit_minutes(15))
}

/// Generates the lower layer from the library, so that the two always match.
fn generate(job: &Job) -> Result<()> {
    let workspace = job.workspace();
    let folder = workspace.target.join("swift-generated");
    fs::create_dir_all(&folder)?;
    job.command(built(workspace, "netbird-tokens-bindgen"))
        .arg("generate")
        .arg(archive(workspace))
        .args(["--language", "swift", "--no-format", "--metadata-no-deps", "--config", "bindings/uniffi.toml"])
        .arg("--out-dir")
        .arg(&folder)
        .run()?;
    for (name, place) in GENERATED {
        replace(&workspace.path(PACKAGE).join(place), &fs::read(folder.join(name))?)?;
    }
    Ok(())
}

/// Writes a file unless its content is the same: a new modification time would compile everything again.
fn replace(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Removes programs that were linked with an older library: SwiftPM does not track the library as a dependency.
fn remove_stale(workspace: &Workspace, programs: &[PathBuf]) -> Result<()> {
    let library = fs::metadata(archive(workspace))?.modified()?;
    for program in programs {
        match fs::metadata(program).and_then(|metadata| metadata.modified()) {
            Ok(linked) if linked > library => {}
            Ok(_) => fs::remove_file(program)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| program.display().to_string()),
        }
    }
    Ok(())
}

/// Builds a package; a warning is a failure.
fn build(job: &Job, package: &str, programs: &[&str], args: &[&str]) -> Result<()> {
    let workspace = job.workspace();
    let programs: Vec<PathBuf> = programs.iter().map(|program| workspace.path(package).join(program)).collect();
    remove_stale(workspace, &programs)?;
    command(job, package, args)?.run()?;
    let log = fs::read(&job.log)?;
    if let Some(warning) = first_warning(&String::from_utf8_lossy(&log)) {
        bail!("the compiler warns: {warning}");
    }
    Ok(())
}

fn first_warning(log: &str) -> Option<&str> {
    log.lines().find(|line| line.contains(" warning: ") || line.starts_with("warning: "))
}

/// Writes a script that starts the adapter, because outside this system's own Swift that takes a long command.
fn write_launcher(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let package = workspace.path(ADAPTER);
    let program = package.join(ADAPTER_PROGRAM);
    let script = match toolchain {
        Toolchain::Native => format!("#!/bin/sh\nexec {}\n", quoted(&program)),
        Toolchain::Root(root) => format!(
            "#!/bin/sh\nexec env -u CARGO_MANIFEST_DIR CARGO_TARGET_DIR={} NETBIRD_SWIFT_ROOT={} {} swift-exec {} -- {}\n",
            quoted(&workspace.target),
            quoted(root),
            // Not `current_exe`: that path is gone after cargo builds the task runner again.
            quoted(&built(workspace, "xtask")),
            quoted(&workspace.root),
            quoted(&program),
        ),
    };
    let path = package.join(ADAPTER_LAUNCHER);
    fs::write(&path, script).with_context(|| format!("cannot write {}", path.display()))?;
    make_executable(&path)
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    bail!("the Swift adapter runs on Linux and macOS")
}

impl Front for Swift {
    fn name(&self) -> &'static str {
        "swift"
    }

    fn main_file(&self) -> &'static str {
        "bindings/swift/Package.swift"
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &["netbird-tokens-uniffi", "netbird-tokens-bindgen"]
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        vec![Step::new(TOOLCHAIN, |job| Ok(swift::ensure(job.workspace(), &job.log)?.to_string())).waits()]
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(GENERATE, |job| {
                generate(job)?;
                Ok(String::new())
            })
            .needs(COMPILE),
            Step::new(BUILD, |job| {
                let programs = [
                    ".build/debug/NetBirdTokensPackageTests.xctest",
                    ".build/debug/netbird-tokens-sample",
                    ".build/debug/netbird-tokens-bench",
                    ".build/debug/netbird-tokens-guest",
                ];
                build(job, PACKAGE, &programs, &["build", "--build-tests"])?;
                Ok(String::new())
            })
            .needs(TOOLCHAIN)
            .needs(GENERATE),
            Step::new(BUILD_ADAPTER, |job| {
                build(job, ADAPTER, &[ADAPTER_PROGRAM], &["build"])?;
                write_launcher(job.workspace(), &swift::ensure(job.workspace(), &job.log)?)?;
                Ok(String::new())
            })
            .needs(TOOLCHAIN)
            .needs(GENERATE),
        ]
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new("swift: tests", |job| {
                // One by one: each test starts servers, and all of them at once would outlast the servers' delayed answers.
                command(job, PACKAGE, &["test", "--no-parallel"])?.run()?;
                job.tests_passed()
            })
            .needs(BUILD),
            scenarios("swift", "swift", adapter).needs(BUILD_ADAPTER),
            live("swift", "swift", Server { version: "current", limited: false }, adapter).needs(BUILD_ADAPTER),
        ]
    }
}

fn adapter(job: &Job) -> Result<Vec<(String, String)>> {
    let launcher = job.workspace().path(ADAPTER).join(ADAPTER_LAUNCHER);
    Ok(vec![("NETBIRD_ADAPTER_SWIFT".to_owned(), launcher.display().to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_for_the_shell() {
        assert_eq!(quoted(Path::new("/a b/it's")), r"'/a b/it'\''s'");
    }

    #[test]
    fn only_the_compilers_warnings_count() {
        assert_eq!(
            first_warning("[1/2] Compiling\n/a.swift:1:2: warning: unused\n"),
            Some("/a.swift:1:2: warning: unused")
        );
        assert_eq!(first_warning("warning: unhandled file\n"), Some("warning: unhandled file"));
        assert_eq!(first_warning("[3/4] Compiling warnings.swift\nBuild complete!\n"), None);
    }

    #[test]
    fn an_unchanged_file_keeps_its_modification_time() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("file");
        replace(&path, b"one").expect("written");
        let first = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("time");
        std::thread::sleep(std::time::Duration::from_millis(20));
        replace(&path, b"one").expect("left");
        assert_eq!(fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("time"), first);
        replace(&path, b"two").expect("written");
        assert_eq!(fs::read(&path).expect("read"), b"two");
    }
}
