#!/bin/sh
# Not yet run: see README.md. Builds the native library for Android's ABIs and generates the Kotlin sources for it.
set -eu

: "${ANDROID_NDK_HOME:?set it to the NDK, 27 or newer}"
here=$(cd "$(dirname "$0")" && pwd)
workspace=$(cd "$here/../../.." && pwd)
target=${CARGO_TARGET_DIR:-$workspace/target}
native=$here/build/native
api=24

cd "$workspace"

# Newer NDKs link for pages of 16 KB by themselves; older ones need the option, which does no harm to the others.
RUSTFLAGS="${RUSTFLAGS:-} -C link-arg=-Wl,-z,max-page-size=16384" \
    cargo ndk --platform "$api" --output-dir "$native" \
    --target arm64-v8a --target armeabi-v7a --target x86_64 --target x86 \
    build --release --package netbird-tokens-uniffi

readelf=$(find "$ANDROID_NDK_HOME/toolchains/llvm/prebuilt" -name llvm-readelf | head -n 1)
for library in "$native"/*/libnetbird_tokens_uniffi.so; do
    # The last column of a LOAD line is its alignment.
    if "$readelf" --program-headers --wide "$library" | awk '$1 == "LOAD" && $NF != "0x4000" { wrong = 1 } END { exit wrong }'; then
        echo "$library: pages of 16 KB"
    else
        echo "$library: not linked for pages of 16 KB" >&2
        exit 1
    fi
done

# From the host's debug build, as the shipped ones are stripped; the interface is the same on every platform.
cargo build --package netbird-tokens-uniffi --package netbird-tokens-bindgen
library=$(find "$target/debug" -maxdepth 1 -name 'libnetbird_tokens_uniffi.so' -o -maxdepth 1 -name 'libnetbird_tokens_uniffi.dylib' | head -n 1)
"$target/debug/netbird-tokens-bindgen" generate "$library" --language kotlin --no-format --metadata-no-deps \
    --config bindings/uniffi.toml --out-dir "$here/build/generated/uniffi"
