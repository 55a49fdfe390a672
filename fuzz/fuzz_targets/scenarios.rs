//! See `netbird_properties::scenarios`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::scenarios::check(data));
