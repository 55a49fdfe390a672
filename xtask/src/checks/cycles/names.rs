//! The names that one file defines, imports and uses.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, ExprCall, ImplItem, Item, ItemMod, ItemUse, Macro, Meta, Token, TraitItem, UseTree, Visibility};

/// The names of one file, without what is compiled only for tests.
#[derive(Debug, Default)]
pub struct Names {
    /// Modules in files of their own.
    pub children: Vec<Child>,
    /// Items that the file defines.
    pub items: BTreeSet<String>,
    pub imports: Vec<Import>,
    pub uses: BTreeSet<Use>,
}

/// `mod name;`
#[derive(Debug)]
pub struct Child {
    /// The inline modules around it, and its name.
    pub path: Vec<String>,
    /// The value of `#[path = "…"]`.
    pub file: Option<String>,
}

/// One name of a `use`.
#[derive(Debug)]
pub struct Import {
    /// The name that it brings into scope; `None` is a glob.
    pub name: Option<String>,
    pub source: Use,
    /// True unless it is private.
    pub exported: bool,
}

/// A path, and the inline modules of the file in which it is used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    pub inside: Vec<String>,
    pub path: Vec<String>,
}

impl Names {
    /// Parses the source of a file.
    pub fn parse(source: &str) -> Result<Self> {
        let file = syn::parse_file(source).context("not valid Rust")?;
        let mut reader = Reader::default();
        reader.visit_file(&file);
        Ok(reader.names)
    }
}

#[derive(Default)]
struct Reader {
    names: Names,
    /// The inline modules around the current item.
    inside: Vec<String>,
    /// True within an item that is not a module. The items that it defines are not visible outside.
    nested: bool,
}

impl Reader {
    fn in_module(&self, path: Vec<String>) -> Use {
        Use { inside: self.inside.clone(), path }
    }

    /// Records a path in code. A single name is recorded only if it looks like a type or constant or is called, because it
    /// may also be a local variable.
    fn add_path(&mut self, path: Vec<String>, called: bool) {
        let counts = path.len() > 1 || called || path.iter().any(|name| name.starts_with(char::is_uppercase));
        if counts {
            let path = self.in_module(path);
            self.names.uses.insert(path);
        }
    }

    fn add_tree(&mut self, tree: &UseTree, prefix: &[String], exported: bool) {
        let with = |name: &syn::Ident| [prefix, &[plain(name)]].concat();
        let (name, path) = match tree {
            UseTree::Path(path) => return self.add_tree(&path.tree, &with(&path.ident), exported),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_tree(tree, prefix, exported);
                }
                return;
            }
            // `use a::{self}` imports `a`.
            UseTree::Name(name) if name.ident == "self" => (prefix.last().cloned(), prefix.to_vec()),
            UseTree::Name(name) => (Some(plain(&name.ident)), with(&name.ident)),
            UseTree::Rename(rename) if rename.ident == "self" => (Some(plain(&rename.rename)), prefix.to_vec()),
            UseTree::Rename(rename) => (Some(plain(&rename.rename)), with(&rename.ident)),
            UseTree::Glob(_) => (None, prefix.to_vec()),
        };
        let source = self.in_module(path);
        self.names.imports.push(Import { name, source, exported });
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let (name, attributes) = name_and_attributes(item);
        if is_for_tests(attributes) {
            return;
        }
        if let Some(name) = name
            && !self.nested
            && self.inside.is_empty()
        {
            self.names.items.insert(plain(name));
        }
        let nested = self.nested;
        self.nested |= !matches!(item, Item::Mod(_));
        visit::visit_item(self, item);
        self.nested = nested;
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.inside.push(plain(&module.ident));
        if module.content.is_some() {
            visit::visit_item_mod(self, module);
        } else {
            let file = module.attrs.iter().find(|attribute| attribute.path().is_ident("path")).and_then(text_of);
            self.names.children.push(Child { path: self.inside.clone(), file });
        }
        self.inside.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let exported = !matches!(item.vis, Visibility::Inherited);
        if item.leading_colon.is_none() {
            self.add_tree(&item.tree, &[], exported);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => return,
        };
        if !is_for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let attributes = match item {
            TraitItem::Const(item) => &item.attrs,
            TraitItem::Fn(item) => &item.attrs,
            TraitItem::Type(item) => &item.attrs,
            TraitItem::Macro(item) => &item.attrs,
            _ => return,
        };
        if !is_for_tests(attributes) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.add_path(path.segments.iter().map(|segment| plain(&segment.ident)).collect(), false);
        }
        visit::visit_path(self, path);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let syn::Expr::Path(function) = &*call.func
            && let Some(name) = function.path.get_ident()
        {
            self.add_path(vec![plain(name)], true);
        }
        visit::visit_expr_call(self, call);
    }

    /// The arguments of a macro are tokens, which need not be Rust.
    fn visit_macro(&mut self, macro_call: &'ast Macro) {
        self.visit_path(&macro_call.path);
        let mut paths = Vec::new();
        scan(macro_call.tokens.clone(), &[], &mut paths);
        for path in paths {
            self.add_path(path, false);
        }
    }
}

