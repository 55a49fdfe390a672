//! `completions` and `man`.

use std::io::{self, Write as _};
use std::path::Path;

use clap::CommandFactory as _;

use crate::arguments::Arguments;
use crate::failure::Failure;

const NAME: &str = "netbird-tokens";

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut text);
    print(&text)
}

pub(crate) fn man(directory: Option<&Path>) -> Result<(), Failure> {
    let command = Arguments::command();
    match directory {
        Some(directory) => clap_mangen::generate_to(command, directory).map_err(|error| {
            Failure::Local(format!("the manual pages cannot be written to {}: {error}", directory.display()))
        }),
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page).map_err(|error| Failure::output(&error))?;
            print(&page)
        }
    }
}

fn print(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
}
