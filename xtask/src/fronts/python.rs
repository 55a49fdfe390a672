//! The Python package: one wheel, built once and tested with every supported Python on the machine.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::front::Front;
use super::live::{Server, live};
use super::steps::{campaign, scenarios};
use crate::command::Cmd;
use crate::plan::{Job, Step};
use crate::toolchain::python::{self, Python as Interpreter};
use crate::workspace::Workspace;

/// `python`.
pub struct Python;

// Pinned: a new release of a tool must not break a build that worked.
const MATURIN: &str = "maturin==1.16.0";
// The event loops are for the tests of AsyncClient.
const TEST_PACKAGES: &[&str] = &["pytest==9.2.0", "anyio==4.16.0", "uvloop==0.23.0"];
const TYPE_PACKAGES: &[&str] = &["mypy==2.4.1", "pyright[nodejs]==1.1.414"];

/// How maturin builds the wheel that is shipped: as small as it can be.
pub const BUILD_WHEEL: [&str; 4] = ["build", "--release", "--compression-level", "9"];

/// In bytes.
const LARGEST_WHEEL: u64 = 3_600_000;

const TOOLS: &str = "python: tools";
/// The step that builds the wheel.
pub const WHEEL: &str = "python: wheel";
const CHECKERS: &str = "python: type checkers";
/// The adapter of AsyncClient.
const ASYNC: &str = "python-async";
/// The virtual environments of the build tools and of the type checkers. The tests on each Python have their own.
const TOOLS_VENV: &str = "tools";
const CHECKERS_VENV: &str = "checkers";

fn test_name(minor: u32) -> String {
    format!("python: tests on 3.{minor}")
}

fn venv_name(minor: u32) -> String {
    format!("python3.{minor}")
}

/// How the conformance runner starts the adapters: of Client, and of AsyncClient.
fn adapters(workspace: &Workspace, minor: u32) -> Vec<(String, String)> {
    let python = python::folder(workspace, &venv_name(minor)).join("bin/python");
    let started = |script: &str| {
        let script = workspace.path("tests/adapters/python").join(script);
        format!("{} {}", python.display(), script.display())
    };
    vec![
        ("NETBIRD_ADAPTER_PYTHON".to_owned(), started("adapter.py")),
        ("NETBIRD_ADAPTER_PYTHON_ASYNC".to_owned(), started("async_adapter.py")),
    ]
}

fn owned(packages: &[&str]) -> Vec<String> {
    packages.iter().map(|&package| package.to_owned()).collect()
}

