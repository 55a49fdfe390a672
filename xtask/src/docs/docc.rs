//! The Swift reference: DocC's archive as static pages that work below any address.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::references::{docc_program, swift_tool};
use crate::plan::Job;

/// The landing page and the grouping of symbols.
const CATALOG: &str = "bindings/swift/Sources/NetBirdTokens/NetBirdTokens.docc";
/// DocC wants to know below which path its pages are served. Ours are served below any, so it gets this one, which is replaced.
const BASE: &str = "netbird-tokens-docc-base";

/// DocC's program finds a page by its address, in which it expects no file's name.
const WITHOUT_FILE_NAME: &str = "history.replaceState(null, \"\", location.href.replace(/\\/index\\.html(?=$|[?#])/, \"/\"))";

/// Makes the pages from the symbol graphs in a folder. A warning is a failure.
pub fn convert(job: &Job, graphs: &str, folder: &Path) -> Result<()> {
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
