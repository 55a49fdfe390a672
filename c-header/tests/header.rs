//! The committed header is the one that the sources give, and says of every function what C programmers must know.
//!
//! `NBT_UPDATE_HEADER=1 cargo test -p netbird-tokens-c --test header` writes it again.
#![allow(clippy::unwrap_used, reason = "a test's helpers")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use netbird_tokens::{ClientOptions, LoginOptions, Operation};

/// The header's sections, in the order in which a reader needs them.
const SOURCES: &[&str] = &[
    "version",
    "result",
    "error",
    "secret",
    "credential",
    "log",
    "cancel",
    "client_builder",
    "client_options",
    "token",
    "user",
    "credential_check",
    "client",
    "operations",
    "rotation_record",
    "rotation",
    "audit_options",
    "user_audit",
    "audit",
    "login_options",
    "device_login",
    "login_session",
];

const PREAMBLE: &str = r#"/*
 * netbird-tokens: a client for NetBird's API tokens (personal access tokens, PATs) that does not lose one.
 *
 * Generated from the Rust sources; do not edit. The guide with examples is docs/c.md. For C++ there is netbird_tokens.hpp.
 *
 * Conventions
 *
 * Handles     Every type but nbt_audit_summary is opaque. What a function hands over through an out-pointer or as a non-const pointer is the
 *             caller's, to be freed with the nbt_..._free of its type. What it returns as a const pointer is borrowed from the
 *             handle that was passed, and valid until that is freed. nbt_..._free(NULL) does nothing.
 * Results     A function that can fail returns an nbt_result and puts its result through an out-pointer, which is NULL (false,
 *             0) on failure. There is no partial success.
 * Errors      The last parameter, nbt_error **error, may be NULL. Otherwise NULL is put there on success and an error on
 *             failure, to be freed with nbt_error_free. What the variable held is overwritten and never read.
 * Texts       In: UTF-8 with a NUL at its end, copied before the function returns. NULL (where the comment does not allow it)
 *             and what is not UTF-8 gives NBT_INVALID_ARGUMENT. Out: the same, borrowed. A NUL that the server sends within a
 *             text is replaced by U+FFFD.
 * Times       Whole seconds since 1970-01-01T00:00:00Z and the nanoseconds after them.
 * Threads     A handle may be used by any number of threads at once where its functions say so; it may be freed once no
 *             thread uses it. The library may be used in parent and child after a fork, and it stays loaded after dlclose.
 * Signals     The threads of the library block all signals: it takes none that is meant for the program, and a connection that
 *             breaks raises no SIGPIPE.
 * Memory      Passing a handle that was freed, or an invalid pointer, is undefined, as everywhere in C. Everything else that is
 *             wrong gives a result code.
 */"#;

