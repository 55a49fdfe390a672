//! UniFFI's generator, pinned to the version that the library is built with.
//!
//! `netbird-tokens-bindgen generate LIBRARY --language kotlin --no-format --metadata-no-deps --config
//! bindings/uniffi.toml --out-dir DIR`, with the built library's file, in either profile.

fn main() {
    uniffi::uniffi_bindgen_main();
}
