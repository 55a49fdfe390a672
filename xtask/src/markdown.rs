//! What the tasks read from Markdown documents: links, headings and fenced blocks.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(([^()\s]+)\)").expect("compiled in a test"));
static LINK_IN_HEADING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[([^\[\]]*)\]\([^()]*\)").expect("compiled in a test"));

/// A link, outside fenced blocks.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// The number of its line, from 1.
    pub line: usize,
    /// What is before `#`; empty for a link within the document.
    pub path: String,
    /// What is after `#`.
    pub heading: Option<String>,
}

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The number of the line that opens it, from 1.
    pub line: usize,
    /// What follows the fence: `rust,no_run`.
    pub info: String,
    /// Its lines.
    pub code: String,
}

/// True for what a link points to outside of the project.
pub fn is_outside(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:")
}

/// The links to files and headings of the project.
pub fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (line, content) in prose(text) {
        for link in LINK.captures_iter(content) {
            if is_outside(&link[1]) {
                continue;
            }
            let (path, heading) = match link[1].split_once('#') {
                Some((path, heading)) => (path, Some(heading.to_owned())),
                None => (&link[1], None),
            };
            found.push(Link { line, path: path.to_owned(), heading });
        }
    }
    found
}

/// A line of a document with the target of each of its links replaced.
pub fn with_links(line: &str, mut replace: impl FnMut(&str) -> String) -> String {
    LINK.replace_all(line, |link: &regex::Captures| format!("]({})", replace(&link[1]))).into_owned()
}

/// The names by which links find the headings, as the sites that show Markdown make them: lower case, hyphens for spaces,
/// without punctuation, numbered where they repeat.
pub fn heading_ids(text: &str) -> Vec<String> {
    let mut seen = BTreeMap::new();
    let mut ids = Vec::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let title = LINK_IN_HEADING.replace_all(title.trim(), "$1").to_lowercase();
        let id: String = title
            .chars()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
            .map(|letter| if letter == ' ' { '-' } else { letter })
            .collect();
        let times: &mut usize = seen.entry(id.clone()).or_default();
        ids.push(if *times == 0 { id } else { format!("{id}-{times}") });
        *times += 1;
    }
    ids
}

/// The fenced blocks.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            if !open {
                found.push(Block { line: index + 1, info: info.trim().to_owned(), code: String::new() });
            }
            open = !open;
        } else if open && let Some(block) = found.last_mut() {
            block.code.push_str(line);
            block.code.push('\n');
        }
    }
    found
}

/// The lines outside fenced blocks, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            return None;
        }
        (!fenced).then_some((index + 1, line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_within_the_project_count() {
        let text = "[a](docs/a.md#part) [b](https://example.org) [c](#here) [m](mailto:a@b.example)\n\
                    ```\n[d](not/a/link)\n```\n![e](e.png)\n";
        let link = |line, path: &str, heading: Option<&str>| Link {
            line,
            path: path.to_owned(),
            heading: heading.map(str::to_owned),
        };
        assert_eq!(
            links(text),
            [link(1, "docs/a.md", Some("part")), link(1, "", Some("here")), link(5, "e.png", None)]
        );
    }

    #[test]
    fn links_are_replaced() {
        let line = with_links("[a](x.md) and ![b](y.png#z)", |target| target.to_uppercase());
        assert_eq!(line, "[a](X.MD) and ![b](Y.PNG#Z)");
    }

    #[test]
    fn headings_have_the_ids_that_links_use() {
        let text = "# Does `it` work?\n## C and C++\n## [A link](x.md), outcome_unknown\n```sh\n# no heading\n```\n## C and C++\n#no\n";
        assert_eq!(heading_ids(text), ["does-it-work", "c-and-c", "a-link-outcome_unknown", "c-and-c-1"]);
    }

    #[test]
    fn blocks_have_their_language_and_line() {
        let text = "text\n```rust,no_run\nlet a = 1;\n```\n\n   ```\n   plain\n   ```\n";
        let block = |line, info: &str, code: &str| Block { line, info: info.to_owned(), code: code.to_owned() };
        assert_eq!(blocks(text), [block(2, "rust,no_run", "let a = 1;\n"), block(6, "", "   plain\n")]);
    }
}
