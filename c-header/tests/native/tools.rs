//! Commands, folders, and the library installed as the guide says.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c-header").join(name);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Runs a command to its end and gives what it printed. Fails with all of that if the command does.
pub fn run(command: &mut Command) -> String {
    // Not the whole command: its environment may hold a PAT.
    let words: Vec<_> = [command.get_program()].into_iter().chain(command.get_args()).map(OsStr::to_owned).collect();
    let output = command.output().unwrap_or_else(|error| panic!("{words:?} does not start: {error}"));
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{words:?}: {}\n{printed}", output.status);
    printed
}

/// The prefix into which the documented command has installed everything.
pub fn prefix() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let prefix = scratch("prefix");
        // Nothing that an older version installed must help.
        fs::remove_dir_all(&prefix).unwrap();
        run(Command::new("cmake")
            .arg(format!("-DPREFIX={}", prefix.display()))
            .arg("-P")
            .arg(folder().join("install.cmake")));
        prefix
    })
}

pub fn library() -> PathBuf {
    prefix().join("lib/libnetbird_tokens.so")
}

pub fn pkg_config(args: &[&str]) -> String {
    let printed = run(Command::new("pkg-config").args(args).env("PKG_CONFIG_PATH", prefix().join("lib/pkgconfig")));
    printed.trim().to_owned()
}

/// Configures a CMake project that uses the library, and builds it.
pub fn cmake(source: &Path, build: &Path, options: &[&str]) {
    run(Command::new("cmake")
        .arg("-S")
        .arg(source)
        .arg("-B")
        .arg(build)
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix().display()))
        .args(options));
    run(Command::new("cmake").arg("--build").arg(build).args(["--parallel", "2"]));
}

/// Compiles with the command line that the examples and the guide give.
pub fn compile(source: &Path, program: &Path) {
    let is_c = source.extension().is_some_and(|extension| extension == "c");
    let (compiler, standard) = if is_c { ("cc", "-std=c99") } else { ("c++", "-std=c++17") };
    run(Command::new(compiler)
        .args([standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror"])
        .arg(source)
        .arg("-o")
        .arg(program)
        .args(pkg_config(&["--cflags", "--libs", "netbird_tokens"]).split_whitespace())
        .arg("-pthread"));
}
