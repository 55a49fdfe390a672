//! The pages that the generator reads: the documents, with their links changed to where things are on the site.
//!
//! The documents are written to be read in the checkout. On the site, what they link to outside of `docs/` is a page as well, so
//! that each version of the site stands on its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::checks::files;
use crate::markdown;
use crate::workspace::Workspace;

use super::reference::Reference;

/// The pages of the site beside those in `docs/`.
const OUTSIDE: &[&str] = &["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
/// The site's own files. Only the pages of the Python reference become pages.
const SITE: &str = "docs/site";
const PYTHON: &str = "docs/site/python";
/// Files that are shown or downloaded as they are.
const AS_IS: &[&str] = &["json", "png", "svg"];

/// Writes all pages into the folder. `built` tells whether the site has a reference.
///
/// # Errors
/// A document links to something that does not exist.
pub fn write(workspace: &Workspace, folder: &Path, built: impl Fn(Reference) -> bool) -> Result<usize> {
    let files = files::all(workspace)?;
    let mut open: Vec<PathBuf> = files.iter().filter(|file| is_page(file)).cloned().collect();
    let mut known: BTreeSet<PathBuf> = open.iter().cloned().collect();
    while let Some(file) = open.pop() {
        let page = folder.join(place(&file));
        fs::create_dir_all(page.parent().context("a page without a folder")?)?;
        let full = workspace.path(&file);
        let mut linked = Vec::new();
        if full.is_dir() {
            let text = listing(&file, &files);
            fs::write(&page, rewritten(&text, &file.join("index.md"), workspace, &mut linked)?)?;
        } else if is_as_is(&file) {
            fs::copy(&full, &page)?;
        } else {
            let text = fs::read_to_string(&full).with_context(|| format!("cannot read {}", file.display()))?;
            let text = if is_markdown(&file) {
                with_references(&rewritten(&text, &file, workspace, &mut linked)?, &built)
            } else {
                source_page(&file, &text)
            };
            fs::write(&page, text).with_context(|| format!("cannot write {}", page.display()))?;
        }
        for target in linked {
            if known.insert(target.clone()) {
                open.push(target);
            }
        }
    }
    Ok(known.len())
}

/// The pages that the navigation must name.
pub fn in_navigation(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    Ok(files::all(workspace)?.iter().filter(|file| is_page(file)).map(|file| place(file)).collect())
}

fn is_page(file: &Path) -> bool {
    let in_docs = file.starts_with("docs") && (!file.starts_with(SITE) || file.starts_with(PYTHON));
    is_markdown(file) && (in_docs || OUTSIDE.iter().any(|outside| file == Path::new(outside)))
}

fn is_markdown(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "md")
}

fn is_as_is(file: &Path) -> bool {
    file.extension().is_some_and(|extension| AS_IS.iter().any(|known| extension == *known))
}

/// Where a file or folder of the checkout is among the pages.
fn place(file: &Path) -> PathBuf {
    if file == Path::new("README.md") {
        return PathBuf::from("index.md");
    }
    if OUTSIDE.iter().any(|outside| file == Path::new(outside)) {
        return PathBuf::from(file.to_string_lossy().to_lowercase());
    }
    let (below, rest) = if let Ok(rest) = file.strip_prefix(PYTHON) {
        ("reference/python", rest)
    } else if let Ok(rest) = file.strip_prefix("docs") {
        ("", rest)
    } else {
        ("source", file)
    };
    let page = Path::new(below).join(rest);
    if page.file_name().is_some_and(|name| name == "README.md") {
        return page.with_file_name("index.md");
    }
    match file.extension() {
        Some(_) if is_markdown(file) || is_as_is(file) => page,
        // A folder has no extension, nor have some files, which this tells apart from the folders that documents link to.
        None if file.file_name().is_some_and(|name| name.to_string_lossy().chars().any(char::is_uppercase)) => {
            with_md(&page)
        }
        None => page.join("index.md"),
        Some(_) => with_md(&page),
    }
}

fn with_md(page: &Path) -> PathBuf {
    let mut name = page.as_os_str().to_owned();
    name.push(".md");
    PathBuf::from(name)
}

