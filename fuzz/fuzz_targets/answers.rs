//! See `netbird_properties::answers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netbird_properties::answers::check(data));
