//! The C ABI, from the committed header: functions with their signatures, the numbers of enums and constants, the fields of the
//! one open struct, and callbacks. The tests of the C crate compare the header with the sources, and the symbols of the built
//! library with the header.

use std::fs;

use anyhow::{Context as _, Result};
use regex::Regex;

use super::listing::sorted;
use crate::workspace::Workspace;

const HEADER: &str = "c-header/include/netbird_tokens.h";

pub fn read(workspace: &Workspace) -> Result<Vec<String>> {
    let text = fs::read_to_string(workspace.path(HEADER)).with_context(|| format!("cannot read {HEADER}"))?;
    parse(&text)
}

fn parse(header: &str) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let without_comments = Regex::new(r"(?s)/\*.*?\*/|//[^\n]*")?.replace_all(header, "");
    // Constants, without those of the version, which each release changes.
    for found in Regex::new(r"(?m)^#define (NBT_\w+) ([-\w().]+)$")?.captures_iter(&without_comments) {
        if !found[1].starts_with("NBT_VERSION") && !found[1].starts_with("NBT_MUST_USE") {
            lines.push(format!("#define {} {}", &found[1], &found[2]));
        }
    }
    let code = Regex::new(r"(?m)^#(?:.*\\\n)*.*$")?.replace_all(&without_comments, "");
    for found in Regex::new(r"(?s)typedef (enum|struct) \{(.*?)\} (\w+);")?.captures_iter(&code) {
        let (kind, name) = (&found[1], &found[3]);
        // A struct's fields are in the order that fixes its size and offsets.
        if kind == "struct" {
            lines.push(format!("struct {name} {{ {} }}", &found[2]));
            continue;
        }
        let values = found[2].split(',').map(str::trim).filter(|value| !value.is_empty());
        lines.extend(values.map(|value| format!("enum {name} {value}")));
    }
    for found in Regex::new(r"typedef struct (\w+) (\w+);")?.captures_iter(&code) {
        lines.push(format!("opaque {}", &found[2]));
    }
    for found in Regex::new(r"(?s)typedef \w[\w *]*\(\*\w+\)\([^;]*\);")?.find_iter(&code) {
        lines.push(found.as_str().trim_end_matches(';').to_owned());
    }
    for found in Regex::new(r"(?sm)^(?:NBT_MUST_USE\s+)?(\w[\w *]*?\bnbt_\w+\([^;{]*\));")?.captures_iter(&code) {
        if !found[1].starts_with("typedef") {
            lines.push(found[1].to_owned());
        }
    }
    Ok(sorted(lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_declaration_is_listed() {
        let header = "/* nbt_not_this(void); */\n#define NBT_VERSION_MAJOR 0\n#define NBT_DAYS 90\n#define NBT_MUST_USE\n\
                      #define NBT_LONG \\\n  ((1))\n\
                      typedef enum {\n  /* ok */\n  NBT_OK = 0,\n  NBT_NO = 1,\n} nbt_result;\n\
                      typedef struct nbt_x nbt_x;\ntypedef void (*nbt_cb)(void *user_data,\n   int level);\n\
                      typedef struct {\n  size_t a;\n  bool b;\n} nbt_sum;\n\
                      NBT_MUST_USE\nconst char *nbt_x_name(const nbt_x *x,\n     int at);\nvoid nbt_x_free(nbt_x *x);\n";
        assert_eq!(
            parse(header).expect("parsed"),
            [
                "#define NBT_DAYS 90",
                "const char *nbt_x_name(const nbt_x *x, int at)",
                "enum nbt_result NBT_NO = 1",
                "enum nbt_result NBT_OK = 0",
                "opaque nbt_x",
                "struct nbt_sum { size_t a; bool b; }",
                "typedef void (*nbt_cb)(void *user_data, int level)",
                "void nbt_x_free(nbt_x *x)",
            ]
        );
    }

    #[test]
    fn every_function_of_the_header_is_listed() {
        let workspace = Workspace::find().expect("the checkout");
        let listed = read(&workspace).expect("read");
        let header = fs::read_to_string(workspace.path(HEADER)).expect("read");
        let without_comments = Regex::new(r"(?s)/\*.*?\*/").expect("it is right").replace_all(&header, "");
        let functions = Regex::new(r"\bnbt_\w+\(").expect("it is right").find_iter(&without_comments).count();
        assert!(functions > 100);
        assert_eq!(
            listed
                .iter()
                .filter(|line| line.contains(" nbt_") || line.contains("*nbt_"))
                .filter(|line| { line.ends_with(')') && !line.starts_with("typedef") })
                .count(),
            functions
        );
    }
}
