//! The library as C and C++ programs have it: built for release, installed into a prefix, and used from there.
//!
//! Needs gcc, g++, cmake, pkg-config, nm and valgrind.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test's helpers")]
#![allow(clippy::print_stdout, reason = "what the programs reported is the evidence")]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use netbird_mock::MockServer;
use netbird_mock::world::{Action, Fault, TokenSeed, UserSeed, World};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c-header").join(name);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Runs a command to its end and gives what it printed. Fails with all of that if the command does.
fn run(command: &mut Command) -> String {
    // Not the whole command: its environment may hold a PAT.
    let words: Vec<_> = [command.get_program()].into_iter().chain(command.get_args()).map(OsStr::to_owned).collect();
    let output = command.output().unwrap_or_else(|error| panic!("{words:?} does not start: {error}"));
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{words:?}: {}\n{printed}", output.status);
    printed
}

/// The prefix into which the documented command has installed everything.
fn prefix() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let prefix = scratch("prefix");
        // Nothing that an older version installed must help.
        fs::remove_dir_all(&prefix).unwrap();
        run(Command::new("cmake")
            .arg(format!("-DPREFIX={}", prefix.display()))
            .arg("-P")
            .arg(folder().join("install.cmake")));
        prefix
    })
}

fn library() -> PathBuf {
    prefix().join("lib/libnetbird_tokens.so")
}

fn pkg_config(args: &[&str]) -> String {
    let printed = run(Command::new("pkg-config").args(args).env("PKG_CONFIG_PATH", prefix().join("lib/pkgconfig")));
    printed.trim().to_owned()
}

/// Configures a CMake project that uses the library, and builds it.
fn cmake(source: &Path, build: &Path, options: &[&str]) {
    run(Command::new("cmake")
        .arg("-S")
        .arg(source)
        .arg("-B")
        .arg(build)
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix().display()))
        .args(options));
    run(Command::new("cmake").arg("--build").arg(build).args(["--parallel", "2"]));
}

/// A mock server with the users that the programs name, and a PAT of their owner.
struct Scene {
    server: MockServer,
    pat: String,
}

fn scene() -> Scene {
    let user = |id: &str, is_service_user| UserSeed {
        id: id.to_owned(),
        role: if is_service_user { "user" } else { "owner" }.to_owned(),
        is_service_user,
        ..UserSeed::default()
    };
    let server = MockServer::start(World {
        users: ["robot", "empty", "odd", "slow", "lossy", "busy", "broken"]
            .into_iter()
            .map(|id| user(id, true))
            .chain([user("ada", false)])
            .collect(),
        ..World::default()
    })
    .unwrap();
    let pat = server.add_token("ada", TokenSeed { name: "tests".to_owned(), ..TokenSeed::default() }).unwrap().plain;
    let raw =
        [("name", "a\0b"), ("expiration_date", "0001-01-01T00:00:00Z"), ("created_at", "1970-01-01T00:59:59.25+01:00")];
    server
        .add_token(
            "odd",
            TokenSeed {
                name: "odd".to_owned(),
                raw: raw.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect(),
                ..TokenSeed::default()
            },
        )
        .unwrap();
    let fault = |method: Option<&str>, user: &str, action| Fault {
        method: method.map(str::to_owned),
        target_contains: Some(format!("/users/{user}/")),
        skip: 0,
        times: Some(0),
        action,
    };
    let answer = |status, headers: &[(&str, &str)]| Action::Answer {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: r#"{"message":"no","code":0}"#.to_owned(),
        act: false,
    };
    server.push_fault(fault(None, "slow", Action::Delay { ms: 30_000 }));
    server.push_fault(fault(Some("POST"), "lossy", Action::DropAfter { reset: false }));
    server.push_fault(fault(None, "busy", answer(429, &[("Retry-After", "3600")])));
    server.push_fault(fault(None, "broken", answer(500, &[])));
    Scene { server, pat }
}

impl Scene {
    /// Tells a program where the server is and how to authenticate.
    fn introduce<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for variable in ["NETBIRD_API_TOKEN", "NETBIRD_TOKEN", "NB_API_KEY", "NETBIRD_API_URL"] {
            command.env_remove(variable);
        }
        command
            .env("NB_PAT", &self.pat)
            .env("NB_MANAGEMENT_URL", self.server.url())
            .env("NBT_TEST_PAT", &self.pat)
            .env("NBT_TEST_URL", self.server.url())
            .env("NBT_TEST_LIBRARY", library())
    }
}

