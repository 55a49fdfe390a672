//! See `netbird_properties::journals`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::journals::check(data));
