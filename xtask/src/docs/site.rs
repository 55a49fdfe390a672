//! The generator, and the folder that it and the other tools' references end up in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use clap::ValueEnum as _;

use super::folders::{copy, folder};
use super::reference::{GENERATOR, NAME, Reference, VERSION};
use super::{html, pages};
use crate::plan::{Job, Step};
use crate::toolchain::python;
use crate::workspace::Workspace;

// Pinned: a new release of a tool must not break a build that worked. Ruff breaks long signatures into lines.
const PACKAGES: &[&str] = &["zensical==0.0.73", "mkdocstrings-python==2.0.11", "ruff==0.17.6"];

const VENV: &str = "docs";

/// What the Python reference is read from.
const PYTHON_PACKAGE: &str = "python/python/netbird_tokens";
/// Lets a browser that opens the folder of all versions find the newest.
const REDIRECT: &str = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>netbird-tokens</title>\n\
    <meta http-equiv=\"refresh\" content=\"0; url=VERSION/index.html\">\n<a href=\"VERSION/index.html\">netbird-tokens VERSION</a>\n";

/// Where the finished site is, with a folder for each version.
fn output(workspace: &Workspace) -> PathBuf {
    workspace.target.join("site")
}

/// The step that installs the generator and clears what an earlier run left.
pub fn generator() -> Step {
    Step::new(GENERATOR, |job| {
        let workspace = job.workspace();
        let references = folder(workspace).join("references");
        if references.exists() {
            fs::remove_dir_all(&references)?;
        }
        let found = python::ensure(&job.log)?;
        let newest = found.last().context("no interpreter")?;
        let packages: Vec<String> = PACKAGES.iter().map(ToString::to_string).collect();
        python::fresh(workspace, newest, VENV, &packages, &job.log)?;
        Ok(PACKAGES.join(", "))
    })
    .waits()
}

/// The step that makes the pages and puts everything together.
pub fn site() -> Step {
    let step = Step::new(format!("{NAME}: documentation site"), |job| {
        let workspace = job.workspace();
        let folder = folder(workspace);
        let built = |reference: Reference| reference.folder(workspace).join(reference.start()).is_file();
        let number = write_sources(workspace, &folder.join("work"), built)?;
        generate(job, &folder.join("work"))?;

        let site = output(workspace).join(VERSION);
        if site.exists() {
            fs::remove_dir_all(&site)?;
        }
        copy(job, &folder.join("work/out"), &site)?;
        let (there, missing): (Vec<Reference>, Vec<Reference>) =
            Reference::value_variants().iter().partition(|reference| built(**reference));
        for reference in &there {
            copy(job, &reference.folder(workspace), &site.join("reference").join(reference.name()))?;
        }
        let others: Vec<PathBuf> = there.iter().map(|it| site.join("reference").join(it.name())).collect();
        let links = html::check(&site, &others)?;
        write_versions(workspace)?;

        let mut note = format!("{}: {number} pages, {links} links", site.display());
        if !missing.is_empty() {
            let names: Vec<&str> = missing.iter().map(|reference| reference.name()).collect();
            note.push_str(&format!("; WITHOUT the references of {}", names.join(", ")));
        }
        Ok(note)
    })
    .needs(GENERATOR);
    Reference::value_variants().iter().fold(step, |step, reference| step.after(reference.step_name()))
}

/// Writes what the generator reads. Returns the number of pages.
fn write_sources(workspace: &Workspace, work: &Path, built: impl Fn(Reference) -> bool) -> Result<usize> {
    if work.exists() {
        fs::remove_dir_all(work)?;
    }
    let pages = work.join("pages");
    let number = pages::write(workspace, &pages, built)?;
    let settings = fs::read_to_string(workspace.path("docs/site/mkdocs.yml"))?;
    check_navigation(workspace, &settings)?;
    fs::write(work.join("mkdocs.yml"), settings)?;
    fs::copy(workspace.path("docs/site/site.css"), pages.join("site.css"))?;

    let package = work.join("python/netbird_tokens");
    fs::create_dir_all(&package)?;
    for entry in fs::read_dir(workspace.path(PYTHON_PACKAGE))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "py" || extension == "pyi") {
            fs::copy(&path, package.join(path.file_name().context("a file without a name")?))?;
        }
    }
    fs::copy(workspace.path("docs/site/docstrings.py"), work.join("python/docstrings.py"))?;
    Ok(number)
}

