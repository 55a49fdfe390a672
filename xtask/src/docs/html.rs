//! A last look at the finished pages: whatever made a link, what it points to must be there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context as _, Result, bail};
use regex::Regex;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"<(?:a|img|link|script)\s[^>]*?(?:href|src)="([^"]*)""#).expect("compiled in a test")
});
static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\s(?:id|name)="?([^"\s>]+)"#).expect("compiled in a test"));

/// Checks the pages in the folder, but not those in `without`, which other tools made and checked; links into these count.
///
/// # Errors
/// Lists every link that leads nowhere. There must be at least one that does not.
pub fn check(folder: &Path, without: &[PathBuf]) -> Result<usize> {
    let mut pages = Vec::new();
    find(folder, without, &mut pages)?;
    let mut number = 0;
    let mut wrong = BTreeSet::new();
    let mut names: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for page in &pages {
        // It is served for every address that does not exist, so its own are from the site's root.
        if page.ends_with("404.html") {
            continue;
        }
        let text = fs::read_to_string(page)?;
        let shown = page.strip_prefix(folder).unwrap_or(page).display().to_string();
        for found in ADDRESS.captures_iter(&text) {
            let address = found[1].replace("&amp;", "&");
            if address.contains("://") || address.starts_with("mailto:") || address.starts_with("data:") {
                continue;
            }
            number += 1;
            let (path, name) = address.split_once('#').map_or((&*address, None), |(path, name)| (path, Some(name)));
            let path = path.split('?').next().unwrap_or_default();
            let target = match path {
                "" => page.clone(),
                path => page.parent().context("a page without a folder")?.join(unescaped(path)),
            };
            let target = if target.is_dir() { target.join("index.html") } else { target };
            if !target.is_file() {
                wrong.insert(format!("{shown}: {address} leads nowhere"));
                continue;
            }
            let Some(name) = name.filter(|name| !name.is_empty() && target.extension().is_some_and(|it| it == "html"))
            else {
                continue;
            };
            let target = target.canonicalize()?;
            if !names.contains_key(&target) {
                let text = fs::read_to_string(&target)?;
                let found = NAME.captures_iter(&text).map(|found| found[1].to_owned()).collect();
                names.insert(target.clone(), found);
            }
            if !names[&target].contains(&unescaped(name)) {
                wrong.insert(format!("{shown}: {address}: that page has no such heading"));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("{} broken links\n  {}", wrong.len(), wrong.into_iter().collect::<Vec<_>>().join("\n  "));
    }
    if number == 0 {
        bail!("{} has no page with a link", folder.display());
    }
    Ok(number)
}

fn find(folder: &Path, without: &[PathBuf], pages: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("no folder {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() && !without.contains(&path) {
            find(&path, without, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            pages.push(path);
        }
    }
    Ok(())
}

/// `%20` and the like as what they stand for.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%').then(|| after.get(..2)).flatten();
        let code =
            code.and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(index: &str) -> (tempfile::TempDir, Result<usize>) {
        let folder = tempfile::tempdir().expect("temporary folder");
        let other = folder.path().join("other");
        fs::create_dir_all(&other).expect("folder");
        fs::write(folder.path().join("index.html"), index).expect("written");
        fs::write(folder.path().join("a b.html"), "<h1 id=\"part\">x</h1>").expect("written");
        fs::write(other.join("index.html"), "<a href=\"gone.html\">not ours</a>").expect("written");
        let result = check(folder.path(), &[other]);
        (folder, result)
    }

    #[test]
    fn links_that_lead_somewhere_are_counted() {
        let (_folder, result) = site(
            "<a class=\"x\" href=\"a%20b.html#part\"></a><a href=\"other/\"></a><a href=\"https://x/y\"></a>\
             <a href=\"#here\"></a><p id=\"here\"></p>",
        );
        assert_eq!(result.expect("all there"), 3);
    }

    #[test]
    fn links_that_lead_nowhere_are_listed() {
        let (_folder, result) = site("<img src=\"no.png\"><a href=\"a%20b.html#gone\"></a><a href=\"#gone\"></a>");
        let error = result.expect_err("broken").to_string();
        assert!(error.starts_with("3 broken links"), "{error}");
        assert!(error.contains("no.png leads nowhere") && error.contains("#gone: that page"), "{error}");
    }

    #[test]
    fn a_site_without_links_is_no_site() {
        assert!(site("nothing").1.is_err());
    }
}
