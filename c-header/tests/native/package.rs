//! What is installed: symbols, names, sizes, and that other projects find it and can build with it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::scene::scene;
use crate::tools::{VERSION, cmake, folder, library, pkg_config, prefix, run, scratch};

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
}

#[test]
fn the_archive_is_linked_with_what_the_compiler_says_it_needs() {
    let libs = pkg_config(&["--static", "--libs", "netbird_tokens"]);
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

/// A copy of a project that knows only the prefix.
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
        for kind in ["shared", "static"] {
            let program = project.path().join(format!("{compiler}-{kind}"));
            let mut words = pkg_config(&["--cflags", "--libs", "netbird_tokens"]);
            if kind == "static" {
                // Where both are installed, the linker has to be told which; see docs/c.md.
                words = pkg_config(&["--static", "--cflags", "--libs", "netbird_tokens"])
                    .replace("-lnetbird_tokens", "-l:libnetbird_tokens.a");
            }
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
            let linked = run(Command::new("ldd").arg(&program).env("LD_LIBRARY_PATH", prefix().join("lib")));
            assert_eq!(linked.contains("libnetbird_tokens"), kind == "shared", "{linked}");
        }
    }
}

#[test]
fn a_static_program_needs_no_library_at_run_time() {
    let scene = scene();
    let project = consumer();
    let program = project.path().join("static");
    // Without a shared library beside it, the archive is found as any other.
    let folder = project.path().join("lib");
    fs::create_dir(&folder).unwrap();
    fs::copy(prefix().join("lib/libnetbird_tokens.a"), folder.join("libnetbird_tokens.a")).unwrap();
    let words = pkg_config(&["--static", "--cflags", "--libs", "netbird_tokens"]);
    run(Command::new("gcc").arg(project.path().join("main.c")).arg("-o").arg(&program).args(
        words
            .split_whitespace()
            .map(|word| if word.starts_with("-L") { format!("-L{}", folder.display()) } else { word.to_owned() }),
    ));
    let printed = run(scene.introduce(&mut Command::new(&program)));
    assert_eq!(printed, format!("netbird-tokens {VERSION}: ada has 1 tokens\n"));
}

/// Builds the library as a part of a project that gets it in some way, and gives the folder of the build.
fn part_of_a_project(name: &str, get: &str, options: &[&str]) -> PathBuf {
    let project = scratch(name);
    let main = folder().join("tests/consumer/main.c");
    let lists = format!(
        "cmake_minimum_required(VERSION 3.21)\nproject(p C)\n{get}\nadd_executable(program \"{}\")\n\
         target_link_libraries(program PRIVATE netbird_tokens::netbird_tokens)\n",
        main.display()
    );
    fs::write(project.join("CMakeLists.txt"), lists).unwrap();
    let build = project.join("build");
    run(Command::new("cmake").arg("--fresh").arg("-S").arg(&project).arg("-B").arg(&build).args(options));
    run(Command::new("cmake").arg("--build").arg(&build));
    build
}

#[test]
fn a_cmake_project_can_build_it_as_a_part_of_itself() {
    let scene = scene();
    let source = folder().display();
    let subfolder = format!("add_subdirectory(\"{source}\" netbird_tokens)");
    let fetched = format!(
        "include(FetchContent)\nFetchContent_Declare(netbird_tokens SOURCE_DIR \"{}\" SOURCE_SUBDIR c-header)\n\
         FetchContent_MakeAvailable(netbird_tokens)",
        folder().join("..").display()
    );
    for (name, get, options, is_shared) in [
        ("subfolder-shared", &subfolder, &[][..], true),
        ("subfolder-static", &subfolder, &["-DBUILD_SHARED_LIBS=OFF"], false),
        ("fetched", &fetched, &["-GNinja"], true),
    ] {
        let build = part_of_a_project(name, get, options);
        let printed = run(scene.introduce(&mut Command::new(build.join("program"))));
        assert_eq!(printed, format!("netbird-tokens {VERSION}: ada has 1 tokens\n"), "{name}");
        let linked = run(Command::new("ldd").arg(build.join("program")));
        assert_eq!(linked.contains("libnetbird_tokens.so"), is_shared, "{name}: {linked}");
        let again = run(Command::new("cmake").arg("--build").arg(&build));
        assert!(!again.contains("Linking"), "{name}: nothing has changed, and it was linked again: {again}");
    }
}