/// A document as the generator reads it. Adds what it links to to `linked`.
fn rewritten(text: &str, file: &Path, workspace: &Workspace, linked: &mut Vec<PathBuf>) -> Result<String> {
    let mut out = String::new();
    let mut fence: Option<String> = None;
    let mut wrong = None;
    for line in text.lines() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            let indent = &line[..line.len() - line.trim_start().len()];
            // What follows a comma is for rustdoc.
            let language = info.split(',').next().unwrap_or_default();
            out.push_str(&format!("{indent}```{language}\n"));
            fence = if fence.is_some() { None } else { Some(language.to_owned()) };
            continue;
        }
        if let Some(language) = &fence {
            // Lines that rustdoc hides.
            if !(language == "rust" && (line.starts_with("# ") || line == "#")) {
                out.push_str(line);
                out.push('\n');
            }
            continue;
        }
        let line = markdown::with_links(line, |target| match moved(target, file, workspace, linked) {
            Ok(target) => target,
            Err(error) => {
                wrong.get_or_insert(error);
                target.to_owned()
            }
        });
        // A list within a list: two spaces in the checkout, four for the generator.
        let spaces = line.len() - line.trim_start().len();
        if spaces > 0 && spaces < 4 && line.trim_start().starts_with("* ") {
            out.push_str(&" ".repeat(spaces));
        }
        out.push_str(&line);
        out.push('\n');
    }
    match wrong {
        Some(error) => Err(error),
        None => Ok(out),
    }
}

/// The target of a link, seen from the page that has it.
fn moved(target: &str, file: &Path, workspace: &Workspace, linked: &mut Vec<PathBuf>) -> Result<String> {
    if markdown::is_outside(target) || target.starts_with('#') {
        return Ok(target.to_owned());
    }
    let (path, heading) = target.split_once('#').map_or((target, None), |(path, heading)| (path, Some(heading)));
    let mut found = normal(&file.parent().unwrap_or(Path::new("")).join(path));
    if !workspace.path(&found).exists() {
        bail!("{}: {target} does not exist", file.display());
    }
    if workspace.path(&found).is_dir() && workspace.path(&found).join("README.md").exists() {
        found.push("README.md");
    }
    let from = place(file);
    let relative = relative(from.parent().unwrap_or(Path::new("")), &place(&found));
    linked.push(found);
    Ok(match heading {
        Some(heading) => format!("{relative}#{heading}"),
        None => relative,
    })
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::Normal(name) => plain.push(name),
            _ => {}
        }
    }
    plain
}

