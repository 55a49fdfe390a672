// swift-tools-version: 6.0

import PackageDescription

// Logs the events of NetBirdTokens with swift-log. A package of its own, so that NetBirdTokens has no dependency. NOT YET RUN: swift-log
// could not be fetched where the rest was tested.
let package = Package(
    name: "NetBirdTokensLogging",
    platforms: [.macOS(.v13), .iOS(.v16), .tvOS(.v16), .watchOS(.v9)],
    products: [.library(name: "NetBirdTokensLogging", targets: ["NetBirdTokensLogging"])],
    dependencies: [
        .package(name: "NetBirdTokens", path: ".."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.6.0"),
    ],
    targets: [
        .target(
            name: "NetBirdTokensLogging",
            dependencies: [
                .product(name: "NetBirdTokens", package: "NetBirdTokens"), .product(name: "Logging", package: "swift-log"),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
