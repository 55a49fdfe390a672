//! The `netbird-tokens` command as a library, so that whatever ships it (the program here, a Python wheel) runs the same code.
#![forbid(unsafe_code)]

mod arguments;
mod command;
mod confirm;
mod connection;
mod exit;
mod failure;
mod interrupt;
mod json;
mod printable;
mod secret_file;
mod secret_in_arguments;
mod session;
mod table;

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind as ClapKind;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::session::Session;

/// Runs one command line, the program's name first, and gives the exit status. What they are is in the command's `--help`.
///
/// It reads and writes the process's standard streams, reads its environment, and takes over SIGINT and SIGTERM from the
/// first call on. It never panics on bad input and never ends the process, but for a second Ctrl-C during one call.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let program = std::env::current_exe().map(|path| vec![path.into_os_string()]).unwrap_or_default();
    run_as(program, args)
}

/// As [`run`], in a host whose executable is not this command: `program` is the words that start it again, such as
/// `["/usr/bin/python3", "-m", "netbird_tokens"]`. The command `demo` shows the others by running them.
pub fn run_as(program: Vec<OsString>, args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let output = arguments::output_of(&args);
    match run_arguments(program, args) {
        Ok(()) => exit::DONE,
        Err(failure) => {
            failure.report(output);
            failure.status()
        }
    }
}

fn run_arguments(program: Vec<OsString>, args: Vec<OsString>) -> Result<(), Failure> {
    secret_in_arguments::refuse(&args)?;
    let arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        Err(error) => {
            return match error.kind() {
                ClapKind::DisplayHelp
                | ClapKind::DisplayVersion
                | ClapKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                    session::print_text(&error.render().ansi().to_string(), anstream::ColorChoice::Auto)
                }
                _ => Err(Failure::usage_from(&error)),
            };
        }
    };
    let session = Session::new(program, arguments.global);
    command::run(&session, arguments.command)
}