/// Every document is in the navigation, and the Python reference has every name that the package exports.
fn check_navigation(workspace: &Workspace, settings: &str) -> Result<()> {
    let mut missing = Vec::new();
    for page in pages::in_navigation(workspace)? {
        let page = page.display().to_string();
        let named = |line: &str| line.trim_start_matches([' ', '-']).rsplit(' ').next() == Some(page.as_str());
        if !settings.lines().any(named) {
            missing.push(format!("docs/site/mkdocs.yml does not name {page}"));
        }
    }
    let mut reference = String::new();
    for entry in fs::read_dir(workspace.path("docs/site/python"))? {
        reference.push_str(&fs::read_to_string(entry?.path())?);
    }
    for name in crate::api::exported_by_python(workspace)? {
        if !name.starts_with('_') && !reference.lines().any(|line| line == format!("::: netbird_tokens.{name}")) {
            missing.push(format!("docs/site/python/ does not show netbird_tokens.{name}"));
        }
    }
    if !missing.is_empty() {
        bail!("{} missing\n  {}", missing.len(), missing.join("\n  "));
    }
    Ok(())
}

/// Runs the generator. A warning is a failure.
fn generate(job: &Job, work: &Path) -> Result<()> {
    let generator = python::folder(job.workspace(), VENV).join("bin/zensical");
    job.command(generator)
        .args(["build", "--clean", "--strict"])
        .dir(work)
        .env("NO_COLOR", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .limit_minutes(5)
        .run()?;
    ensure!(work.join("out/index.html").is_file(), "the generator made no index.html");
    // What reads the docstrings only logs what it finds wrong.
    let log = fs::read_to_string(&job.log)?;
    if let Some(warning) = log.lines().find(|line| line.starts_with("griffe: ") || line.starts_with("mkdocstrings")) {
        bail!("the reader of the docstrings warns: {warning}");
    }
    Ok(())
}

/// Lists the versions that are there for the switch in the pages' header, the newest first, and leads to that one.
fn write_versions(workspace: &Workspace) -> Result<()> {
    let folder = output(workspace);
    let mut versions = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("index.html").is_file() && numbers(&name).is_some() {
            versions.push(name);
        }
    }
    versions.sort_by_key(|name| std::cmp::Reverse(numbers(name)));
    let newest = versions.first().context("no version was built")?;
    fs::write(folder.join("index.html"), REDIRECT.replace("VERSION", newest))?;
    let changelog = fs::read_to_string(workspace.path("CHANGELOG.md"))?;
    fs::write(folder.join("versions.json"), listed(&versions, &changelog))?;
    Ok(())
}

/// The format that the theme's switch reads.
fn listed(versions: &[String], changelog: &str) -> String {
    let entries: Vec<String> = versions
        .iter()
        .enumerate()
        .map(|(index, version)| {
            let released = changelog.lines().any(|line| {
                line.strip_prefix("## ")
                    .is_some_and(|title| title.trim_start_matches('[').starts_with(version.as_str()))
            });
            let title = if released { version.clone() } else { format!("{version} (unreleased)") };
            let aliases = if index == 0 { "\"latest\"" } else { "" };
            format!(r#"{{"version": "{version}", "title": "{title}", "aliases": [{aliases}]}}"#)
        })
        .collect();
    format!("[{}]\n", entries.join(",\n "))
}

/// The numbers of `1.12.0`, to sort by.
fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_listed_with_the_newest_first() {
        let text = listed(
            &["0.10.0".to_owned(), "0.9.0".to_owned()],
            "# Changes\n\n## Unreleased\n\n## [0.9.0] - 2026-12-01\n",
        );
        assert_eq!(
            text,
            "[{\"version\": \"0.10.0\", \"title\": \"0.10.0 (unreleased)\", \"aliases\": [\"latest\"]},\n \
             {\"version\": \"0.9.0\", \"title\": \"0.9.0\", \"aliases\": []}]\n"
        );
        assert!(numbers("0.10.0") > numbers("0.9.0"));
        assert_eq!(numbers("assets"), None);
    }

    #[test]
    fn every_document_and_every_python_name_is_on_the_site() {
        let workspace = Workspace::find().expect("the checkout");
        let settings = fs::read_to_string(workspace.path("docs/site/mkdocs.yml")).expect("settings");
        check_navigation(&workspace, &settings).expect("complete");
        let without = settings.replace("      - errors.md\n", "").replace("- Start: index.md", "");
        let error = check_navigation(&workspace, &without).expect_err("incomplete").to_string();
        assert!(error.contains("does not name errors.md") && error.contains("does not name index.md"), "{error}");
    }
}
