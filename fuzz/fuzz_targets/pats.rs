//! See `netbird_properties::pats`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::pats::check(data));
