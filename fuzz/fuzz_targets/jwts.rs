//! See `netbird_properties::jwts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::jwts::check(data));
