//! The `netbird-tokens` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(netbird_tokens_cli::run(std::env::args_os()))
}
