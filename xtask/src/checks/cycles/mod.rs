//! Import cycles between the modules of a crate.
//!
//! A module is a file. It imports another one if it names it in a `use` or in a path, outside of tests. A parent that only
//! declares its children (`mod`) and re-exports from them (`pub use`) does not import them, and whoever uses a re-exported
//! name imports the file that defines it.

mod modules;
mod names;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use anyhow::{Context as _, Result};

use super::findings::Findings;
use super::metadata::Graph;
use crate::workspace::Workspace;
use modules::Modules;

/// Every crate of the workspace.
pub fn check(workspace: &Workspace) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut number = 0;
    for package in Graph::read(workspace)?.ours() {
        for root in &package.roots {
            let (modules, cycles) = cycles(root).with_context(|| format!("cannot read the crate {}", package.name))?;
            number += modules;
            for cycle in cycles {
                findings.add(format!("{}: {cycle}", package.name));
            }
        }
    }
    findings.note = format!("{number} modules");
    Ok(findings)
}

/// The number of modules of the crate with this root file, and its cycles.
fn cycles(root: &Path) -> Result<(usize, Vec<String>)> {
    let modules = Modules::read(root)?;
    let imports = modules.imports();
    let found = (0..modules.len()).filter_map(|start| shortest_cycle(&imports, start)).map(in_canonical_order);
    let described = found.collect::<BTreeSet<_>>().iter().map(|cycle| describe(&modules, &imports, cycle)).collect();
    Ok((modules.len(), described))
}

/// For each module, the modules that it imports, with a path that does so.
type Imports = BTreeMap<usize, BTreeMap<usize, String>>;

/// The shortest way from a module back to itself.
fn shortest_cycle(imports: &Imports, start: usize) -> Option<Vec<usize>> {
    let mut came_from = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(module) = open.pop_front() {
        for &next in imports.get(&module)?.keys() {
            if next == start {
                let mut cycle = vec![module];
                while let Some(&previous) = came_from.get(&cycle[cycle.len() - 1]) {
                    cycle.push(previous);
                }
                cycle.reverse();
                return Some(cycle);
            }
            came_from.entry(next).or_insert_with(|| {
                open.push_back(next);
                module
            });
        }
    }
    None
}

/// A cycle is found once from each of its modules; this makes these equal.
fn in_canonical_order(mut cycle: Vec<usize>) -> Vec<usize> {
    let first = cycle.iter().enumerate().min_by_key(|(_, module)| **module).map_or(0, |(index, _)| index);
    cycle.rotate_left(first);
    cycle
}

