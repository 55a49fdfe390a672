//! `completions` and `man`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use netbird_tokens::{CREDENTIAL_VARIABLES, URL_VARIABLES};

use crate::arguments::Arguments;
use crate::exit;
use crate::failure::Failure;

const NAME: &str = "netbird-tokens";

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut text);
    print(&text)
}

pub(crate) fn man(directory: Option<&Path>) -> Result<(), Failure> {
    let command = whole_help(Arguments::command());
    match directory {
        Some(directory) => clap_mangen::generate_to(command.clone(), directory)
            .and_then(|()| std::fs::write(directory.join(format!("{NAME}.1")), main_page(command)?))
            .map_err(|error| {
                Failure::Local(format!("the manual pages cannot be written to {}: {error}", directory.display()))
            }),
        None => print(&main_page(command).map_err(|error| Failure::output(&error))?),
    }
}

/// The command with the help of those options too that the short help leaves out.
fn whole_help(command: Command) -> Command {
    command.mut_args(|arg| arg.hide_short_help(false)).mut_subcommands(whole_help)
}

/// The page of the command as a whole, with what applies to all commands in the sections where manual pages have it.
fn main_page(command: Command) -> io::Result<Vec<u8>> {
    let page = Man::new(command);
    let mut out = Vec::new();
    page.render_title(&mut out)?;
    page.render_name_section(&mut out)?;
    page.render_synopsis_section(&mut out)?;
    page.render_description_section(&mut out)?;
    page.render_subcommands_section(&mut out)?;
    page.render_options_section(&mut out)?;
    out.extend_from_slice(exit_status_section().as_bytes());
    out.extend_from_slice(environment_section().as_bytes());
    page.render_version_section(&mut out)?;
    Ok(out)
}

fn exit_status_section() -> String {
    let mut text = ".SH \"EXIT STATUS\"\n".to_owned();
    for (status, meaning) in exit::TABLE {
        // Writing to a String cannot fail.
        let _ = write!(text, ".TP\n\\fB{status}\\fR\n{meaning}\n");
    }
    text
}

fn environment_section() -> String {
    let list = |names: &[&str]| names.iter().map(|name| format!("\\fB{name}\\fR")).collect::<Vec<_>>().join(", ");
    format!(
        ".SH ENVIRONMENT\n.TP\n{}\nThe credential. Two that disagree are an error.\n.TP\n{}\nThe server, unless \
         \\fB\\-\\-management\\-url\\fR is given.\n.TP\n{}\nProxies.\n.TP\n{}\nNo colours.\n",
        list(&CREDENTIAL_VARIABLES),
        list(&URL_VARIABLES),
        list(&["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"]),
        list(&["NO_COLOR"]),
    )
}

fn print(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
}
