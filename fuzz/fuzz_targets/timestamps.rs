//! See `netbird_properties::timestamps`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::timestamps::check(data));
