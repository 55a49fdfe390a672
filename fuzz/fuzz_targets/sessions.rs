//! See `netbird_properties::sessions`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::sessions::check(data));
