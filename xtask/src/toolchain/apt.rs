//! Debian packages: installed if we are root, or else named in the error.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, Result};

use super::Missing;
use crate::command::{Cmd, on_path};

/// dpkg has a lock: two installations at once would only wait for each other.
static APT: Mutex<()> = Mutex::new(());

/// True if we can install Debian packages.
pub fn available() -> bool {
    on_path("apt-get").is_some() && is_root()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Installs those of the packages that are not installed yet. The output goes to `log`.
///
/// # Errors
/// [`Missing`] with the command to run, if we cannot install packages.
pub fn ensure(packages: &[&str], log: &Path) -> Result<()> {
    let _one_at_a_time = APT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let absent: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if absent.is_empty() {
        return Ok(());
    }
    if !available() {
        return Err(
            Missing(format!("needs {0}; on Debian or Ubuntu: sudo apt-get install {0}", absent.join(" "))).into()
        );
    }
    let fresh_lists = if has_lists() {
        false
    } else {
        update(log)?;
        true
    };
    let first = install(&absent, log);
    if first.is_err() && !fresh_lists {
        // The mirror may no longer have the versions that old lists name.
        update(log)?;
        return install(&absent, log);
    }
    first
}

/// The version of a package that apt would install, if there is one.
pub fn candidate(package: &str, log: &Path) -> Result<Option<String>> {
    let _one_at_a_time = APT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if !has_lists() {
        update(log)?;
    }
    let policy = Cmd::new("apt-cache").args(["policy", package]).env("LC_ALL", "C.UTF-8").limit_minutes(1).output()?;
    Ok(candidate_of(&policy).map(str::to_owned))
}

fn candidate_of(policy: &str) -> Option<&str> {
    policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: ")).filter(|version| *version != "(none)")
}

fn is_installed(package: &str) -> bool {
    Cmd::new("dpkg-query")
        .args(["-W", "-f", "${db:Status-Status}", package])
        .limit_minutes(1)
        .output()
        .is_ok_and(|status| status == "installed")
}

fn has_lists() -> bool {
    fs::read_dir("/var/lib/apt/lists").is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().contains("_Packages")))
    })
}

fn apt_get(log: &Path) -> Cmd {
    Cmd::new("apt-get")
        .args(OPTIONS)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("LC_ALL", "C.UTF-8")
        .limit_minutes(10)
        .log(log)
}

/// Never prompt, wait for another package manager, and retry failed downloads.
pub const OPTIONS: &[&str] =
    &["-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0"];

fn update(log: &Path) -> Result<()> {
    apt_get(log).arg("update").run().context("cannot read the package lists")
}

fn install(packages: &[&str], log: &Path) -> Result<()> {
    apt_get(log)
        .args(["install", "--no-install-recommends"])
        .args(packages)
        .run()
        .with_context(|| format!("cannot install {}", packages.join(" ")))
}

/// The Debian mirror that this machine's apt uses for the base system.
pub fn mirror() -> Result<String> {
    let targets = Cmd::new("apt-get")
        .args(["indextargets", "--format", "$(REPO_URI) $(SUITE) $(COMPONENT)", "Created-By: Packages"])
        .limit_minutes(1)
        .output()?;
    base_mirror(&targets).map(str::to_owned).context("apt has no Debian mirror with the component main")
}

/// The first source that is not one of the update or security suites.
fn base_mirror(targets: &str) -> Option<&str> {
    targets.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (uri, suite, component) = (words.next()?, words.next()?, words.next()?);
        (!suite.contains('-') && !suite.contains('/') && component == "main").then_some(uri)
    })
}

/// This machine's apt settings for the network (proxies, clock checks).
pub fn network_settings() -> Result<String> {
    let settings = Cmd::new("apt-config").args(["dump", "Acquire"]).limit_minutes(1).output()?;
    Ok(settings
        .lines()
        .filter(|line| {
            ["Acquire::http", "Acquire::https", "Acquire::Check-"].iter().any(|wanted| line.starts_with(wanted))
        })
        .map(|line| format!("{line}\n"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_that_of_the_base_suite() {
        let targets = "https://m.example/debian-security/ trixie-security main\n\
                       https://m.example/debian/ trixie-updates main\n\
                       https://m.example/other/ trixie contrib\n\
                       https://m.example/debian/ trixie main\n";
        assert_eq!(base_mirror(targets), Some("https://m.example/debian/"));
    }

    #[test]
    fn candidates() {
        assert_eq!(candidate_of("x:\n  Installed: (none)\n  Candidate: 6.0.3-2\n"), Some("6.0.3-2"));
        assert_eq!(candidate_of("x:\n  Installed: (none)\n  Candidate: (none)\n"), None);
        assert_eq!(candidate_of(""), None);
    }

    #[test]
    fn without_a_base_suite_there_is_no_mirror() {
        assert_eq!(base_mirror(""), None);
        assert_eq!(base_mirror("https://m.example/x stable/updates main\n"), None);
    }
}