/// What stands before the first declaration.
fn macros() -> String {
    let [major, minor, patch] =
        [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"), env!("CARGO_PKG_VERSION_PATCH")];
    format!(
        r#"
/**
 * The version of this header; nbt_version_number gives the library's.
 */
#define NBT_VERSION "{major}.{minor}.{patch}"
#define NBT_VERSION_MAJOR {major}
#define NBT_VERSION_MINOR {minor}
#define NBT_VERSION_PATCH {patch}
#define NBT_VERSION_NUMBER \
    ((NBT_VERSION_MAJOR << 16) | (NBT_VERSION_MINOR << 8) | NBT_VERSION_PATCH)

/**
 * Marks the functions whose result must be used: a dropped one would lose an error, a secret or a handle.
 */
#if (defined(__cplusplus) && __cplusplus >= 201703L) || \
    (!defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L)
#define NBT_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define NBT_MUST_USE __attribute__((warn_unused_result))
#else
#define NBT_MUST_USE
#endif"#
    )
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn sources() -> BTreeMap<String, String> {
    let files = fs::read_dir(folder().join("src")).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

fn generated() -> String {
    let mut config = cbindgen::Config::from_file(folder().join("cbindgen.toml")).unwrap();
    config.header = Some(PREAMBLE.to_owned());
    config.after_includes = Some(macros());
    let builder =
        SOURCES.iter().fold(cbindgen::Builder::new().with_config(config).with_std_types(true), |builder, name| {
            builder.with_src(folder().join("src").join(format!("{name}.rs")))
        });
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    // Rust's documentation marks code with back quotes, C's does not.
    String::from_utf8(text).unwrap().replace('`', "")
}

fn committed() -> String {
    fs::read_to_string(folder().join("include/netbird_tokens.h")).unwrap()
}

/// A function that a header declares.
struct Declared {
    name: String,
    comment: String,
    /// Everything before the name: attributes and the type of the result.
    before: String,
    parameters: Vec<String>,
    /// Whether it has a place for an error.
    can_fail: bool,
}

fn functions(header: &str) -> Vec<Declared> {
    let mut functions = Vec::new();
    for part in header.split("/**\n").skip(1) {
        let (comment, code) = part.split_once("*/").unwrap();
        let declaration = code.split_once(';').map_or("", |(declaration, _)| declaration);
        let Some((before, parameters)) = declaration.split_once('(') else { continue };
        if declaration.contains(['{', '#']) || declaration.trim_start().starts_with("typedef") {
            continue;
        }
        let name_at = before.rfind([' ', '*', '\n']).unwrap() + 1;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let parameters = parameters.trim_end_matches(')').split(',').map(str::trim).filter(|one| *one != "void");
        functions.push(Declared {
            name: before[name_at..].to_owned(),
            comment: comment.to_owned(),
            before: before[..name_at].trim().to_owned(),
            can_fail: declaration.ends_with("nbt_error **error)"),
            parameters: parameters.map(|one| one[one.rfind(|c| !is_name(c)).unwrap() + 1..].to_owned()).collect(),
        });
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
fn every_function_documents_its_parameters_result_memory_and_threads() {
    let functions = functions(&committed());
    assert!(functions.len() > 90, "found {} functions", functions.len());
    for Declared { name, comment, before, parameters, .. } in functions {
        let documented: Vec<_> = comment
            .lines()
            .filter_map(|line| line.strip_prefix(" * @param")?.trim_start_matches("[out]").split_whitespace().next())
            .collect();
        assert_eq!(documented, parameters, "{name}");
        assert_eq!(comment.contains("\n * @return "), before != "void", "{name} returns {before}");
        for paragraph in ["Memory", "Threads"] {
            assert!(comment.contains(&format!("\n * @par {paragraph}\n * ")), "{name}: no {paragraph}\n{comment}");
        }
    }
}

/// The setters of a builder have no place for an error: the build reports what they refused.
#[test]
fn what_must_not_be_dropped_is_marked() {
    for Declared { name, before, can_fail, .. } in functions(&committed()) {
        let hands_over = before.ends_with('*') && !before.contains("const");
        assert_eq!(before.starts_with("NBT_MUST_USE"), can_fail || hands_over, "{name}: {before}");
    }
}

#[test]
fn every_exported_function_is_in_the_header_and_catches_panics() {
    let mut exported = BTreeSet::new();
    for (file, text) in sources() {
        for function in text.split("#[unsafe(no_mangle)]\n").skip(1) {
            let name = function.split("fn ").nth(1).unwrap().split(['(', '<']).next().unwrap();
            let body = function.split_once("{\n").unwrap().1.split("\n}\n").next().unwrap();
            let guards = [
                "boundary::fallible(",
                "boundary::giving(",
                "boundary::coded(",
                "guard::infallible(",
                // These hand over to one of the above.
                " make(",
                " set(",
                "::text(",
                "json::of(",
            ];
            assert!(guards.iter().any(|guard| format!(" {body}").contains(guard)), "{name} in {file}");
            assert!(SOURCES.contains(&&*file), "{name} is in {file}, from which the header is not generated");
            exported.insert(name.to_owned());
        }
    }
    let declared: BTreeSet<String> = functions(&committed()).into_iter().map(|function| function.name).collect();
    assert_eq!(declared, exported);
}

#[test]
fn every_operation_and_option_of_the_core_is_in_both_headers() {
    let cpp = fs::read_to_string(folder().join("include/netbird_tokens.hpp")).unwrap();
    let declared: BTreeSet<String> = functions(&committed()).into_iter().map(|function| function.name).collect();
    for operation in Operation::ALL {
        let name = operation.name();
        assert!(declared.contains(&format!("nbt_client_{name}")), "{name}");
        assert!(cpp.contains(&format!(" {name}(")), "{name}");
    }
    for name in ClientOptions::NAMES {
        let setter = format!("nbt_client_builder_set_{name}");
        assert!(declared.contains(&setter) || declared.contains(&format!("{setter}_ms")), "{name}");
        assert!(cpp.contains(&format!("ClientBuilder &{name}(")), "{name}");
    }
    for name in LoginOptions::NAMES {
        assert!(declared.contains(&format!("nbt_login_options_set_{name}")), "{name}");
        assert!(cpp.contains(&format!("LoginOptions &{name}(")), "{name}");
    }
}
