//! See `netbird_properties::records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::records::check(data));