/// The way from a folder to a page.
fn relative(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// A folder without a README: what is in it.
fn listing(folder: &Path, files: &[PathBuf]) -> String {
    let inside = files.iter().filter(|file| file.parent() == Some(folder)).filter_map(|file| file.file_name());
    let lines: String = inside.map(|name| name.to_string_lossy()).map(|name| format!("* [{name}]({name})\n")).collect();
    format!("# {}\n\n{lines}", folder.display())
}

/// A source file as a page.
fn source_page(file: &Path, text: &str) -> String {
    let extension = file.extension().map(|extension| extension.to_string_lossy().into_owned()).unwrap_or_default();
    let language = match extension.as_str() {
        "rs" => "rust",
        "kt" => "kotlin",
        "py" | "pyi" => "python",
        "h" | "c" => "c",
        "hpp" | "cpp" => "cpp",
        "yaml" => "yaml",
        _ => "text",
    };
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    format!("# {}\n\n``````{language}\n{text}{newline}``````\n", file.display())
}

/// Links the references that were built, and says of the others that they were not.
fn with_references(text: &str, built: &impl Fn(Reference) -> bool) -> String {
    use clap::ValueEnum as _;
    let mut text = text.to_owned();
    for reference in Reference::value_variants() {
        let marker = format!(" <!-- reference: {} -->", reference.name());
        while let Some(end) = text.find(&marker) {
            let start = text[..end].rfind(['|', '\n', ' ']).map_or(0, |before| before + 1);
            let tool = text[start..end].to_owned();
            let shown = if built(*reference) {
                // As HTML, because the generator knows only the pages that it makes itself.
                format!("<a href=\"reference/{}/{}\">{tool}</a>", reference.name(), reference.start())
            } else {
                format!("{tool} (not in this build)")
            };
            text.replace_range(start..end + marker.len(), &shown);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout() -> (tempfile::TempDir, Workspace) {
        let folder = tempfile::tempdir().expect("temporary folder");
        let workspace = Workspace { root: folder.path().to_owned(), target: folder.path().join("target") };
        for (name, text) in [
            ("docs/guide.md", "# Guide\n"),
            ("core/src/lib.rs", "fn main() {}\n"),
            ("tests/README.md", "# Tests\n"),
            ("examples/a.c", "int a;\n"),
        ] {
            let path = workspace.path(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
            fs::write(path, text).expect("written");
        }
        (folder, workspace)
    }

    #[test]
    fn every_file_has_its_place() {
        for (file, page) in [
            ("README.md", "index.md"),
            ("SECURITY.md", "security.md"),
            ("docs/cli.md", "cli.md"),
            ("docs/decisions/README.md", "decisions/index.md"),
            ("docs/images/a.png", "images/a.png"),
            ("docs/site/python/client.md", "reference/python/client.md"),
            ("tests/scenarios/README.md", "source/tests/scenarios/index.md"),
            ("core/src/lib.rs", "source/core/src/lib.rs.md"),
            ("c-header/examples", "source/c-header/examples/index.md"),
            ("LICENSE-MIT", "source/LICENSE-MIT.md"),
        ] {
            assert_eq!(place(Path::new(file)), PathBuf::from(page), "{file}");
        }
        assert!(is_page(Path::new("docs/site/python/client.md")) && !is_page(Path::new("docs/site/c-reference.md")));
    }

    #[test]
    fn links_lead_to_where_things_are_on_the_site() {
        let (_folder, workspace) = checkout();
        let mut linked = Vec::new();
        let text = "[a](docs/guide.md#part) [b](core/src/lib.rs) [c](tests) [d](examples) [e](https://x) [f](#g)\n";
        let page = rewritten(text, Path::new("README.md"), &workspace, &mut linked).expect("rewritten");
        assert_eq!(
            page,
            "[a](guide.md#part) [b](source/core/src/lib.rs.md) [c](source/tests/index.md) \
             [d](source/examples/index.md) [e](https://x) [f](#g)\n"
        );
        let names: Vec<String> = linked.iter().map(|path| path.display().to_string()).collect();
        assert_eq!(names, ["docs/guide.md", "core/src/lib.rs", "tests/README.md", "examples"]);
        let back = rewritten("[r](../README.md)\n", Path::new("tests/README.md"), &workspace, &mut linked);
        assert!(back.expect_err("not in this checkout").to_string().contains("../README.md does not exist"));
        let deep = rewritten("[g](../docs/guide.md)\n", Path::new("tests/README.md"), &workspace, &mut linked);
        assert_eq!(deep.expect("rewritten"), "[g](../../guide.md)\n");
    }

    #[test]
    fn examples_lose_what_only_rustdoc_reads() {
        let (_folder, workspace) = checkout();
        let text = "```rust,no_run\n# fn main() {\nlet a = 1;\n# }\n```\n```sh\n# a comment\n```\n* a\n  * b\n";
        let page = rewritten(text, Path::new("docs/guide.md"), &workspace, &mut Vec::new()).expect("rewritten");
        assert_eq!(page, "```rust\nlet a = 1;\n```\n```sh\n# a comment\n```\n* a\n    * b\n");
    }

    #[test]
    fn a_reference_is_linked_or_said_to_be_missing() {
        let text = "| Rust | rustdoc <!-- reference: rust --> | x |\n| C | Doxygen <!-- reference: c --> | y |\n";
        assert_eq!(
            with_references(text, &|reference| reference == Reference::Rust),
            "| Rust | <a href=\"reference/rust/netbird_tokens/index.html\">rustdoc</a> | x |\n\
             | C | Doxygen (not in this build) | y |\n"
        );
    }
}
