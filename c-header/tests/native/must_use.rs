//! A dropped result that loses a secret, an error or a handle is a warning.

use std::fs;
use std::process::Command;

use crate::tools::{pkg_config, scratch};

/// What the compiler says about a function with these statements; `None` if it compiles.
fn complaint(compiler: &str, standard: &str, statements: &str) -> Option<String> {
    let (header, parameters, language) = match compiler {
        "g++" => ("netbird_tokens.hpp", "const netbird_tokens::Client &c", "c++"),
        _ => {
            ("netbird_tokens.h", "const nbt_client *c, nbt_token **token, nbt_secret **secret, nbt_error **error", "c")
        }
    };
    let source = scratch("must-use").join(format!("{compiler}-{standard}-{:?}", std::thread::current().id()));
    fs::write(&source, format!("#include <{header}>\nvoid f({parameters}) {{\n{statements}\n}}\n")).unwrap();
    let output = Command::new(compiler)
        .args(["-x", language, &format!("-std={standard}"), "-Wall", "-Werror", "-S", "-o", "/dev/null"])
        .arg(&source)
        .args(pkg_config(&["--cflags", "netbird_tokens"]).split_whitespace())
        .output()
        .unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_dropped_result_is_a_warning_in_cpp() {
    for standard in ["c++17", "c++20"] {
        for statement in [
            "c.create_token(\"ci\");",
            "c.create_token(netbird_tokens::NewToken{\"ci\", 30, true}, \"robot\");",
            "c.check_credential();",
            "c.rotate_token(\"id\");",
            "c.rotate_token(netbird_tokens::RotateToken::by_name(\"ci\"), \"robot\");",
            "c.resume_rotation(netbird_tokens::RotationRecord::from_json(\"{}\"));",
            "c.audit_tokens();",
            "c.close();",
            "c.with_timeout(std::chrono::seconds(1));",
            "netbird_tokens::Client::from_env();",
        ] {
            let said = complaint("g++", standard, statement).expect(statement);
            assert!(said.contains("nodiscard"), "{statement}: {said}");
        }
        let used = "const auto created = c.create_token(\"ci\");\n(void)created.plain_token;\nc.delete_token(\"id\");";
        assert_eq!(complaint("g++", standard, used), None);
    }
}

#[test]
fn a_dropped_result_is_a_warning_in_c() {
    for standard in ["c99", "gnu17", "c2x"] {
        for statement in [
            "nbt_client_create_token(c, \"ci\", 30, 0, NULL, token, secret, error);",
            "nbt_client_delete_token(c, \"id\", NULL, error);",
            "nbt_client_close(c, NULL, NULL);",
            "nbt_client_rotate_token(c, \"id\", NULL, NULL, 30, 0, NULL, NULL, error);",
            "nbt_rotation_commit(NULL, false, error);",
            "nbt_rotation_get_record(NULL);",
            "nbt_client_audit_tokens(c, NULL, NULL, error);",
            "nbt_cancel_new();",
        ] {
            let said = complaint("gcc", standard, statement).expect(statement);
            assert!(said.contains("unused-result"), "{statement}: {said}");
        }
        let used = "(void)token;\n(void)secret;\nif (nbt_client_delete_token(c, \"id\", NULL, error) != NBT_OK) {\n}";
        assert_eq!(complaint("gcc", standard, used), None);
    }
}

/// Two values in braces could be the pointer and the length of a std::string_view, which would read beyond the text.
#[test]
fn a_name_and_a_lifetime_in_braces_are_not_taken_for_a_text() {
    let said = complaint("g++", "c++17", "const auto t = c.create_token({\"ci\", 30});").expect("it compiles");
    assert!(said.contains("ambiguous"), "{said}");
}