/// The functions that the header declares.
fn declared() -> BTreeSet<String> {
    let header = fs::read_to_string(prefix().join("include/netbird_tokens.h")).unwrap();
    let code: String = header.split("/**").map(|part| part.split_once("*/").map_or(part, |(_, code)| code)).collect();
    code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '(')
        .filter_map(|word| word.split_once('('))
        .filter(|(name, _)| name.starts_with("nbt_"))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn the_library_exports_what_the_header_declares_and_nothing_else() {
    let symbols = run(Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(library()));
    let exported: BTreeSet<String> =
        symbols.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(exported.len() > 60, "{exported:?}");
    assert_eq!(exported, declared());
}

#[test]
fn the_shared_library_is_small_and_bears_its_name() {
    let file = fs::canonicalize(library()).unwrap();
    assert!(file.ends_with(format!("libnetbird_tokens.so.{VERSION}")), "{}", file.display());
    let size = fs::metadata(&file).unwrap().len();
    println!("the shared library has {size} bytes");
    assert!(size <= 4_000_000, "{size} bytes");
    let dynamic = run(Command::new("readelf").args(["-d", "-W"]).arg(&file));
    let minor = VERSION.rsplit_once('.').unwrap().0;
    assert!(dynamic.contains(&format!("[libnetbird_tokens.so.{minor}]")), "{dynamic}");
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
    // Only what every glibc system has.
    for line in dynamic.lines().filter(|line| line.contains("(NEEDED)")) {
        assert!(["libc.so", "libm.so", "libgcc_s.so", "ld-linux"].iter().any(|known| line.contains(known)), "{line}");
    }
}

#[test]
fn pkg_config_tells_the_version_of_the_package() {
    assert_eq!(pkg_config(&["--modversion", "netbird_tokens"]), VERSION);
    assert_eq!(pkg_config(&["--modversion", "netbird_tokens_static"]), VERSION);
}

#[test]
fn the_archive_is_linked_with_what_the_compiler_says_it_needs() {
    let libs = pkg_config(&["--libs", "netbird_tokens_static"]);
    let empty = scratch("native-libs").join("empty.rs");
    fs::write(&empty, "").unwrap();
    let printed = run(Command::new("rustc")
        .args(["--crate-type", "staticlib", "--print", "native-static-libs", "-o"])
        .arg(scratch("native-libs").join("libempty.a"))
        .arg(&empty));
    let needed = printed.split("native-static-libs: ").nth(1).unwrap().lines().next().unwrap();
    for library in needed.split_whitespace() {
        assert!(
            libs.split_whitespace().any(|given| given == library) || library == "-lc",
            "{library} is not in {libs}"
        );
    }
}

/// A project of its own, far from this one, that knows the prefix and nothing else.
fn consumer() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder().join("tests/consumer")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

#[test]
fn a_cmake_project_finds_the_package_and_links_both_ways() {
    let scene = scene();
    let project = consumer();
    let build = project.path().join("build");
    cmake(project.path(), &build, &[]);
    for program in ["c_shared", "c_static", "cpp_shared", "cpp_static"] {
        let printed = run(scene.introduce(&mut Command::new(build.join(program))));
        assert_eq!(printed, format!("netbird-tokens {VERSION}: ada has 1 tokens\n"), "{program}");
        let linked = run(Command::new("ldd").arg(build.join(program)));
        assert_eq!(linked.contains("libnetbird_tokens"), program.ends_with("shared"), "{program}: {linked}");
    }
    let newer = Command::new("cmake")
        .args(["-DWANTED=99.0", "-S"])
        .arg(project.path())
        .arg("-B")
        .arg(project.path().join("newer"))
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix().display()))
        .output()
        .unwrap();
    assert!(!newer.status.success(), "version 99 was found");
}

#[test]
fn a_makefile_with_pkg_config_links_both_ways() {
    let scene = scene();
    let project = consumer();
    let strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
    for (compiler, standard, source) in [("gcc", "-std=c99", "main.c"), ("g++", "-std=c++17", "main.cpp")] {
        for package in ["netbird_tokens", "netbird_tokens_static"] {
            let program = project.path().join(format!("{compiler}-{package}"));
            let words = pkg_config(&["--cflags", "--libs", package]);
            run(Command::new(compiler)
                .arg(standard)
                .args(strict)
                .arg(project.path().join(source))
                .arg("-o")
                .arg(&program)
                .args(words.split_whitespace()));
            let printed =
                run(scene.introduce(&mut Command::new(&program)).env("LD_LIBRARY_PATH", prefix().join("lib")));
            assert_eq!(printed, format!("netbird-tokens {VERSION}: ada has 1 tokens\n"));
        }
    }
}

