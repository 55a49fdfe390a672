//! `completions` and `man`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use netbird_tokens::{CREDENTIAL_VARIABLES, URL_VARIABLES};

use crate::arguments;
use crate::exit;
use crate::failure::Failure;

const NAME: &str = "netbird-tokens";

pub(crate) fn completions(shell: Shell) -> Result<(), Failure> {
    let mut command = visible(&arguments::command());
    let mut text = Vec::new();
    if shell == Shell::Bash {
        // Bash's generator names a function after the program in two ways that differ by a hyphen, so it is given a name
        // without one. The lines that register the completions are the only ones with the name after a blank.
        const PLAIN_NAME: &str = "netbird_tokens";
        clap_complete::generate(shell, &mut command, PLAIN_NAME, &mut text);
        let script = String::from_utf8(text).expect("the generator writes UTF-8");
        return print(script.replace(&format!(" {PLAIN_NAME}\n"), &format!(" {NAME}\n")).as_bytes());
    }
    clap_complete::generate(shell, &mut command, NAME, &mut text);
    if shell == Shell::Fish {
        text.extend_from_slice(fish_arguments(&command).as_bytes());
    }
    print(&text)
}

/// The values of arguments that are not options, which the generator for fish leaves out.
fn fish_arguments(command: &Command) -> String {
    let function = format!("__fish_{}_using_subcommand", NAME.replace('-', "_"));
    let mut lines = String::new();
    for subcommand in command.get_subcommands() {
        for argument in subcommand.get_positionals() {
            let values: Vec<String> =
                argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
            if !values.is_empty() {
                let (name, values) = (subcommand.get_name(), values.join(" "));
                // Writing to a String cannot fail.
                let _ = writeln!(lines, "complete -c {NAME} -n \"{function} {name}\" -f -a \"{values}\"");
            }
        }
    }
    lines
}

/// The command without its hidden options, which the generators would offer.
fn visible(command: &Command) -> Command {
    let mut shown = Command::new(command.get_name().to_owned())
        .args(command.get_arguments().filter(|arg| !arg.is_hide_set()).cloned())
        .subcommands(command.get_subcommands().map(visible));
    if let Some(about) = command.get_about() {
        shown = shown.about(about.clone());
    }
    if let Some(version) = command.get_version() {
        shown = shown.version(version.to_owned());
    }
    shown
}

pub(crate) fn man(directory: Option<&Path>) -> Result<(), Failure> {
    let command = whole_help(arguments::command());
    match directory {
        Some(directory) => std::fs::create_dir_all(directory)
            .and_then(|()| clap_mangen::generate_to(command.clone(), directory))
            .and_then(|()| std::fs::write(directory.join(format!("{NAME}.1")), main_page(command)?))
            .map_err(|error| {
                Failure::Local(format!("the manual pages cannot be written to {}: {error}", directory.display()))
            }),
        None => print(&main_page(command).map_err(|error| Failure::output(&error))?),
    }
}

/// The command whose help has also the options that the short help leaves out.
fn whole_help(command: Command) -> Command {
    command.mut_args(|arg| arg.hide_short_help(false)).mut_subcommands(whole_help)
}

/// The page of the program, with the sections that apply to all commands.
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
        ".SH ENVIRONMENT\n.TP\n{}\nThe credential. It is an error if two of them disagree.\n.TP\n{}\nThe server, unless \
         \\fB\\-\\-management\\-url\\fR is given.\n.TP\n{}\nProxies.\n.TP\n{}\nNo colors.\n",
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
