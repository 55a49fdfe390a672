//! The examples, the guide and the benchmark compile as they say, and run.

use std::fs;
use std::process::Command;

use netbird_mock::world::TokenSeed;

use crate::scene::scene;
use crate::tools::{compile, folder, prefix, run, scratch};

#[test]
fn the_examples_compile_as_they_say_and_run() {
    let scene = scene();
    let build = scratch("examples");
    let mut ran = 0;
    for entry in fs::read_dir(folder().join("examples")).unwrap() {
        let source = entry.unwrap().path();
        let name = source.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&source).unwrap();
        let compiler = if name.ends_with(".c") { "cc" } else { "c++" };
        let command = format!("{compiler} {name} -o ");
        assert!(
            text.contains(&command) && text.contains("$(pkg-config --cflags --libs netbird_tokens)"),
            "{name} does not say how to compile it"
        );
        let program = build.join(name.replace('.', "_"));
        compile(&source, &program);
        let printed = run(scene.introduce(&mut Command::new(&program)).env("LD_LIBRARY_PATH", prefix().join("lib")));
        assert!(!printed.contains(&scene.pat), "{name} printed the PAT");
        println!("{name}: {}", printed.trim());
        ran += 1;
    }
    assert!(ran >= 8, "only {ran} examples");
}

#[test]
fn the_guides_snippets_compile() {
    let guides = ["c", "login"].map(|name| fs::read_to_string(folder().join(format!("../docs/{name}.md"))).unwrap());
    let build = scratch("guide");
    let mut compiled = 0;
    let blocks = guides.iter().flat_map(|guide| guide.split("\n```").skip(1).step_by(2));
    for (number, block) in blocks.enumerate() {
        let (language, code) = block.split_once('\n').unwrap();
        let (extension, code) = match language {
            "c" if code.contains("int main(") => ("c", code.to_owned()),
            "c" => ("c", in_a_function("netbird_tokens.h", "stdio.h", code)),
            "cpp" if code.contains("int main(") => ("cpp", code.to_owned()),
            "cpp" => ("cpp", in_a_function("netbird_tokens.hpp", "iostream", code)),
            "sh" | "cmake" | "make" | "text" => continue,
            // Other languages in the page about logging in, whose own tests run them.
            "console" | "json" | "java" | "kotlin" | "python" | "rust,no_run" | "swift" => continue,
            other => panic!("block {number} is marked {other:?}"),
        };
        let source = build.join(format!("snippet_{number}.{extension}"));
        fs::write(&source, code).unwrap();
        compile(&source, &source.with_extension("out"));
        compiled += 1;
    }
    assert!(compiled >= 10, "only {compiled} snippets");
}

/// A fragment as a program. It may use a client and, in C, the variables that every call needs; it may declare none of them.
fn in_a_function(header: &str, io: &str, code: &str) -> String {
    let (parameters, main) = if header.ends_with(".hpp") {
        ("const netbird_tokens::Client &client", "")
    } else {
        ("const nbt_client *client", "")
    };
    format!(
        "#include <{header}>\n#include <{io}>\n#include <string.h>\n\n\
         void snippet({parameters});\n\nvoid snippet({parameters}) {{\n    (void)client;\n{code}\n}}\n\n\
         {main}int main(void) {{ return 0; }}\n"
    )
}

#[test]
fn the_benchmark_measures() {
    let scene = scene();
    let build = scratch("bench");
    let program = build.join("bench");
    compile(&folder().join("benches/bench.c"), &program);
    for _ in 0..9 {
        scene.server.add_token("robot", TokenSeed { name: "t".to_owned(), ..TokenSeed::default() }).unwrap();
    }
    scene.server.add_token("robot", TokenSeed { name: "t".to_owned(), ..TokenSeed::default() }).unwrap();
    let printed = run(Command::new(&program)
        .env("LD_LIBRARY_PATH", prefix().join("lib"))
        .env("NETBIRD_BENCH_URL", scene.server.url())
        .env("NETBIRD_BENCH_PAT", &scene.pat)
        .env("NETBIRD_BENCH_USER", "robot")
        .env("NETBIRD_BENCH_QUICK", "1"));
    assert!(printed.starts_with("[{\"row\": \"C: list of 10\", \"p50_us\": "), "{printed}");
    println!("{}", printed.trim());
}