/// `a -> b (crate::b::Thing) -> a (super::a::other)`.
fn describe(modules: &Modules, imports: &Imports, cycle: &[usize]) -> String {
    let mut text = modules.name(cycle[0]);
    for (index, module) in cycle.iter().enumerate() {
        let next = cycle[(index + 1) % cycle.len()];
        text.push_str(&format!(" -> {} ({})", modules.name(next), imports[module][&next]));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The cycles of a crate with these files.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
            fs::write(path, text).expect("file");
        }
        cycles(&folder.path().join("lib.rs")).expect("read").1
    }

    const ROOT: (&str, &str) = ("lib.rs", "mod a; mod b; mod c;");
    const EMPTY_C: (&str, &str) = ("c.rs", "");

    /// The crate `a -> b`, where `back` is the source of `b`, which must import `a`.
    fn assert_refused(back: &str) {
        let a = ("a.rs", "use crate::b::B; pub struct A; pub fn a() -> B { B }");
        let cycles = found(&[ROOT, EMPTY_C, a, ("b.rs", back)]);
        assert_eq!(cycles.len(), 1, "{back}: {cycles:?}");
        assert!(cycles[0].starts_with("a -> b (crate::b::B) -> a ("), "{back}: {cycles:?}");
    }

    /// The crate `a -> b`, where `back` is the source of `b`, which must not import `a`.
    fn assert_accepted(back: &str) {
        let a = ("a.rs", "use crate::b::B; pub struct A; pub fn a() -> B { B }");
        let cycles = found(&[ROOT, EMPTY_C, a, ("b.rs", back)]);
        assert!(cycles.is_empty(), "{back}: {cycles:?}");
    }

    #[test]
    fn every_form_of_import_counts() {
        assert_refused("use crate::a::A; pub struct B;");
        assert_refused("use super::a::A; pub struct B;");
        assert_refused("use crate::{c, a::{self, A as Other}}; pub struct B;");
        assert_refused("use crate::a::*; pub struct B;");
        assert_refused("pub(crate) use crate::a::A; pub struct B;");
        assert_refused("pub struct B(crate::a::A);");
        assert_refused("pub struct B; fn f() { let _ = super::a::a(); }");
        assert_refused("pub struct B; fn f() { use crate::a; let _ = a::a(); }");
        assert_refused("pub struct B; impl From<crate::a::A> for B { fn from(_: crate::a::A) -> B { B } }");
        assert_refused("pub struct B; fn f() { println!(\"{}\", crate::a::a()); }");
        assert_refused("pub struct B; macro_rules! m { () => { $crate::a::A }; }");
        assert_refused("pub struct B; macro_rules! m { () => { use crate::{c, a::A}; }; }");
        assert_refused("pub struct B; mod inner { use super::super::a::A; }");
        assert_refused("pub struct B; mod inner { fn f(_: crate::a::A) {} }");
        assert_refused("#[cfg(not(test))] use crate::a::A; pub struct B;");
        assert_refused("#[cfg(any(test, feature = \"x\"))] use crate::a::A; pub struct B;");
    }

    #[test]
    fn tests_and_other_crates_do_not_count() {
        assert_accepted("pub struct B;");
        assert_accepted("pub struct B; #[cfg(test)] mod tests { use crate::a::A; }");
        assert_accepted("pub struct B; #[cfg(test)] use crate::a::A;");
        assert_accepted("pub struct B; #[cfg(all(test, unix))] fn f(_: crate::a::A) {}");
        assert_accepted("pub struct B; impl B { #[cfg(test)] fn f(_: crate::a::A) {} }");
        assert_accepted("pub struct B; struct S { a: u8 } fn f(s: S) -> u8 { let a = s.a; a }");
        assert_accepted("use other::a::A; pub struct B(::a::A); mod inner { use super::B; }");
        // `a` here is a module of this file.
        assert_accepted("pub struct B; mod a { pub struct A; } use a::A; fn f(_: self::a::A) {}");
    }

    #[test]
    fn a_test_module_in_a_file_of_its_own_does_not_count() {
        let root = ("lib.rs", "mod a; #[cfg(test)] mod tests;");
        assert!(found(&[root, ("a.rs", "")]).is_empty());
    }

    #[test]
    fn longer_cycles_are_named_in_order() {
        let cycles = found(&[
            ROOT,
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use crate::c::C; pub struct B;"),
            ("c.rs", "use crate::a::A; pub struct C;"),
        ]);
        assert_eq!(cycles, ["a -> b (crate::b::B) -> c (crate::c::C) -> a (crate::a::A)"]);
    }

    #[test]
    fn each_cycle_is_named() {
        let cycles = found(&[
            ROOT,
            ("a.rs", "use crate::{b::B, c::C}; pub struct A;"),
            ("b.rs", "use crate::a::A; pub struct B;"),
            ("c.rs", "use crate::a::A; pub struct C;"),
        ]);
        assert_eq!(cycles, ["a -> b (crate::b::B) -> a (crate::a::A)", "a -> c (crate::c::C) -> a (crate::a::A)"]);
    }

    #[test]
    fn a_reexported_name_is_imported_from_where_it_is_defined() {
        let files = |user: &'static str| {
            [
                ("lib.rs", "mod group; mod user; pub use group::Part; pub use user::User;"),
                ("group/mod.rs", "mod part; pub use part::*;"),
                ("group/part.rs", "use crate::User; pub struct Part;"),
                ("user.rs", user),
            ]
        };
        let expected = "group::part -> user (crate::User) -> group::part";
        assert_eq!(found(&files("use crate::Part; pub struct User;")), [format!("{expected} (crate::Part)")]);
        let through_group = found(&files("use crate::group::Part; pub struct User;"));
        assert_eq!(through_group, [format!("{expected} (crate::group::Part)")]);
        assert!(found(&files("pub struct User;")).is_empty());
    }

    #[test]
    fn a_parent_that_uses_its_children_imports_them() {
        let files = |parent: &'static str| {
            [("lib.rs", "mod group;"), ("group.rs", parent), ("group/part.rs", "use super::Shared; pub fn part() {}")]
        };
        assert!(found(&files("mod part; pub use part::part; pub struct Shared;")).is_empty());
        for parent in [
            "mod part; pub use part::part; pub struct Shared; fn f() { part(); }",
            "mod part; use part::part; pub struct Shared;",
            "mod part; pub struct Shared; fn f() { part::part() }",
            "mod part; pub struct Shared; fn f() { self::part::part() }",
            "mod part; pub struct Shared; fn f() { assert!(part::part() == ()) }",
        ] {
            let cycles = found(&files(parent));
            assert_eq!(cycles.len(), 1, "{parent}");
            assert!(cycles[0].starts_with("group -> group::part ("), "{cycles:?}");
            assert!(cycles[0].ends_with(") -> group (super::Shared)"), "{cycles:?}");
        }
    }

    #[test]
    fn the_root_is_a_module_too() {
        let files = [("lib.rs", "mod a; pub struct Root(a::A);"), ("a.rs", "use crate::Root; pub struct A;")];
        assert_eq!(found(&files), ["crate root -> a (a::A) -> crate root (crate::Root)"]);
    }

    #[test]
    fn a_file_can_be_named_by_an_attribute() {
        let files = [
            ("lib.rs", "#[path = \"other/x.rs\"] mod a; mod b;"),
            ("other/x.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use crate::a::A; pub struct B;"),
        ];
        assert_eq!(found(&files).len(), 1);
    }

    #[test]
    fn a_missing_file_is_an_error() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let root = folder.path().join("lib.rs");
        fs::write(&root, "mod absent;").expect("file");
        let error = format!("{:#}", cycles(&root).expect_err("refused"));
        assert!(error.contains("absent"), "{error}");
    }
}
