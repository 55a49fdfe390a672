//! The Swift package's API: the public declarations in its sources.

use std::fs;

use anyhow::{Context as _, Result};

use super::listing::sorted;
use crate::workspace::Workspace;

const SOURCES: &str = "bindings/swift/Sources/NetBirdTokens";

pub fn read(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.path(SOURCES);
    let mut lines = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "swift") {
            lines.extend(declarations(&fs::read_to_string(&path)?));
        }
    }
    Ok(sorted(lines))
}

/// Public declarations, each after the types that it is in. What is in a public extension or protocol is public itself, and so
/// are the cases of a public enum.
fn declarations(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    // The types that are open: the depth of their braces, their names, and whether what is in them is public.
    let mut types: Vec<(usize, String, bool)> = Vec::new();
    let mut depth = 0_usize;
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let mut code = without_comment(line).trim().to_owned();
        // A signature may go on in the next lines.
        while code.matches('(').count() > code.matches(')').count()
            && let Some(next) = lines.next()
        {
            if !code.ends_with('(') && !without_comment(next).trim().starts_with(')') {
                code.push(' ');
            }
            code.push_str(without_comment(next).trim());
        }
        let public_inside = types.last().is_some_and(|(inside, _, public)| *public && *inside == depth);
        let is_case = code.starts_with("case ") && public_inside;
        let words: Vec<&str> = code.split_whitespace().collect();
        let kind = ["struct", "class", "enum", "protocol", "extension", "actor"].iter().find(|kind| {
            words.contains(kind) && words.iter().take_while(|word| *word != *kind).all(|word| is_modifier(word))
        });
        let is_public =
            words.iter().take_while(|word| is_modifier(word)).any(|word| *word == "public" || *word == "open");
        if (is_public && !words.contains(&"import")) || is_case {
            let place: String = types.iter().map(|(_, name, _)| format!("{name}.")).collect();
            let mut declared = code.split(" {").next().unwrap_or_default();
            // A default value, a case's number and an alias's meaning are part of the API, a stored value is not.
            if !is_case && !declared.contains('(') && !words.contains(&"typealias") {
                declared = declared.split(" = ").next().unwrap_or_default();
            }
            found.push(format!("{place} {declared}").trim().to_owned());
        }
        if let Some(kind) = kind {
            let name = words.iter().skip_while(|word| *word != kind).nth(1).copied().unwrap_or_default();
            let name: String = name.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
            if code.ends_with('{') {
                types.push((depth + 1, name, is_public && matches!(*kind, "enum")));
            }
        }
        depth = (depth + code.matches('{').count()).saturating_sub(code.matches('}').count());
        types.retain(|(inside, _, _)| *inside <= depth);
    }
    found
}

fn is_modifier(word: &str) -> bool {
    let known = ["public", "open", "final", "static", "convenience", "indirect", "nonisolated", "mutating", "required"];
    word.starts_with('@') || known.contains(&word)
}

fn without_comment(line: &str) -> &str {
    match line.trim_start() {
        comment if comment.starts_with("//") => "",
        _ => line.split(" // ").next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_declarations_are_listed_within_their_types() {
        let source = "/// public func not_this()\npublic enum Kind: Int, Sendable {\n    case pat = 1\n    case bearer(Int)\n    var hidden: Int { 1 }\n}\n\
                      public final class Client: Sendable {\n    public let url: String\n    private let handle: Int\n    public init(\n        url: String = \"x\",\n        days: Int\n    ) throws {\n        let a = 1\n    }\n    func inner() {}\n}\n\
                      extension Client {\n    public var name: String { \"x\" }\n}\n";
        assert_eq!(
            declarations(source),
            [
                "public enum Kind: Int, Sendable",
                "Kind. case pat = 1",
                "Kind. case bearer(Int)",
                "public final class Client: Sendable",
                "Client. public let url: String",
                "Client. public init(url: String = \"x\", days: Int) throws",
                "Client. public var name: String",
            ]
        );
    }
}
