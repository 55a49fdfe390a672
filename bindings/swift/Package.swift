// swift-tools-version: 6.0

import Foundation
import PackageDescription

// The Rust library under this package. On Apple platforms it is an XCFramework, made by `scripts/build-xcframework.sh`.
// Elsewhere its archive is taken from NETBIRD_TOKENS_LIB_DIR, or from where `cargo build` puts it.
// `cargo xtask build --only swift` makes the archive and the generated sources, and builds this package.
let xcframework = "artifacts/NetBirdTokensFFI.xcframework"
let hasFramework = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/\(xcframework)")
let libraries = Context.environment["NETBIRD_TOKENS_LIB_DIR"] ?? "\(Context.packageDirectory)/../../target/debug"

let ffi: Target =
    hasFramework
    ? .binaryTarget(name: "NetBirdTokensFFI", path: xcframework)
    : .systemLibrary(name: "NetBirdTokensFFI", path: "Sources/NetBirdTokensFFI")

// The archive itself and not `-l`, which would link the dynamic library beside it: programs then need no search path.
let archive = ["-Xlinker", "\(libraries)/libnetbird_tokens_uniffi.a"]
let linking: [LinkerSetting] = hasFramework ? [] : [.unsafeFlags(archive)]

let strict: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault")]

let package = Package(
    name: "NetBirdTokens",
    platforms: [.macOS(.v13), .iOS(.v16), .tvOS(.v16), .watchOS(.v9)],
    products: [
        .library(name: "NetBirdTokens", targets: ["NetBirdTokens"]),
        .library(name: "NetBirdTokensTesting", targets: ["NetBirdTokensTesting"]),
        .executable(name: "netbird-tokens-sample", targets: ["Sample"]),
        .executable(name: "netbird-tokens-bench", targets: ["Bench"]),
    ],
    targets: [
        ffi,
        // Generated from the built library and never committed.
        .target(
            name: "NetBirdTokensNative",
            dependencies: ["NetBirdTokensFFI"],
            exclude: ["README.md"],
            linkerSettings: linking
        ),
        .target(name: "NetBirdTokens", dependencies: ["NetBirdTokensNative"], swiftSettings: strict),
        .target(name: "NetBirdTokensTesting", dependencies: ["NetBirdTokens"], swiftSettings: strict),
        .executableTarget(name: "Sample", dependencies: ["NetBirdTokens"], path: "Samples/Sample", swiftSettings: strict),
        .executableTarget(name: "Bench", dependencies: ["NetBirdTokens"], path: "Bench", swiftSettings: strict),
        // Run by the tests, as a program of its own.
        .executableTarget(
            name: "netbird-tokens-guest",
            dependencies: ["NetBirdTokens"],
            path: "Tests/Guest",
            swiftSettings: strict
        ),
        .testTarget(
            name: "NetBirdTokensTests",
            // The tests run the two programs, so these are built first.
            dependencies: [
                "NetBirdTokens", "NetBirdTokensNative", "NetBirdTokensTesting", "Sample", "netbird-tokens-guest",
            ],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)
