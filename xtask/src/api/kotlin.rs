//! The Kotlin package's API, as a program in Kotlin or Java sees it: the public members of its compiled classes.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};
use regex::Regex;

use super::listing::sorted;
use crate::command::{Cmd, on_path};
use crate::workspace::Workspace;

const SOURCES: &str = "bindings/kotlin/library/src/main/kotlin/netbird/tokens";
const CLASSES: &str = "bindings/kotlin/library/target/classes";
/// The package that programs use. What uniffi generates is below it, and internal.
const PACKAGE: &str = "netbird/tokens";

pub fn is_built(workspace: &Workspace) -> bool {
    workspace.path(CLASSES).join(PACKAGE).is_dir() && on_path("javap").is_some()
}

pub fn read(workspace: &Workspace) -> Result<Vec<String>> {
    let text = javap(workspace.path(CLASSES))?;
    Ok(members(&text, &internal_classes(workspace)?))
}

/// What `javap` prints of the public members of the classes in a folder.
fn javap(classes: PathBuf) -> Result<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(classes.join(PACKAGE))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "class"))
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("{} has no classes of {PACKAGE}", classes.display());
    }
    Cmd::new("javap").arg("-public").arg("-cp").arg(&classes).args(&files).limit_minutes(2).output()
}

/// The classes that Kotlin hides from other modules, which class files do not say.
fn internal_classes(workspace: &Workspace) -> Result<BTreeSet<String>> {
    let declared = Regex::new(r"(?m)^internal (?:\w+ )*?(?:class|object|interface) (\w+)")?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(workspace.path(SOURCES))? {
        let path = entry?.path();
        if path.is_file() {
            let source = fs::read_to_string(&path)?;
            names.extend(declared.captures_iter(&source).map(|found| found[1].to_owned()));
        }
    }
    Ok(names)
}

/// What `javap -public` prints, one member a line after its class. Left out: what is not public, what the compiler makes for
/// lambdas and coroutines, and what Kotlin's `internal` mangles.
fn members(text: &str, internal: &BTreeSet<String>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut class: Option<String> = None;
    for line in text.lines() {
        let code = line.trim().trim_end_matches(';');
        if line.ends_with('{') {
            let declared = code.trim_end_matches('{').trim();
            let words = || declared.split_whitespace();
            let name = words().skip_while(|word| !matches!(*word, "class" | "interface")).nth(1).unwrap_or_default();
            let is_synthetic =
                name.rsplit('$').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()))
                    && name.contains('$');
            // A file's own class: what is public at the top level has a class with a name, by @JvmName.
            let is_made_up =
                is_synthetic || name.contains("$sam$") || name.ends_with("Kt") || name.ends_with("$WhenMappings");
            let outermost = name.rsplit('.').next().unwrap_or_default().split(['$', '<']).next().unwrap_or_default();
            let is_hidden = is_made_up || internal.contains(outermost);
            let is_public = words().next() == Some("public") && !is_hidden;
            class = is_public.then(|| name.split('<').next().unwrap_or_default().to_owned());
            if is_public {
                lines.push(declared.to_owned());
            }
        } else if line == "}" {
            class = None;
        } else if let Some(class) = &class
            && code.starts_with("public ")
            && !is_internal(code)
        {
            lines.push(format!("{class}: {code}"));
        }
    }
    sorted(lines)
}

/// `internal` members have `$` and the module's name in theirs; the compiler's own have it too.
fn is_internal(member: &str) -> bool {
    let name = member.split('(').next().unwrap_or_default().split_whitespace().last().unwrap_or_default();
    name.rsplit('.').next().is_some_and(|name| name.contains('$')) || member.contains("DefaultConstructorMarker")
        // A type that programs do not have.
        || member.contains("netbird.tokens.internal.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_members_are_listed_after_their_class() {
        let text = "Compiled from \"Token.kt\"\npublic final class netbird.tokens.Token implements java.io.Serializable {\n  public final java.lang.String getId();\n  public static void access$x(int);\n  public final int inner$netbird_tokens();\n}\n\
                    Compiled from \"X.kt\"\nfinal class netbird.tokens.X {\n  public int y();\n}\npublic final class netbird.tokens.Client$1 {\n  public int z();\n}\n\
                    public final class netbird.tokens.Handle<T extends java.lang.AutoCloseable> {\n  public int z();\n}\n";
        assert_eq!(
            members(text, &BTreeSet::from(["Handle".to_owned()])),
            [
                "netbird.tokens.Token: public final java.lang.String getId()",
                "public final class netbird.tokens.Token implements java.io.Serializable",
            ]
        );
    }
}
