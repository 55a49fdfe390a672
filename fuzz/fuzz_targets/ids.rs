//! See `netbird_properties::ids`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::ids::check(data));
