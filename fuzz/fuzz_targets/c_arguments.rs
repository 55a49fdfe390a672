//! Arbitrary arguments for every function of the C API. No server listens: this is about the arguments.
#![no_main]

#[path = "../../c-header/tests/arguments/drive.rs"]
mod drive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| drive::drive(data, c"http://127.0.0.1:9"));
