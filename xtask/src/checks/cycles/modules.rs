//! The modules of a crate, and which of them a path leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::names::{Import, Names, Use};

/// All modules of a crate that are files.
pub struct Modules {
    modules: Vec<Module>,
    /// By their path from the root.
    by_path: BTreeMap<Vec<String>, usize>,
}

struct Module {
    path: Vec<String>,
    names: Names,
}

impl Modules {
    /// Reads the root file and every module that it declares, directly or indirectly.
    pub fn read(root: &Path) -> Result<Self> {
        let mut modules = Self { modules: Vec::new(), by_path: BTreeMap::new() };
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        modules.add(root, Vec::new(), &folder)?;
        Ok(modules)
    }

    /// Adds the module in `file`, whose children are in `folder`.
    fn add(&mut self, file: &Path, path: Vec<String>, folder: &Path) -> Result<()> {
        let source = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let names = Names::parse(&source).with_context(|| file.display().to_string())?;
        let children: Vec<(PathBuf, Vec<String>)> = names
            .children
            .iter()
            .map(|child| {
                let place = folder.join(child.path.iter().collect::<PathBuf>());
                let file = match &child.file {
                    // Relative to the folder of the declaring file.
                    Some(name) => file.parent().unwrap_or(Path::new("")).join(name),
                    None => place,
                };
                (file, [path.as_slice(), &child.path].concat())
            })
            .collect();
        self.by_path.insert(path.clone(), self.modules.len());
        self.modules.push(Module { path, names });
        for (place, path) in children {
            if place.extension().is_some() {
                let folder = place.parent().unwrap_or(Path::new("")).to_owned();
                self.add(&place, path, &folder)?;
                continue;
            }
            let candidates = [place.with_extension("rs"), place.join("mod.rs")];
            let Some(file) = candidates.iter().find(|file| file.is_file()) else {
                bail!("there is no file for the module {}", path.join("::"));
            };
            self.add(file, path, &place)?;
        }
        Ok(())
    }

    /// The number of modules.
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// A module's path, for messages.
    pub fn name(&self, module: usize) -> String {
        match self.modules[module].path.join("::") {
            root if root.is_empty() => "crate root".to_owned(),
            path => path,
        }
    }

    /// For each module, the modules that it imports, with a path that does so.
    pub fn imports(&self) -> BTreeMap<usize, BTreeMap<usize, String>> {
        (0..self.len()).map(|index| (index, self.imports_of(index))).collect()
    }

    fn imports_of(&self, index: usize) -> BTreeMap<usize, String> {
        let names = &self.modules[index].names;
        let mut found = BTreeMap::new();
        let mut add = |target: Option<usize>, used: &Use| {
            if let Some(target) = target.filter(|target| *target != index) {
                found.entry(target).or_insert_with(|| used.path.join("::"));
            }
        };
        for import in &names.imports {
            let target = self.resolve(index, &import.source);
            if !(import.exported && target.is_some_and(|target| self.is_below(target, index))) {
                add(target, &import.source);
            }
        }
        for used in &names.uses {
            add(self.resolve(index, used), used);
        }
        found
    }

    fn is_below(&self, module: usize, ancestor: usize) -> bool {
        self.modules[module].path.starts_with(&self.modules[ancestor].path)
    }

    /// The module that defines what a path in a module leads to; `None` if it leads to another crate.
    fn resolve(&self, module: usize, used: &Use) -> Option<usize> {
        self.resolve_once(module, used, &mut BTreeSet::new())
    }

    fn resolve_once(&self, module: usize, used: &Use, visited: &mut BTreeSet<(usize, Use)>) -> Option<usize> {
        if !visited.insert((module, used.clone())) {
            // Names that import each other.
            return None;
        }
        let mut place = [self.modules[module].path.as_slice(), &used.inside].concat();
        let mut rest = used.path.as_slice();
        match rest.split_first() {
            Some((first, after)) if first == "crate" => {
                place.clear();
                rest = after;
            }
            Some((first, _)) if first == "self" || first == "super" => {
                while let Some((first, after)) = rest.split_first() {
                    match first.as_str() {
                        "self" => {}
                        "super" => drop(place.pop()),
                        _ => break,
                    }
                    rest = after;
                }
            }
            Some((first, _)) if !self.is_in_scope(module, &used.inside, first) => return None,
            _ => {}
        }
        self.descend(place, rest, visited)
    }

    /// True if the name is a module or an import where it is used; a name from elsewhere is that of a crate, a local item
    /// or a variable.
    fn is_in_scope(&self, module: usize, inside: &[String], name: &str) -> bool {
        let module = &self.modules[module];
        let child = [module.path.as_slice(), inside, &[name.to_owned()]].concat();
        self.by_path.contains_key(&child)
            || module.names.imports.iter().any(|import| {
                import.source.inside == inside
                    && import.name.as_deref() == Some(name)
                    // `use serde::{self}` imports a crate under its own name.
                    && import.source.path.first().is_some_and(|first| first != name)
            })
    }

    /// Follows a path from a place in the tree, through modules and re-exports.
    fn descend(&self, mut place: Vec<String>, rest: &[String], visited: &mut BTreeSet<(usize, Use)>) -> Option<usize> {
        for (position, name) in rest.iter().enumerate() {
            place.push(name.clone());
            if self.by_path.contains_key(&place) {
                continue;
            }
            place.pop();
            let (module, inside) = self.file_of(&place);
            let after = &rest[position + 1..];
            return self.imported(module, inside, name, after, visited).or(Some(module));
        }
        Some(self.file_of(&place).0)
    }

    /// The module that a name imported into `module` leads to, when followed by `after`.
    fn imported(
        &self,
        module: usize,
        inside: &[String],
        name: &str,
        after: &[String],
        visited: &mut BTreeSet<(usize, Use)>,
    ) -> Option<usize> {
        let names = &self.modules[module].names;
        let in_place = |import: &&Import| import.source.inside == inside;
        if let Some(import) = names.imports.iter().filter(in_place).find(|import| import.name.as_deref() == Some(name))
        {
            let path = [import.source.path.as_slice(), after].concat();
            return self.resolve_once(module, &Use { inside: inside.to_vec(), path }, visited);
        }
        if names.items.contains(name) {
            return None;
        }
        names.imports.iter().filter(in_place).filter(|import| import.name.is_none()).find_map(|import| {
            let target = self.resolve_once(module, &import.source, visited)?;
            let defines = self.modules[target].names.items.contains(name);
            if defines { Some(target) } else { self.imported(target, &[], name, after, visited) }
        })
    }

    /// The file that a place in the tree is in, and the inline modules of that file.
    fn file_of<'a>(&self, place: &'a [String]) -> (usize, &'a [String]) {
        for length in (0..=place.len()).rev() {
            if let Some(module) = self.by_path.get(&place[..length]) {
                return (*module, &place[length..]);
            }
        }
        (0, place)
    }
}
