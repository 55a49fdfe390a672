// swift-tools-version: 6.0

import PackageDescription

// A folder deeper than other adapters: SwiftPM tells packages apart by the names of their folders, and the library is in one
// called `swift` as well.

let package = Package(
    name: "netbird-adapter-swift",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "NetBirdTokens", path: "../../../../bindings/swift")],
    targets: [
        .executableTarget(
            name: "netbird-adapter-swift",
            dependencies: [.product(name: "NetBirdTokens", package: "NetBirdTokens")],
            path: "Sources"
        )
    ],
    swiftLanguageModes: [.v6]
)
