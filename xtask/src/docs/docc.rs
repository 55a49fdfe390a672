//! The Swift reference: DocC's archive as static pages that work below any address.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::folders;
use crate::command::Cmd;
use crate::fronts::swift;
use crate::plan::Job;
use crate::toolchain::Missing;
use crate::toolchain::swift as toolchain;

/// The Swift module that programs import.
const MODULE: &str = "NetBirdTokens";
/// The landing page and the grouping of symbols.
const CATALOG: &str = "bindings/swift/Sources/NetBirdTokens/NetBirdTokens.docc";
/// DocC wants to know below which path its pages are served. Ours are served below any, so it gets this one, which is replaced.
const BASE: &str = "netbird-tokens-docc-base";

/// DocC's program finds a page by its address, in which it expects no file's name.
const WITHOUT_FILE_NAME: &str =
    "history.replaceState(null, \"\", location.href.replace(/\\/index\\.html(?=$|[?#])/, \"/\"))";

/// Makes the reference from the module's symbol graph, which the compiler writes.
pub fn make(job: &Job, folder: &Path) -> Result<()> {
    let workspace = job.workspace();
    swift::command(job, swift::PACKAGE, &["build", "--target", MODULE])?.run()?;
    let graphs = folders::folder(workspace).join("symbol-graphs");
    if graphs.exists() {
        fs::remove_dir_all(&graphs)?;
    }
    fs::create_dir_all(&graphs)?;
    let extract = [
        "symbolgraph-extract",
        "-module-name",
        MODULE,
        "-I",
        ".build/debug/Modules",
        "-I",
        "Sources/NetBirdTokensFFI",
        "-minimum-access-level",
        "public",
        "-skip-inherited-docs",
        "-output-dir",
    ];
    let triple = swift_triple(job)?;
    let graphs = graphs.display().to_string();
    let words = [extract.as_slice(), &[&graphs, "-target", &triple]].concat();
    swift::command(job, swift::PACKAGE, &words)?.run()?;
    convert(job, &graphs, folder)
}

/// The platform that the compiler builds for.
fn swift_triple(job: &Job) -> Result<String> {
    let info = swift_tool(job, &["swiftc", "-print-target-info"])?.output()?;
    let (_, rest) = info.split_once("\"triple\": \"").context("swiftc does not tell its target")?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

/// A command where Swift is.
fn swift_tool(job: &Job, words: &[&str]) -> Result<Cmd> {
    let workspace = job.workspace();
    let swift = toolchain::ensure(workspace, &job.log)?;
    Ok(job.logged(swift.command(workspace, &workspace.path(swift::PACKAGE), words)?).limit_minutes(5))
}

/// The program `docc` of the Swift toolchain.
///
/// # Errors
/// [`Missing`] if the toolchain has none.
fn docc_program(job: &Job) -> Result<String> {
    // Debian keeps the toolchain's lesser programs out of the path.
    let look = "command -v docc || ls /usr/libexec/swift/bin/docc";
    match swift_tool(job, &["sh", "-c", look])?.output() {
        Ok(found) => Ok(found.trim().to_owned()),
        Err(_) => Err(Missing("needs docc, which this Swift toolchain does not have".to_owned()).into()),
    }
}

/// Makes the pages from the symbol graphs in a folder. A warning is a failure.
fn convert(job: &Job, graphs: &str, folder: &Path) -> Result<()> {
    let workspace = job.workspace();
    let docc = docc_program(job)?;
    let catalog = workspace.path(CATALOG).display().to_string();
    let output = folder.display().to_string();
    let words = [
        &docc,
        "convert",
        &catalog,
        "--additional-symbol-graph-dir",
        graphs,
        "--fallback-display-name",
        "NetBirdTokens",
        "--fallback-bundle-identifier",
        "io.netbird.tokens",
        "--warnings-as-errors",
        "--transform-for-static-hosting",
        "--hosting-base-path",
        BASE,
        "--output-path",
        &output,
    ];
    swift_tool(job, &words)?.run()?;
    relocate(folder, "./")
}

/// Makes the pages' addresses relative. `to_root` leads from the folder to the one that DocC made.
fn relocate(folder: &Path, to_root: &str) -> Result<()> {
    let below = if to_root == "./" { "../".to_owned() } else { format!("../{to_root}") };
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            relocate(&path, &below)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            fs::write(&path, relative(&fs::read_to_string(&path)?, to_root))?;
        }
    }
    Ok(())
}

fn relative(page: &str, to_root: &str) -> String {
    page.replace(
        &format!("var baseUrl = \"/{BASE}/\""),
        &format!("var baseUrl = new URL(\"{to_root}\", document.location).pathname;{WITHOUT_FILE_NAME}"),
    )
    .replace(&format!("\"/{BASE}/"), &format!("\"{to_root}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_find_the_rest_from_where_they_are() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let deep = folder.path().join("documentation/x");
        fs::create_dir_all(&deep).expect("folder");
        let page = format!("<script>var baseUrl = \"/{BASE}/\"</script><link href=\"/{BASE}/css/a.css\">");
        for place in [folder.path(), &deep] {
            fs::write(place.join("index.html"), &page).expect("written");
        }
        relocate(folder.path(), "./").expect("relocated");
        let read = |place: &Path| fs::read_to_string(place.join("index.html")).expect("read");
        let page = read(&deep);
        assert!(page.starts_with("<script>var baseUrl = new URL(\"../../\", document.location).pathname;"), "{page}");
        assert!(page.ends_with("</script><link href=\"../../css/a.css\">"), "{page}");
        assert!(read(folder.path()).contains("href=\"./css/a.css\""));
    }
}
