//! The C and C++ programs of tests/suite, under the sanitizers and valgrind.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::scene::scene;
use crate::tools::{VERSION, cmake, compile, folder, pkg_config, prefix, run, scratch};

#[test]
fn the_suite_passes_under_the_sanitizers() {
    let scene = scene();
    let build = scratch("suite-sanitized");
    cmake(&folder().join("tests/suite"), &build, &["-DSANITIZE=ON", "-DCMAKE_BUILD_TYPE=Debug"]);
    let printed = run(scene
        .introduce(Command::new("ctest").current_dir(&build).args(["--verbose", "--timeout", "300"]))
        .env("ASAN_OPTIONS", "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1")
        .env("UBSAN_OPTIONS", "print_stacktrace=1"));
    assert!(printed.contains("100% tests passed, 0 tests failed out of 6"), "{printed}");
    for line in printed.lines().filter(|line| line.contains(" checks, ")) {
        println!("sanitizers: {line}");
    }
}

#[test]
fn the_sanitizers_are_on() {
    let build = scratch("suite-broken");
    let source = build.join("broken.c");
    // More than once: a register may still hold the last pointer.
    let code = "#include <netbird_tokens.h>\n\
                int main(void) {\n    for (int i = 0; i < 9; i++) {\n        if (!nbt_cancel_new()) {\n            return 1;\n        }\n    }\n    return 0;\n}\n";
    fs::write(&source, code).unwrap();
    let program = build.join("broken");
    run(Command::new("gcc")
        .args(["-fsanitize=address,undefined", "-o"])
        .arg(&program)
        .arg(&source)
        .args(pkg_config(&["--cflags", "--libs", "netbird_tokens"]).split_whitespace()));
    let output = Command::new(&program).env("LD_LIBRARY_PATH", prefix().join("lib")).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && printed.contains("LeakSanitizer"), "a leak was not noticed: {printed}");
}

/// A folder with the library of this build, which is not stripped, under the name that programs look for: suppressions go by
/// the names of functions.
fn library_with_names() -> PathBuf {
    let built = std::env::current_exe().unwrap().parent().unwrap().join("libnetbird_tokens_c.so");
    let folder = scratch("library-with-names");
    let minor = VERSION.rsplit_once('.').unwrap().0;
    fs::copy(&built, folder.join(format!("libnetbird_tokens.so.{minor}")))
        .unwrap_or_else(|error| panic!("{}: {error}", built.display()));
    folder
}

#[test]
fn the_suite_passes_under_valgrind() {
    let scene = scene();
    let build = scratch("suite-plain");
    cmake(&folder().join("tests/suite"), &build, &["-DSANITIZE=OFF", "-DCMAKE_BUILD_TYPE=Debug"]);
    let library = library_with_names();
    for program in ["suite", "misuse", "creates", "rotations", "logins", "suite_cpp"] {
        let printed = run(scene
            .introduce(
                Command::new("valgrind")
                    .args(["--leak-check=full", "--show-leak-kinds=definite,indirect,possible", "--num-callers=40"])
                    .args(["--errors-for-leak-kinds=definite,indirect,possible", "--error-exitcode=9"])
                    .args(["--fair-sched=yes"])
                    .arg(format!("--suppressions={}", folder().join("tests/suite/valgrind.supp").display()))
                    .arg(build.join(program)),
            )
            // Before the path that CMake wrote into the program.
            .env("LD_PRELOAD", library.join(format!("libnetbird_tokens.so.{}", VERSION.rsplit_once('.').unwrap().0))));
        for line in printed.lines().filter(|line| line.contains(" checks, ") || line.contains("ERROR SUMMARY")) {
            println!("valgrind {program}: {line}");
        }
        assert!(printed.contains("ERROR SUMMARY: 0 errors"), "{printed}");
    }
}

/// The program ends with an interrupted create, and lets the server answer only when it is about to exit.
#[test]
fn a_normal_exit_waits_for_an_interrupted_create() {
    let scene = scene();
    let program = scratch("exit").join("creates");
    compile(&folder().join("tests/suite/creates.c"), &program);
    let printed =
        run(scene.introduce(&mut Command::new(&program)).arg("exit").env("LD_LIBRARY_PATH", prefix().join("lib")));
    assert!(printed.contains("the token was revoked during the exit"), "{printed}");
}