#[test]
fn what_is_installed_can_be_moved() {
    let elsewhere = tempfile::tempdir().unwrap();
    let moved = elsewhere.path().join("moved");
    run(Command::new("cp").arg("-a").arg(prefix()).arg(&moved));
    let cflags = run(Command::new("pkg-config")
        .args(["--cflags", "--libs", "netbird_tokens"])
        .env("PKG_CONFIG_PATH", moved.join("lib/pkgconfig")));
    assert!(cflags.contains("moved") && !cflags.contains(&prefix().display().to_string()), "{cflags}");
    for entry in ["lib/pkgconfig/netbird_tokens.pc", "lib/cmake/netbird_tokens/netbird_tokens-config.cmake"] {
        let text = fs::read_to_string(prefix().join(entry)).unwrap();
        assert!(!text.contains(&prefix().display().to_string()), "{entry}");
    }
}

#[test]
fn the_suite_passes_under_the_sanitizers() {
    let scene = scene();
    let build = scratch("suite-sanitized");
    cmake(&folder().join("tests/suite"), &build, &["-DSANITIZE=ON", "-DCMAKE_BUILD_TYPE=Debug"]);
    let printed = run(scene
        .introduce(Command::new("ctest").current_dir(&build).args(["--verbose", "--timeout", "300"]))
        .env("ASAN_OPTIONS", "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1")
        .env("UBSAN_OPTIONS", "print_stacktrace=1"));
    assert!(printed.contains("100% tests passed, 0 tests failed out of 3"), "{printed}");
    for line in printed.lines().filter(|line| line.contains(" checks, ")) {
        println!("sanitizers: {line}");
    }
}

#[test]
fn the_sanitizers_are_on() {
    let build = scratch("suite-broken");
    let source = build.join("broken.c");
    fs::write(&source, "#include <netbird_tokens.h>\nint main(void) {\n    nbt_cancel_new();\n    return 0;\n}\n")
        .unwrap();
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
    for program in ["suite", "misuse", "suite_cpp"] {
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

/// The one line that the examples and the guide tell people to compile with.
fn compile_as_told(source: &Path, program: &Path) {
    let is_c = source.extension().is_some_and(|extension| extension == "c");
    let (compiler, standard) = if is_c { ("cc", "-std=c99") } else { ("c++", "-std=c++17") };
    run(Command::new(compiler)
        .args([standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror"])
        .arg(source)
        .arg("-o")
        .arg(program)
        .args(pkg_config(&["--cflags", "--libs", "netbird_tokens"]).split_whitespace())
        .arg("-pthread"));
}

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
        let told = format!("{compiler} {name} -o ");
        assert!(
            text.contains(&told) && text.contains("$(pkg-config --cflags --libs netbird_tokens)"),
            "{name} does not say how to compile it"
        );
        let program = build.join(name.replace('.', "_"));
        compile_as_told(&source, &program);
        let printed = run(scene.introduce(&mut Command::new(&program)).env("LD_LIBRARY_PATH", prefix().join("lib")));
        assert!(!printed.contains(&scene.pat), "{name} printed the PAT");
        println!("{name}: {}", printed.trim());
        ran += 1;
    }
    assert!(ran >= 4, "only {ran} examples");
}

#[test]
fn the_guides_snippets_compile() {
    let guide = fs::read_to_string(folder().join("../docs/c.md")).unwrap();
    let build = scratch("guide");
    let mut compiled = 0;
    for (number, block) in guide.split("\n```").skip(1).step_by(2).enumerate() {
        let (language, code) = block.split_once('\n').unwrap();
        let (extension, code) = match language {
            "c" if code.contains("int main(") => ("c", code.to_owned()),
            "c" => ("c", in_a_function("netbird_tokens.h", "stdio.h", code)),
            "cpp" if code.contains("int main(") => ("cpp", code.to_owned()),
            "cpp" => ("cpp", in_a_function("netbird_tokens.hpp", "iostream", code)),
            "sh" | "cmake" | "make" | "text" => continue,
            other => panic!("block {number} is marked {other:?}"),
        };
        let source = build.join(format!("snippet_{number}.{extension}"));
        fs::write(&source, code).unwrap();
        compile_as_told(&source, &source.with_extension("out"));
        compiled += 1;
    }
    assert!(compiled >= 6, "only {compiled} snippets");
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
    compile_as_told(&folder().join("benches/bench.c"), &program);
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
