//! Benchmarks beside their baselines: one run, one server, one core.
//!
//! `netbird-bench` starts the mock server (the built `netbird-mock` beside it), and then itself once for every measurement, so
//! that each has a process of its own: memory and first-call times mean nothing otherwise. It prints a table with ratios and
//! writes the figures as JSON. Other languages' rows come from programs of theirs (`--rows NAME=COMMAND`), which get the
//! server's URL and a PAT in the environment and print the same JSON rows. `render` makes the tables and charts of the document
//! from the kept figures.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod audit;
mod clients;
mod document;
mod machine;
mod measure;
mod plan;
mod report;
mod rounds;
mod run;
mod server;
mod start;
mod syscalls;
mod tls;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("case") => measure::run(&args[1..]),
        Some("render") => document::write(args.get(1).context("render needs the folder of the documents")?.as_ref()),
        Some("--help" | "-h") => {
            println!(
                "usage: netbird-bench [--quick] [--part NAME]… [--json FILE] [--rows NAME=COMMAND]… [--size NAME=FILE]… \
                 [--tool FILE] [--keep DOCS_FOLDER]\n       netbird-bench render DOCS_FOLDER"
            );
            Ok(())
        }
        _ => plan::run(&options(&args)?),
    }
}

fn options(args: &[String]) -> Result<plan::Options> {
    let mut options = plan::Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--quick" => options.quick = true,
            "--part" => options.parts.push(value()?.clone()),
            "--keep" => options.keep = Some(PathBuf::from(value()?)),
            "--tool" => options.tool = Some(PathBuf::from(value()?)),
            "--json" => options.json = Some(PathBuf::from(value()?)),
            "--rows" => options.rows.push(pair(value()?)?),
            "--size" => options.sizes.push(pair(value()?)?),
            _ => bail!("{arg} is not an option: see --help"),
        }
    }
    Ok(options)
}

fn pair(text: &str) -> Result<(String, String)> {
    let (name, rest) = text.split_once('=').with_context(|| format!("{text} has no '=': write NAME=VALUE"))?;
    Ok((name.to_owned(), rest.to_owned()))
}
