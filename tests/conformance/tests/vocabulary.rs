//! One vocabulary: every operation and every option of the core has its name in every front end, and in the scenarios' schema.
//!
//! The public names are read from what declares them: the Python stub, the C and C++ headers, the Kotlin and Swift sources and
//! the command line's arguments. What a front end cannot have is declared in `skips.yaml`.

use std::fs;
use std::path::{Path, PathBuf};

use netbird_tokens::{ClientOptions, LoginOptions, Operation};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn source(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All sources below a folder that have this extension.
fn sources(folder: &str, extension: &str) -> String {
    let mut text = String::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                text.push_str(&fs::read_to_string(&path).expect("a source"));
            }
        }
    }
    assert!(!text.is_empty(), "{folder} has no sources");
    text
}

/// `list_tokens` in camel case; some names differ by Swift's convention for initialisms.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1);
        out.push_str(&first.to_uppercase());
        out.push_str(rest);
    }
    out
}

/// The word by which the command line calls an operation. Exhaustive: a new operation does not compile without one.
fn command(operation: Operation) -> &'static str {
    match operation {
        Operation::ListTokens => "list",
        Operation::GetToken => "inspect",
        Operation::CreateToken => "create",
        Operation::DeleteToken => "revoke",
        Operation::CurrentUser => "whoami",
        Operation::ListUsers => "users",
        Operation::CheckCredential => "check",
        Operation::AuditTokens => "audit",
        Operation::RotateToken | Operation::ResumeRotation => "rotate",
    }
}

/// A front end, and whether its public interface has a name.
struct FrontEnd {
    name: &'static str,
    text: String,
    operation: fn(&str, Operation) -> bool,
    option: fn(&str, &str) -> bool,
}

fn front_ends() -> Vec<FrontEnd> {
    vec![
        FrontEnd {
            name: "python",
            text: source("python/python/netbird_tokens/_native.pyi"),
            operation: |text, operation| text.contains(&format!("    def {}(", operation.name())),
            option: |text, option| text.contains(&format!("        {option}: ")),
        },
        FrontEnd {
            name: "c",
            text: source("c-header/include/netbird_tokens.h"),
            operation: |text, operation| text.contains(&format!(" nbt_client_{}(", operation.name())),
            option: |text, option| {
                let setter = format!("nbt_client_builder_set_{option}");
                text.contains(&format!("{setter}(")) || text.contains(&format!("{setter}_ms("))
            },
        },
        FrontEnd {
            name: "cpp",
            text: source("c-header/include/netbird_tokens.hpp"),
            operation: |text, operation| text.contains(&format!(" {}(", operation.name())),
            option: |text, option| text.contains(&format!("&{option}(")) || text.contains(&format!(" {option}(")),
        },
        FrontEnd {
            name: "kotlin",
            text: sources("bindings/kotlin/library/src/main/kotlin", "kt"),
            operation: |text, operation| {
                let name = camel(operation.name());
                text.contains(&format!("suspend fun {name}(")) && text.contains(&format!(" fun {name}Blocking("))
            },
            option: |text, option| text.contains(&format!(" {}: ", camel(option))),
        },
        FrontEnd {
            name: "swift",
            text: sources("bindings/swift/Sources/NetBirdTokens", "swift"),
            operation: |text, operation| text.contains(&format!(" func {}(", camel(operation.name()))),
            option: |text, option| {
                let name = camel(option).replace("Url", "URL").replace("Pem", "PEM").replace("Http", "HTTP");
                text.contains(&format!(" {name}: ")) || text.contains(&format!(" {}: ", camel(option)))
            },
        },
        FrontEnd {
            name: "cli",
            text: sources("cli/src/arguments", "rs"),
            operation: |text, operation| {
                let mut variant = command(operation).to_owned();
                variant[..1].make_ascii_uppercase();
                [" {", ",", "("].iter().any(|end| text.contains(&format!("    {variant}{end}")))
            },
            option: |text, option| text.contains(&format!("pub(crate) {option}: ")),
        },
    ]
}