/// The wheel of the last build.
pub fn wheel(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("wheels");
    let mut wheels: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("no folder {}", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .collect();
    match (wheels.pop(), wheels.is_empty()) {
        (Some(wheel), true) => Ok(wheel),
        (None, _) => bail!("no wheel in {}", folder.display()),
        (Some(_), false) => bail!("more than one wheel in {}", folder.display()),
    }
}

/// The tool that builds wheels, where the setup installs it.
pub fn maturin(workspace: &Workspace) -> PathBuf {
    python::folder(workspace, TOOLS_VENV).join("bin/maturin")
}

fn build_wheel(job: &Job) -> Result<()> {
    let workspace = job.workspace();
    let folder = workspace.target.join("wheels");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let maturin = maturin(workspace);
    let mut command = job
        .command(&maturin)
        .args(BUILD_WHEEL)
        .arg("--manifest-path")
        .arg(workspace.path("python/Cargo.toml"))
        .arg("--interpreter")
        .arg(maturin.with_file_name("python"))
        .arg("--out")
        .arg(&folder)
        .env("CARGO_TARGET_DIR", &workspace.target)
        .limit_minutes(30);
    if job.context.strict {
        command = command.arg("--locked");
    }
    command.run()
}

/// Runs the demo from the wheel, in an environment with nothing else.
pub fn demo(workspace: &Workspace, args: &[String]) -> Result<bool> {
    let log = workspace.logs().join("python-demo.log");
    let interpreter = python::ensure(&log)?.pop().context("no interpreter")?;
    let wheel = wheel(workspace)?.display().to_string();
    let venv = python::fresh(workspace, &interpreter, "demo", &[wheel], &log)?;
    let status = Cmd::new(venv.join("bin/python"))
        .args(["-m", "netbird_tokens", "demo"])
        .args(args)
        .dir(&workspace.target)
        .status()?;
    Ok(status.success())
}

fn test_step(interpreter: Interpreter) -> Step {
    let name = test_name(interpreter.minor);
    Step::new(name, move |job| {
        let workspace = job.workspace();
        let mut packages = vec![wheel(workspace)?.display().to_string()];
        packages.extend(owned(TEST_PACKAGES));
        let venv = python::fresh(workspace, &interpreter, &venv_name(interpreter.minor), &packages, &job.log)?;
        job.command(venv.join("bin/python"))
            // Outside the source folder, so that the installed wheel is tested.
            .dir(&workspace.target)
            .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
            .arg(workspace.path("python/tests"))
            .limit_minutes(15)
            .run()?;
        job.tests_passed()
    })
    .needs(WHEEL)
}

impl Front for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn main_file(&self) -> &'static str {
        "python/pyproject.toml"
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &["netbird-tokens-python"]
    }

    fn toolchain(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(TOOLS, |job| {
                let found = python::ensure(&job.log)?;
                let versions: Vec<String> = found.iter().map(|python| format!("3.{}", python.minor)).collect();
                let newest = found.last().context("no interpreter")?;
                python::fresh(job.workspace(), newest, TOOLS_VENV, &[MATURIN.to_owned()], &job.log)?;
                Ok(format!("CPython {}", versions.join(", ")))
            })
            .waits(),
            Step::new(CHECKERS, |job| {
                let found = python::ensure(&job.log)?;
                let newest = found.last().context("no interpreter")?;
                let packages = owned(&[TYPE_PACKAGES, TEST_PACKAGES].concat());
                python::fresh(job.workspace(), newest, CHECKERS_VENV, &packages, &job.log)?;
                Ok(TYPE_PACKAGES.join(", "))
            })
            .needs(TOOLS)
            .waits(),
        ]
    }

    fn build(&self, _: &Workspace) -> Vec<Step> {
        vec![
            Step::new(WHEEL, |job| {
                build_wheel(job)?;
                let wheel = wheel(job.workspace())?;
                let size = fs::metadata(&wheel)?.len();
                if size > LARGEST_WHEEL {
                    bail!("the wheel has {size} bytes, more than {LARGEST_WHEEL}");
                }
                Ok(format!("{}, {} kB", wheel.file_name().unwrap_or_default().to_string_lossy(), size / 1000))
            })
            .needs(TOOLS)
            .cargo(),
        ]
    }

    fn test(&self, _: &Workspace) -> Vec<Step> {
        // If there is none, the tools step installs Debian's.
        let mut interpreters = python::find();
        if interpreters.is_empty() {
            interpreters.push(Interpreter { minor: 11, program: PathBuf::from("python3") });
        }
        let newest = interpreters.last().map_or(11, |python| python.minor);
        let mut steps: Vec<Step> = interpreters.into_iter().map(test_step).collect();
        steps.push(
            Step::new("python: types", |job| {
                let workspace = job.workspace();
                let venv = python::folder(workspace, CHECKERS_VENV);
                python::install(
                    &venv,
                    &owned(&["--force-reinstall", "--no-deps"])
                        .into_iter()
                        .chain([wheel(workspace)?.display().to_string()])
                        .collect::<Vec<_>>(),
                    &job.log,
                )?;
                let python = venv.join("bin/python");
                let shown = python.display().to_string();
                let checks: [&[&str]; 3] = [
                    &["-m", "mypy", "--strict"],
                    &["-m", "pyright", "--pythonpath", &shown],
                    // The stub declares exactly what the built module has.
                    &["-m", "mypy.stubtest", "netbird_tokens._native", "--mypy-config-file", "pyproject.toml"],
                ];
                for check in checks {
                    job.command(&python).dir(workspace.path("python")).args(check).run()?;
                }
                Ok("mypy and pyright, strict; the stub matches the module".to_owned())
            })
            .needs(WHEEL)
            .needs(CHECKERS),
        );
        let adapter = move |job: &Job| Ok(adapters(job.workspace(), newest));
        for name in ["python", ASYNC] {
            steps.push(scenarios(name, "python", adapter).needs(test_name(newest)));
        }
        for (name, server) in [
            ("python", Server { version: "0.40", limited: true }),
            (ASYNC, Server { version: "current", limited: false }),
        ] {
            steps.push(live(name, "python", server, adapter).needs(test_name(newest)));
        }
        steps.push(campaign("python", "python", "60s", adapter).needs(test_name(newest)));
        steps.push(campaign(ASYNC, "python", "30s", adapter).needs(test_name(newest)));
        steps
    }
}
