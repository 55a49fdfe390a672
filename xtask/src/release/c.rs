//! The library, its headers and its build files for C and C++.

use std::path::Path;

use anyhow::Result;

use super::archive::{self, CleanPlace};
use super::command_line::target;
use super::part::{self, Part, Parts, VERSION};
use super::sample;
use crate::command::Cmd;
use crate::fronts::c::{self, LIBRARY};
use crate::fronts::compile::COMPILE;
use crate::plan::{Job, Step};

pub fn step(parts: &Parts) -> Step {
    part::step(Part::C, parts, make).needs(LIBRARY).needs(COMPILE)
}

fn make(job: &Job, parts: &Parts) -> Result<String> {
    let name = format!("netbird-tokens-c-{VERSION}-{}", target(job)?);
    let work = parts.work("c")?;
    job.command("cp").arg("-R").arg(c::prefix(job.workspace())).arg(work.join(&name)).limit_minutes(2).run()?;
    let archive = parts.file(&format!("{name}.tar.gz"));
    archive::pack(job, &work, &name, &archive)?;

    let place = CleanPlace::new()?;
    let prefix = place.unpack(job, &archive, &name)?;
    let examples = job.workspace().path("c-header/examples");
    for (compiler, source, linking) in [("cc", "create.c", Linking::Shared), ("c++", "create.cpp", Linking::Static)] {
        let program = place.folder().join(source.replace('.', "-"));
        compile(job, &prefix, compiler, &examples.join(source), linking, &program)?;
        let run = Cmd::new(&program).env("LD_LIBRARY_PATH", prefix.join("lib"));
        sample::run(job, place.folder(), run, "revoked ")?;
    }
    parts.note(
        archive,
        "the C library",
        "unpacked; a C and a C++ example found by pkg-config, linked shared and static",
    );
    Ok(name)
}

#[derive(Clone, Copy)]
enum Linking {
    Shared,
    Static,
}

/// As a user would who knows nothing but where the archive was unpacked.
fn compile(job: &Job, prefix: &Path, compiler: &str, source: &Path, linking: Linking, program: &Path) -> Result<()> {
    let pkg_config = |query: &[&str]| -> Result<Vec<String>> {
        let command = job.command("pkg-config").args(query).arg("netbird_tokens");
        let flags = command.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")).limit_minutes(1).output()?;
        Ok(flags.split_whitespace().map(str::to_owned).collect())
    };
    let flags = pkg_config(&["--cflags"])?;
    let libraries = match linking {
        Linking::Shared => pkg_config(&["--libs"])?,
        // The shared library is beside it, and the linker would prefer that.
        Linking::Static => pkg_config(&["--static", "--libs"])?
            .into_iter()
            .map(|flag| if flag == "-lnetbird_tokens" { "-l:libnetbird_tokens.a".to_owned() } else { flag })
            .collect(),
    };
    let command = job.command(compiler).args(["-Wall", "-Wextra", "-Werror"]).args(&flags).arg(source);
    command.arg("-o").arg(program).args(&libraries).limit_minutes(5).run()
}
