//! UniFFI's generator, pinned to the version that the library is built with.
//!
//! `netbird-tokens-bindgen generate LIBRARY --language kotlin --no-format --metadata-no-deps --config
//! bindings/uniffi.toml --out-dir DIR`, with the built library's file. It must not be stripped, so use the debug build's.

mod improve;
mod kotlin;
mod swift;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Ends the process itself when it fails.
    uniffi::uniffi_bindgen_main();
    let mut args = std::env::args_os();
    let Some(folder) = args.find(|arg| arg == "--out-dir").and_then(|_| args.next()).map(PathBuf::from) else {
        return ExitCode::SUCCESS;
    };
    match kotlin::improve_kotlin(&folder).and_then(|()| swift::improve_swift(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            use std::io::Write as _;
            // There is nobody to tell if standard error is closed.
            let _ = writeln!(std::io::stderr(), "netbird-tokens-bindgen: {problem}");
            ExitCode::FAILURE
        }
    }
}
