//! The public API of each front end, as a committed list that a build is compared with: what a release promised stays.

mod c;
mod kotlin;
mod listing;
mod python;
mod swift;

use std::fs;

use anyhow::{Context as _, Result, bail};

pub use python::exported_names as exported_by_python;

use listing::Difference;

use crate::workspace::Workspace;

/// A front end's API: the file that lists it, and what reads it from the front end.
pub struct Surface {
    pub name: &'static str,
    /// The committed list.
    pub file: &'static str,
    /// One line per name with its signature, sorted.
    read: fn(&Workspace) -> Result<Vec<String>>,
}

/// Those that are read from committed files.
pub const FROM_SOURCES: &[Surface] = &[
    Surface { name: "C", file: "c-header/abi/netbird_tokens.txt", read: c::read },
    Surface { name: "Python", file: "python/api.txt", read: python::read },
    Surface { name: "Swift", file: "bindings/swift/api.txt", read: swift::read },
];

/// Read from what the Kotlin compiler made.
pub const KOTLIN: Surface = Surface { name: "Kotlin", file: "bindings/kotlin/api.txt", read: kotlin::read };

impl Surface {
    /// Compares the front end with its list.
    ///
    /// # Errors
    /// They differ: something was removed or changed, or something new is not listed.
    pub fn check(&self, workspace: &Workspace) -> Result<String> {
        let found = (self.read)(workspace)?;
        let difference = Difference::between(&self.listed(workspace)?, &found);
        if !difference.gone.is_empty() {
            bail!(
                "the {} API has lost {} of what {} promises. Programs that use these break, at compile time or when they run. Keep them, or, for a release that may break them, run cargo xtask api --breaking and say so in CHANGELOG.md\n{difference}",
                self.name,
                difference.gone.len(),
                self.file
            );
        }
        if !difference.new.is_empty() {
            bail!("the {} API has more than {} lists: run cargo xtask api\n{difference}", self.name, self.file);
        }
        Ok(format!("{}: {}", self.name, found.len()))
    }

    /// Lists what is there now. Says what changed.
    fn write(&self, workspace: &Workspace, breaking: bool) -> Result<String> {
        let found = (self.read)(workspace)?;
        let difference = Difference::between(&self.listed(workspace)?, &found);
        if !difference.gone.is_empty() && !breaking {
            bail!("the {} API has lost something, which --breaking allows\n{difference}", self.name);
        }
        let path = workspace.path(self.file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, listing::format(&found)).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(format!("{}: {} names\n{difference}", self.file, found.len()))
    }

    fn listed(&self, workspace: &Workspace) -> Result<Vec<String>> {
        let path = workspace.path(self.file);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(listing::parse(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }
}

/// `cargo xtask api`: brings the lists up to date. Kotlin's needs its built classes and is left out without them.
///
/// # Errors
/// Something was removed or changed, and `--breaking` was not given.
pub fn run(workspace: &Workspace, accept_breaking: bool) -> Result<bool> {
    for surface in FROM_SOURCES {
        print!("{}", surface.write(workspace, accept_breaking)?);
    }
    if kotlin::is_built(workspace) {
        print!("{}", KOTLIN.write(workspace, accept_breaking)?);
    } else {
        println!("{}: left out, because Kotlin is not built: cargo xtask test --only kotlin", KOTLIN.file);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_name_is_an_error_and_a_new_one_asks_for_the_command() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let workspace = Workspace { root: folder.path().to_owned(), target: folder.path().join("target") };
        let check = |listed: &str| {
            let surface = Surface {
                name: "C",
                file: "api.txt",
                read: |_| Ok(vec!["int nbt_a(void)".to_owned(), "int nbt_b(int)".to_owned()]),
            };
            fs::write(workspace.path("api.txt"), listed).expect("written");
            surface.check(&workspace).map_err(|error| error.to_string())
        };
        assert_eq!(check("int nbt_a(void)\nint nbt_b(int)\n"), Ok("C: 2".to_owned()));
        let new = check("int nbt_a(void)\n").expect_err("one is new");
        assert!(new.contains("run cargo xtask api\n") && new.contains("+ int nbt_b(int)"), "{new}");
        let changed = check("int nbt_a(void)\nint nbt_b(long)\n").expect_err("one has changed");
        assert!(changed.contains("--breaking") && changed.contains("- int nbt_b(long)"), "{changed}");
    }
}
