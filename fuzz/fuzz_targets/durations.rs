//! See `netbird_properties::durations`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::durations::check(data));