/// Collects everything that looks like a path, and the names in the braces of a `use`.
fn scan(tokens: TokenStream, prefix: &[String], paths: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    // Colons since the last name, and whether that name is a field or method.
    let mut colons = 0;
    let mut after_dot = false;
    let finish = |path: &mut Vec<String>, paths: &mut Vec<Vec<String>>| {
        if !path.is_empty() {
            paths.push([prefix, path].concat());
            path.clear();
        }
    };
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                if colons != 2 {
                    finish(&mut path, paths);
                }
                if !after_dot {
                    path.push(plain(&name));
                }
                (colons, after_dot) = (0, false);
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                let is_import = colons == 2 && group.delimiter() == Delimiter::Brace;
                let inner = if is_import { [prefix, &path].concat() } else { Vec::new() };
                scan(group.stream(), &inner, paths);
                finish(&mut path, paths);
                (colons, after_dot) = (0, false);
            }
            token => {
                finish(&mut path, paths);
                colons = 0;
                after_dot = matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.');
            }
        }
    }
    finish(&mut path, paths);
}

/// The name without `r#`.
fn plain(name: &syn::Ident) -> String {
    let text = name.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

fn name_and_attributes(item: &Item) -> (Option<&syn::Ident>, &[Attribute]) {
    match item {
        Item::Const(item) => (Some(&item.ident), &item.attrs),
        Item::Enum(item) => (Some(&item.ident), &item.attrs),
        Item::ExternCrate(item) => (None, &item.attrs),
        Item::Fn(item) => (Some(&item.sig.ident), &item.attrs),
        Item::ForeignMod(item) => (None, &item.attrs),
        Item::Impl(item) => (None, &item.attrs),
        Item::Macro(item) => (item.ident.as_ref(), &item.attrs),
        // A module with a file of its own is a child. An inline module belongs to this file.
        Item::Mod(item) => (item.content.as_ref().map(|_| &item.ident), &item.attrs),
        Item::Static(item) => (Some(&item.ident), &item.attrs),
        Item::Struct(item) => (Some(&item.ident), &item.attrs),
        Item::Trait(item) => (Some(&item.ident), &item.attrs),
        Item::Type(item) => (Some(&item.ident), &item.attrs),
        Item::Union(item) => (Some(&item.ident), &item.attrs),
        Item::Use(item) => (None, &item.attrs),
        _ => (None, &[]),
    }
}

fn text_of(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// True if an attribute is `#[cfg(test)]`, or any other condition that holds only in tests.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .any(|attribute| attribute.parse_args().is_ok_and(|condition| needs_test(&condition)))
}

fn needs_test(condition: &Meta) -> bool {
    let Meta::List(list) = condition else {
        return condition.path().is_ident("test");
    };
    let Ok(parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
        return false;
    };
    if list.path.is_ident("all") {
        parts.iter().any(needs_test)
    } else {
        list.path.is_ident("any") && !parts.is_empty() && parts.iter().all(needs_test)
    }
}