/// The pairs of a front end and a name that `skips.yaml` declares absent.
fn declared(kind: &str) -> Vec<(String, String)> {
    let skips: Vec<Value> = serde_norway::from_str(&source("tests/scenarios/skips.yaml")).expect("skips.yaml");
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let listed = |entry: &Value| {
        let several = entry.get(format!("{kind}s")).and_then(Value::as_array).cloned().unwrap_or_default();
        text(entry, kind)
            .into_iter()
            .chain(several.iter().filter_map(Value::as_str).map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let of_adapter = |entry: &Value| {
        let adapter = text(entry, "adapter").unwrap_or_default();
        listed(entry).into_iter().map(move |name| (adapter.clone(), name)).collect::<Vec<_>>()
    };
    skips.iter().flat_map(of_adapter).collect()
}

#[test]
fn every_front_end_that_logs_in_has_every_option_of_it() {
    let declared = declared("operation");
    let lacks = |name: &str| declared.iter().any(|(adapter, call)| adapter == name && call == "start_login");
    for front_end in front_ends().iter().filter(|front_end| !lacks(front_end.name)) {
        for option in LoginOptions::NAMES {
            let names = [(*option).to_owned(), camel(option), camel(option).replace("Id", "ID")];
            assert!(
                names.iter().any(|name| front_end.text.contains(name.as_str())),
                "{}: the option {option} of a login is missing",
                front_end.name
            );
        }
    }
}

#[test]
fn every_front_end_has_every_operation() {
    let declared = declared("operation");
    for front_end in front_ends() {
        for &operation in Operation::ALL {
            // The command line must have the command, also where its adapter cannot drive it and declares that.
            let is_declared = front_end.name != "cli"
                && declared.iter().any(|(adapter, name)| adapter == front_end.name && name == operation.name());
            assert_ne!(
                (front_end.operation)(&front_end.text, operation),
                is_declared,
                "{}: {} is missing, or declared missing although it is there",
                front_end.name,
                operation.name()
            );
        }
    }
}

#[test]
fn every_front_end_has_every_option() {
    // How a front end takes the credential differs by language, and is tested by the scenarios.
    let options = ClientOptions::NAMES.iter().filter(|name| **name != "credential");
    for option in options {
        for front_end in front_ends() {
            // A file is what a command line takes for a text of several lines.
            let name = if front_end.name == "cli" && *option == "ca_pem" { "ca_file" } else { option };
            assert!((front_end.option)(&front_end.text, name), "{}: the option {name} is missing", front_end.name);
        }
    }
}

#[test]
fn the_schema_has_the_operations_and_options_of_the_core_and_no_other() {
    let schema: Value = serde_json::from_str(&source("tests/scenarios/scenario.schema.json")).expect("the schema");
    // What adapters do besides the library's operations.
    const FURTHER: [&str; 15] = [
        "rotation_create",
        "rotation_mark_stored",
        "rotation_commit",
        "rotation_abort",
        "rotation_record",
        "rotation_drop",
        "start_login",
        "login_poll",
        "login_wait",
        "session_refresh",
        "session_export",
        "session_restore",
        "set_credential",
        "expose",
        "secret_equals",
    ];
    let calls = schema["$defs"]["step"]["properties"]["call"]["enum"].as_array().expect("the calls");
    let calls: Vec<&str> = calls.iter().filter_map(Value::as_str).filter(|name| !FURTHER.contains(name)).collect();
    let operations: Vec<&str> = Operation::ALL.iter().map(|operation| operation.name()).collect();
    assert_eq!(calls, operations);

    let options = schema["$defs"]["options"]["properties"].as_object().expect("the options");
    const CREDENTIALS: [&str; 5] = ["pat", "bearer", "detect", "session", "from_env"];
    let mut given: Vec<&str> = options.keys().map(|name| name.strip_suffix("_ms").unwrap_or(name)).collect();
    given.retain(|name| !CREDENTIALS.contains(name));
    given.sort_unstable();
    let mut known: Vec<&str> = ClientOptions::NAMES.iter().copied().filter(|name| *name != "credential").collect();
    known.sort_unstable();
    assert_eq!(given, known);
}

#[test]
fn a_missing_operation_and_a_renamed_one_are_noticed() {
    for front_end in front_ends() {
        for &operation in Operation::ALL {
            let name = if front_end.name == "cli" { command(operation) } else { operation.name() };
            let mut renamed = front_end.text.clone();
            for name in [name.to_owned(), camel(name), format!("{}{}", name[..1].to_uppercase(), &name[1..])] {
                renamed = renamed.replace(&name, "renamed");
            }
            assert!(!(front_end.operation)(&renamed, operation), "{}: {}", front_end.name, operation.name());
        }
    }
}
