#!/bin/sh
# Builds artifacts/NetBirdTokensFFI.xcframework, which Package.swift then prefers, and generates the Swift sources from the same
# library. Needs a Mac with Xcode and rustup. NOT YET RUN.
set -eu

package=$(cd "$(dirname "$0")/.." && pwd)
checkout=$(cd "$package/../.." && pwd)
target=${CARGO_TARGET_DIR:-$checkout/target}
work=$target/xcframework
profile=${PROFILE:-release}
library=libnetbird_tokens_uniffi.a

# The oldest systems that Package.swift names.
export MACOSX_DEPLOYMENT_TARGET=13.0
export IPHONEOS_DEPLOYMENT_TARGET=16.0

cd "$checkout"
for triple in aarch64-apple-darwin x86_64-apple-darwin aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios; do
    rustup target add "$triple"
    cargo build --locked --profile "$profile" --package netbird-tokens-uniffi --lib --target "$triple"
done
# Cargo names the folder of the profile `dev` differently.
folder=$profile
[ "$profile" != dev ] || folder=debug

rm -rf "$work"
mkdir -p "$work/headers" "$work/macos" "$work/simulator" "$package/artifacts"

# The generator reads the description of the interface, which is the same in all archives.
cargo run --locked --package netbird-tokens-bindgen -- generate "$target/aarch64-apple-ios/$folder/$library" \
    --language swift --no-format --metadata-no-deps --config bindings/uniffi.toml --out-dir "$work"
cp "$work/NetBirdTokensNative.swift" "$package/Sources/NetBirdTokensNative/"
cp "$work/NetBirdTokensFFI.h" "$package/Sources/NetBirdTokensFFI/"
cp "$work/NetBirdTokensFFI.h" "$package/Sources/NetBirdTokensFFI/module.modulemap" "$work/headers/"

# One archive for each platform, with all of its architectures.
lipo -create -output "$work/macos/$library" \
    "$target/aarch64-apple-darwin/$folder/$library" "$target/x86_64-apple-darwin/$folder/$library"
lipo -create -output "$work/simulator/$library" \
    "$target/aarch64-apple-ios-sim/$folder/$library" "$target/x86_64-apple-ios/$folder/$library"

rm -rf "$package/artifacts/NetBirdTokensFFI.xcframework"
xcodebuild -create-xcframework \
    -library "$work/macos/$library" -headers "$work/headers" \
    -library "$target/aarch64-apple-ios/$folder/$library" -headers "$work/headers" \
    -library "$work/simulator/$library" -headers "$work/headers" \
    -output "$package/artifacts/NetBirdTokensFFI.xcframework"
