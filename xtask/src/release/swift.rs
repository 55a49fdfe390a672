//! The Swift package, as SwiftPM fetches it, and the native library for systems without XCFrameworks.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::archive::{self, CleanPlace};
use super::command_line::{copy_licences, target};
use super::part::{self, Part, Parts, VERSION};
use super::sample;
use crate::command::Cmd;
use crate::fronts::compile::COMPILE;
use crate::fronts::{kotlin, swift};
use crate::plan::{Job, Step};
use crate::toolchain::swift as toolchain;

/// The targets that users get.
const TARGETS: [&str; 4] = ["NetBirdTokens", "NetBirdTokensFFI", "NetBirdTokensNative", "NetBirdTokensTesting"];
const LIBRARY: &str = "libnetbird_tokens_uniffi.a";
/// The target of Apple platforms where no XCFramework was given.
const WITHOUT_FRAMEWORK: &str =
    "{ fatalError(\"this package was packed without the XCFramework, which only a Mac can make\") }()";

/// `framework`: the address and the checksum of the XCFramework for Apple platforms, which only a Mac can make.
pub fn step(parts: &Parts, framework: Option<(String, String)>) -> Step {
    part::step(Part::Swift, parts, move |job, parts| make(job, parts, framework.as_ref()))
        .needs(swift::TOOLCHAIN)
        .needs(swift::GENERATE)
        // The release build of the library that both packages share.
        .needs(kotlin::NATIVE)
        .needs(COMPILE)
}

fn make(job: &Job, parts: &Parts, framework: Option<&(String, String)>) -> Result<String> {
    let work = parts.work("swift")?;
    let package = format!("netbird-tokens-swift-{VERSION}");
    let native = format!("netbird-tokens-swift-native-{VERSION}-{}", target(job)?);
    make_package(job, &work.join(&package), framework)?;
    make_native(job, &work.join(&native))?;
    let package_file = parts.file(&format!("{package}.tar.gz"));
    let native_file = parts.file(&format!("{native}.tar.gz"));
    archive::pack(job, &work, &package, &package_file)?;
    archive::pack(job, &work, &native, &native_file)?;

    let place = CleanPlace::new()?;
    let package_folder = place.unpack(job, &package_file, &package)?;
    let native_folder = place.unpack(job, &native_file, &native)?;
    run_sample(job, place.folder(), &package_folder, &native_folder)?;
    let tried = "the sample, which requires the package by its version and finds the library by pkg-config";
    parts.note(package_file, "the Swift package, with its generated sources", tried);
    parts.note(native_file, "the native library of the Swift package", tried);
    Ok(format!("{package}, {native}"))
}

fn make_package(job: &Job, folder: &Path, framework: Option<&(String, String)>) -> Result<()> {
    let checkout = job.workspace().path(swift::PACKAGE);
    fs::create_dir_all(folder.join("Sources"))?;
    for target in TARGETS {
        let from = checkout.join("Sources").join(target);
        job.command("cp").arg("-R").arg(from).arg(folder.join("Sources")).limit_minutes(1).run()?;
    }
    // It says that the sources beside it are not committed, which is about the checkout.
    fs::remove_file(folder.join("Sources/NetBirdTokensNative/README.md"))?;
    let apple = framework.map_or_else(|| WITHOUT_FRAMEWORK.to_owned(), binary_target);
    fill(&checkout.join("release/Package.swift.in"), &folder.join("Package.swift"), &apple)?;
    fs::copy(job.workspace().path("docs/swift.md"), folder.join("README.md"))?;
    copy_licences(job, folder)
}

fn make_native(job: &Job, folder: &Path) -> Result<()> {
    let libraries = folder.join("lib");
    fs::create_dir_all(libraries.join("pkgconfig"))?;
    fs::copy(job.workspace().target.join("release").join(LIBRARY), libraries.join(LIBRARY))?;
    // The archive contains Rust's standard library with its debugging information.
    job.command("strip").arg("--strip-debug").arg(libraries.join(LIBRARY)).limit_minutes(2).run()?;
    let template = job.workspace().path(swift::PACKAGE).join("release/netbird_tokens_uniffi.pc.in");
    fill(&template, &libraries.join("pkgconfig/netbird_tokens_uniffi.pc"), "")?;
    copy_licences(job, folder)
}

fn binary_target((url, checksum): &(String, String)) -> String {
    format!(".binaryTarget(name: \"NetBirdTokensFFI\", url: \"{url}\", checksum: \"{checksum}\")")
}

fn fill(template: &Path, file: &Path, apple: &str) -> Result<()> {
    let text = fs::read_to_string(template).with_context(|| template.display().to_string())?;
    fs::write(file, text.replace("@VERSION@", VERSION).replace("@APPLE@", apple))?;
    Ok(())
}

/// Builds the sample as a package of its own, in release mode. It requires ours by its version, as SwiftPM gets it from a git
/// repository, so that a flag that SwiftPM allows only in one's own packages would be refused.
fn run_sample(job: &Job, place: &Path, package: &Path, native: &Path) -> Result<()> {
    let git = |args: &[&str]| {
        let identity = ["-c", "user.name=dry run", "-c", "user.email=dry-run@invalid", "-c", "init.defaultBranch=main"];
        job.command("git").args(identity).args(args).dir(package).limit_minutes(1).run()
    };
    git(&["init", "--quiet"])?;
    git(&["add", "--all", "--force"])?;
    git(&["commit", "--quiet", "--message", "As released"])?;
    git(&["tag", VERSION])?;

    let sample = place.join("sample");
    let sources = job.workspace().path(swift::PACKAGE).join("Samples/Sample/main.swift");
    fs::create_dir_all(sample.join("Sources/Sample"))?;
    fs::copy(sources, sample.join("Sources/Sample/main.swift"))?;
    fs::write(sample.join("Package.swift"), sample_manifest(package))?;
    let swift = toolchain::ensure(job.workspace(), &job.log)?;
    let inside = |words: &[&str]| -> Result<Cmd> {
        let command = swift.command(job.workspace(), &sample, words)?;
        Ok(job.logged(command).env("PKG_CONFIG_PATH", native.join("lib/pkgconfig")).limit_minutes(15))
    };
    inside(&["swift", "build", "--configuration", "release"])?.run()?;
    let program = sample.join(".build/release/Sample").display().to_string();
    sample::run(job, &sample, inside(&[&program])?, "revoked; the server now says: ")
}

fn sample_manifest(package: &Path) -> String {
    let url = package.display();
    let name = package.file_name().unwrap_or_default().display();
    format!(
        "// swift-tools-version: 6.0\nimport PackageDescription\n\nlet package = Package(\n    name: \"Sample\",\n    platforms: \
         [.macOS(.v13)],\n    dependencies: [.package(url: \"file://{url}\", exact: \"{VERSION}\")],\n    targets: \
         [.executableTarget(name: \"Sample\", dependencies: [.product(name: \"NetBirdTokens\", package: \"{name}\")])]\n)\n"
    )
}
