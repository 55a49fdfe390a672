//! The `netbird-tokens` command as a library, so that everything that ships it (the program here, the Python wheel) runs the
//! same code.
#![deny(unsafe_code)]

mod arguments;
mod atomic_file;
mod command;
mod confirm;
mod connection;
mod credential_origin;
mod exit;
mod failure;
mod file_lock;
mod finishing;
mod input;
mod interrupt;
mod journal;
mod json;
mod printable;
mod program;
mod secret_exec;
mod secret_file;
mod secret_in_arguments;
mod secret_output;
mod session;
mod stored_login;
mod table;
mod token_command;

use std::ffi::OsString;

use clap::error::ErrorKind as ClapKind;

use crate::failure::Failure;

/// A journal's text, read and written again.
///
/// # Errors
/// What is wrong with it.
#[cfg(feature = "test-support")]
#[doc(hidden)]
pub fn rewritten_journal(text: &str) -> Result<String, String> {
    journal::rewritten(text)
}

/// Runs one command line, the program's name first, and returns the exit status. `--help` lists them.
///
/// It reads and writes the process's standard streams, reads its environment, and handles SIGINT and SIGTERM from the first
/// call on. It ends the process itself only on a second Ctrl-C during one call, and if an interrupted create cannot be cleaned
/// up in time.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let program = std::env::current_exe().map(|path| vec![path.into_os_string()]).unwrap_or_default();
    run_as(program, args)
}

/// As [`run`], in a host whose executable is not this command. `program` is the words that start it again, such as
/// `["/usr/bin/python3", "-m", "netbird_tokens"]`; the command `demo` runs other commands with them.
pub fn run_as(program: Vec<OsString>, args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let output = arguments::output_of(&args);
    match run_arguments(program, args) {
        Ok(()) => exit::DONE,
        Err(failure) => {
            failure.report(output);
            if failure.is_unfinished() {
                interrupt::leave(failure.status().into());
            }
            failure.status()
        }
    }
}

fn run_arguments(program: Vec<OsString>, args: Vec<OsString>) -> Result<(), Failure> {
    secret_in_arguments::refuse(&args)?;
    match arguments::parse(args) {
        Ok(command) => command::run(program, command),
        Err(error) => match error.kind() {
            ClapKind::DisplayHelp | ClapKind::DisplayVersion | ClapKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                session::print_text(&error.render().ansi().to_string(), anstream::ColorChoice::Auto)
            }
            _ => Err(Failure::usage_from(&error)),
        },
    }
}