#[test]
fn the_cmake_project_installs_what_the_script_installs() {
    let build = scratch("install-project").join("build");
    let root = tempfile::tempdir().unwrap();
    run(Command::new("cmake")
        .arg("-S")
        .arg(folder())
        .arg("-B")
        .arg(&build)
        .args(["-DCMAKE_INSTALL_LIBDIR=lib", &format!("-DCMAKE_INSTALL_PREFIX={}", root.path().display())]));
    run(Command::new("cmake").arg("--build").arg(&build));
    run(Command::new("cmake").arg("--install").arg(&build));
    let files = |root: &Path| run(Command::new("find").args([".", "-not", "-type", "d"]).current_dir(root));
    let sorted = |list: String| list.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(sorted(files(root.path())), sorted(files(prefix())));
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
fn the_licence_texts_are_installed() {
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let installed = fs::read(prefix().join("share/licenses/netbird_tokens").join(name)).unwrap();
        assert_eq!(installed, fs::read(folder().join("..").join(name)).unwrap(), "{name}");
    }
}

/// Configures a project that looks for the library, and returns what CMake says.
fn configure(name: &str, languages: &str, setup: &str, options: &[&str]) -> Result<String, String> {
    let project = scratch(name);
    let lists = format!(
        "cmake_minimum_required(VERSION 3.16)\nproject(p {languages})\n{setup}\nfind_package(netbird_tokens REQUIRED)\n\
         message(STATUS \"pointers have ${{CMAKE_SIZEOF_VOID_P}} bytes\")\n"
    );
    fs::write(project.join("CMakeLists.txt"), lists).unwrap();
    let output = Command::new("cmake")
        .arg("--fresh")
        .arg("-S")
        .arg(&project)
        .arg("-B")
        .arg(project.join("build"))
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix().display()))
        .args(options)
        .output()
        .unwrap();
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(printed) } else { Err(printed) }
}

/// As a package manager installs it that keeps one kind of library.
#[test]
fn the_cmake_package_goes_by_the_libraries_that_are_there() {
    let elsewhere = tempfile::tempdir().unwrap();
    let part = elsewhere.path().join("part");
    run(Command::new("cp").arg("-a").arg(prefix()).arg(&part));
    let folder = format!("-Dnetbird_tokens_DIR={}", part.join("lib/cmake/netbird_tokens").display());
    for file in fs::read_dir(part.join("lib")).unwrap().map(|entry| entry.unwrap().path()) {
        if file.to_string_lossy().contains(".so") {
            fs::remove_file(file).unwrap();
        }
    }
    configure("static-only", "C", "", &[&folder]).unwrap();
    fs::remove_file(part.join("lib/libnetbird_tokens.a")).unwrap();
    let printed = configure("no-library", "C", "", &[&folder]).expect_err("it found what is not there");
    assert!(printed.contains("has no library of netbird_tokens"), "{printed}");
}

#[test]
fn a_cmake_project_of_another_pointer_size_does_not_find_it() {
    let found = configure("pointers-64", "C", "", &[]).unwrap();
    assert!(found.contains("pointers have 8 bytes"), "{found}");
    let refused = |printed: Result<String, String>| {
        let printed = printed.expect_err("a 32-bit project found the 64-bit library");
        assert!(printed.contains("netbird_tokens-config.cmake, version"), "{printed}");
    };
    refused(configure("pointers-32", "NONE", "set(CMAKE_SIZEOF_VOID_P 4)", &[]));
    // A compiler that builds 32-bit code. Without a 32-bit C library it cannot link, which CMake does not insist on.
    if cfg!(target_arch = "x86_64") {
        let options = ["-DCMAKE_C_FLAGS=-m32", "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY"];
        refused(configure("pointers-m32", "C", "", &options));
    }
}
