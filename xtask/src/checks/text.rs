//! White space at the end of lines and files.

use std::path::Path;

use anyhow::Result;

use super::files;
use super::findings::Findings;
use crate::workspace::Workspace;

/// No line ends with white space or a carriage return, and each file ends with a newline.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut number = 0;
    for (file, text) in files::texts(workspace)? {
        if is_verbatim(&file) {
            continue;
        }
        number += 1;
        for problem in problems(&text) {
            findings.add(format!("{}:{problem}", file.display()));
        }
    }
    findings.note = format!("{number} files");
    Ok(findings)
}

/// Files that must stay byte for byte as they are: recorded answers, inputs of the fuzz targets, and what a tool generates.
fn is_verbatim(file: &Path) -> bool {
    if file.starts_with("fuzz/corpus") {
        return true;
    }
    let in_recordings = file.components().any(|part| part.as_os_str().to_string_lossy().contains("recordings"));
    let extension = file.extension().map(|extension| extension.to_string_lossy().into_owned()).unwrap_or_default();
    in_recordings || ["lock", "snap", "txt", "json", "jsonl", "patch"].contains(&extension.as_str())
}

fn problems(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let number = index + 1;
        if line.ends_with('\r') {
            problems.push(format!("{number}: ends with a carriage return"));
        } else if line.ends_with([' ', '\t']) {
            problems.push(format!("{number}: trailing white space"));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        problems.push(format!("{}: no newline at the end of the file", text.lines().count()));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_have_line_numbers() {
        assert!(problems("a\n\nb\n").is_empty());
        assert!(problems("").is_empty());
        assert_eq!(problems("a \n\tb\t\n").len(), 2);
        assert_eq!(problems("a\r\n"), ["1: ends with a carriage return"]);
        assert_eq!(problems("a\nb"), ["2: no newline at the end of the file"]);
    }
}
