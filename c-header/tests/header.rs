//! The committed header is the one that the sources give, and says of every function what C programmers must know.
//!
//! `NBT_UPDATE_HEADER=1 cargo test -p netbird-tokens-c --test header` writes it anew.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The header's sections, in the order in which a reader meets the things.
const SOURCES: &[&str] = &[
    "version",
    "result",
    "error",
    "secret",
    "credential",
    "log",
    "cancel",
    "client_builder",
    "token",
    "user",
    "client",
];

const PREAMBLE: &str = r#"/*
 * netbird-tokens: a client for NetBird's API tokens (personal access tokens, PATs) that does not lose one.
 *
 * Made of the Rust sources; do not edit. The guide with examples is docs/c.md. For C++ there is netbird_tokens.hpp.
 *
 * Conventions
 *
 * Handles     Every type is opaque. What a function hands over through an out-pointer or as a non-const pointer is the
 *             caller's, to be freed with the nbt_..._free of its type; what it returns as a const pointer is borrowed from
 *             the handle it was asked of, and good until that is freed. nbt_..._free(NULL) does nothing.
 * Results     A function that can fail returns an nbt_result and puts its result through an out-pointer, which is NULL (false,
 *             0) on failure. There is no partial success.
 * Errors      The last parameter, nbt_error **error, may be NULL. Otherwise NULL is put there on success and an error on
 *             failure, to be freed with nbt_error_free. What the variable held is overwritten and never read.
 * Texts       In: UTF-8 with a NUL at its end, copied before the function returns. NULL (where the comment does not allow it) and
 *             what is not UTF-8 gives NBT_INVALID_ARGUMENT. Out: the same, borrowed. A NUL that the server sends within a
 *             text is replaced by U+FFFD.
 * Times       Whole seconds since 1970-01-01T00:00:00Z and the nanoseconds after them.
 * Threads     A handle may be used by any number of threads at once where its functions say so; it may be freed once no
 *             thread uses it. The library may be used in parent and child after a fork, and it stays loaded after dlclose.
 * Memory      Passing a handle that was freed, or a pointer that is none, is undefined, as everywhere in C. All else that is
 *             wrong gives a result code.
 */"#;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn source(name: &str) -> PathBuf {
    folder().join("src").join(format!("{name}.rs"))
}

fn generated() -> String {
    let mut config = cbindgen::Config::from_file(folder().join("cbindgen.toml")).unwrap();
    config.header = Some(PREAMBLE.to_owned());
    let [major, minor, patch] =
        [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH")];
    config.after_includes = Some(format!(
        "\n/**\n * The version of this header; nbt_version_number gives the library's.\n */\n\
         #define NBT_VERSION \"{version}\"\n\
         #define NBT_VERSION_MAJOR {major}\n\
         #define NBT_VERSION_MINOR {minor}\n\
         #define NBT_VERSION_PATCH {patch}\n\
         #define NBT_VERSION_NUMBER \\\n    \
         ((NBT_VERSION_MAJOR << 16) | (NBT_VERSION_MINOR << 8) | NBT_VERSION_PATCH)",
        version = env!("CARGO_PKG_VERSION"),
    ));
    let builder =
        SOURCES.iter().fold(cbindgen::Builder::new().with_config(config).with_std_types(true), |builder, name| {
            builder.with_src(source(name))
        });
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    // Rust's documentation marks code with back quotes, C's does not.
    String::from_utf8(text).unwrap().replace('`', "")
}

fn committed() -> String {
    fs::read_to_string(folder().join("include/netbird_tokens.h")).unwrap()
}

/// Each function of a header with the comment before it.
fn functions(header: &str) -> Vec<(String, String)> {
    let mut functions = Vec::new();
    let mut comment = String::new();
    for line in header.lines() {
        if line.starts_with("/**") {
            comment.clear();
        }
        if line.starts_with(" *") || line.starts_with("/**") {
            comment.push_str(line);
            comment.push('\n');
        } else if let Some((before, _)) = line.split_once('(')
            && !line.starts_with([' ', '#', 't'])
        {
            let name = before.rsplit([' ', '*']).next().unwrap_or_default();
            functions.push((name.to_owned(), std::mem::take(&mut comment)));
        }
    }
    functions
}

#[test]
fn the_committed_header_is_what_the_sources_give() {
    let generated = generated();
    if std::env::var_os("NBT_UPDATE_HEADER").is_some() {
        fs::write(folder().join("include/netbird_tokens.h"), &generated).unwrap();
    }
    assert!(
        generated == committed(),
        "include/netbird_tokens.h is out of date: run NBT_UPDATE_HEADER=1 cargo test -p netbird-tokens-c --test header"
    );
}

#[test]
fn every_function_says_what_it_takes_gives_keeps_and_allows() {
    let functions = functions(&committed());
    assert!(functions.len() > 60, "found {functions:?}");
    for (name, comment) in functions {
        for word in ["Parameters:", "Returns:", "Memory:", "Threads:"] {
            assert!(comment.contains(&format!("\n * {word} ")), "{name} does not say {word}\n{comment}");
        }
    }
}

#[test]
fn every_exported_function_is_in_the_header_and_runs_within_the_boundary() {
    let mut exported = BTreeSet::new();
    for entry in fs::read_dir(folder().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for function in text.split("#[unsafe(no_mangle)]\n").skip(1) {
            let name = function.split("fn ").nth(1).unwrap().split(['(', '<']).next().unwrap();
            let body = function.split_once("{\n").unwrap().1.split("\n}\n").next().unwrap();
            let guards =
                ["boundary::fallible(", "boundary::infallible(", "boundary::coded(", " make(", " set(", "::text("];
            assert!(guards.iter().any(|guard| format!(" {body}").contains(guard)), "{name} in {}", path.display());
            let stem = path.file_stem().unwrap().to_str().unwrap();
            assert!(SOURCES.contains(&stem), "{name} is in {stem}, of which the header is not made");
            exported.insert(name.to_owned());
        }
    }
    let declared: BTreeSet<String> = functions(&committed()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(declared, exported);
}
