//! The JVM libraries, as Maven Central wants them: with sources, documentation, checksums and signatures.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::archive::{self, CleanPlace};
use super::part::{self, Part, Parts, VERSION};
use super::sample;
use crate::command::{Cmd, on_path};
use crate::fronts::compile::COMPILE;
use crate::fronts::kotlin;
use crate::plan::{Job, Step};
use crate::toolchain::apt;

/// The modules of bindings/kotlin that are published, the parent first.
const MODULES: &str = ".,library,testing";
/// The libraries among them, and where the repository has them.
const LIBRARIES: [&str; 2] = ["netbird-tokens", "netbird-tokens-testing"];
const GROUP: &str = "io/netbird/tokens";
/// What Maven Central requires of a library: each with a signature.
const REQUIRED: [&str; 4] = [".pom", ".jar", "-sources.jar", "-javadoc.jar"];

pub fn step(parts: &Parts) -> Step {
    part::step(Part::Maven, parts, make).needs(kotlin::TOOLCHAIN).needs(kotlin::NATIVE).needs(COMPILE)
}

fn make(job: &Job, parts: &Parts) -> Result<String> {
    if on_path("gpg").is_none() {
        apt::ensure(&["gnupg"], &job.log)?;
    }
    let name = format!("netbird-tokens-maven-{VERSION}");
    let work = parts.work("maven")?;
    let repository = work.join(&name);
    let key = Key::make(job)?;
    let property = |name: &str, value: &Path| format!("-D{name}={}", value.display());
    kotlin::maven(job)
        .args(["-P", "release,sign", "--projects", MODULES, "-Dmaven.test.skip=true", "-Dmaven.install.skip=true"])
        .args(["-Dcargo.release.built=true", "-Dcargo.debug.built=true"])
        .arg(property("cargo.target", &job.workspace().target))
        .arg(format!("-DaltDeploymentRepository=release::file://{}", repository.display()))
        .arg("deploy")
        .env("GNUPGHOME", key.folder())
        .run()?;
    for (library, kind) in LIBRARIES.iter().flat_map(|library| REQUIRED.map(|kind| (library, kind))) {
        let folder = repository.join(GROUP).join(library).join(VERSION);
        key.verify(job, &folder.join(format!("{library}-{VERSION}{kind}")))?;
    }
    let bundle = parts.file(&format!("{name}.tar.gz"));
    archive::pack(job, &work, &name, &bundle)?;
    run_sample(job, parts, &bundle, &name)?;
    parts.note(
        bundle,
        "a Maven repository with the JVM libraries, their sources, their documentation and signatures by a key of this run",
        "the sample, built with Maven from this repository alone into an empty local one",
    );
    Ok(name)
}

/// A key that exists only as long as this value. A release is signed with the project's own.
struct Key(CleanPlace);

impl Key {
    fn make(job: &Job) -> Result<Self> {
        let place = CleanPlace::new()?;
        let key = Self(place);
        let user = "netbird-tokens dry run <dry-run@invalid>";
        key.gpg(job).args(["--quick-generate-key", user, "ed25519", "sign", "1d"]).run()?;
        Ok(key)
    }

    fn folder(&self) -> &Path {
        self.0.folder()
    }

    fn gpg(&self, job: &Job) -> Cmd {
        let command =
            job.command("gpg").args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]);
        command.env("GNUPGHOME", self.folder()).limit_minutes(2)
    }

    fn verify(&self, job: &Job, file: &Path) -> Result<()> {
        let mut signature = file.as_os_str().to_owned();
        signature.push(".asc");
        ensure!(file.is_file(), "{} is missing", file.display());
        self.gpg(job).arg("--verify").arg(signature).arg(file).run().context("a signature")
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // The agent that keeps the key would go on without its folder.
        let _ = Cmd::new("gpgconf").args(["--kill", "all"]).env("GNUPGHOME", self.folder()).limit_minutes(1).status();
    }
}

/// Builds and runs the sample as a project of its own.
fn run_sample(job: &Job, parts: &Parts, bundle: &Path, name: &str) -> Result<()> {
    let place = CleanPlace::new()?;
    let repository = place.unpack(job, bundle, name)?;
    let project = place.folder().join("sample");
    let sources = job.workspace().path("bindings/kotlin/sample");
    job.command("cp").arg("-R").arg(&sources).arg(&project).limit_minutes(1).run()?;
    // The parent comes from the repository, too.
    let pom = fs::read_to_string(sources.join("pom.xml"))?;
    let alone = pom.replace("<relativePath>../pom.xml</relativePath>", "<relativePath/>");
    ensure!(alone != pom, "the sample's pom.xml does not name its parent's file");
    fs::write(project.join("pom.xml"), alone)?;
    let settings = place.folder().join("settings.xml");
    fs::write(&settings, settings_for(&repository))?;

    // Kept from run to run without what is tried, to spare the registry.
    let local = parts.folder().with_file_name("maven-local");
    forget_ours(&local)?;
    job.command("mvn")
        .args(["-B", "-ntp", "-s"])
        .arg(&settings)
        .arg(format!("-Dmaven.repo.local={}", local.display()))
        .args(["package", "-P", "packed"])
        .dir(&project)
        .limit_minutes(15)
        .run()?;
    let program = Cmd::new("java").arg("-jar").arg(project.join("target/netbird-tokens-sample.jar"));
    sample::run(job, place.folder(), program, "revoked ")
}

fn forget_ours(local: &Path) -> Result<()> {
    let ours: PathBuf = local.join("io/netbird");
    if ours.exists() {
        fs::remove_dir_all(ours)?;
    }
    Ok(())
}

/// Settings that add the packed repository.
fn settings_for(repository: &Path) -> String {
    let repository = repository.display();
    format!(
        "<settings>\n  <profiles>\n    <profile>\n      <id>packed</id>\n      <repositories>\n        <repository>\n          \
         <id>packed</id>\n          <url>file://{repository}</url>\n        </repository>\n      </repositories>\n    \
         </profile>\n  </profiles>\n</settings>\n"
    )
}
