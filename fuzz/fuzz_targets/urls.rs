//! See `netbird_properties::urls`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::urls::check(data));
