//! The mock server as a program; see `netbird-mock --help`.

fn main() -> std::process::ExitCode {
    netbird_mock::cli::run_cli(std::env::args_os().skip(1))
}
