import Foundation
import NetBirdTokens
import Testing

/// Settings reach the core, and those that cannot be used are errors.
@Suite struct ConfigurationTests {
    private let unused = "http://127.0.0.1:9"

    @Test(arguments: [
        Configuration(connectTimeout: .seconds(-1)), Configuration(readTimeout: .milliseconds(-1)),
        Configuration(timeout: .nanoseconds(-1)), Configuration(maxRetries: -1),
        Configuration(retryBaseDelay: .seconds(-1)), Configuration(retryMaxDelay: .seconds(-1)),
        Configuration(maxResponseBytes: -1), Configuration(managementUrl: "ftp://example.com"),
        Configuration(managementUrl: "http://netbird.example.com"),
    ])
    func whatCannotBeUsedIsRefused(configuration: Configuration) async throws {
        let server = try MockServer()
        let credential = try Credential.pat(#require(server.plain["laptop"]))
        let error = try await failure { try Client(credential: credential, configuration: configuration) }
        #expect(error.kind == .invalidArgument)
    }

    @Test func everySettingIsTaken() async throws {
        let server = try MockServer()
        let client = try server.client {
            $0.connectTimeout = .seconds(5)
            $0.readTimeout = .seconds(5)
            $0.timeout = .seconds(Int64.max)
            $0.maxRetries = 1
            $0.retryBaseDelay = .milliseconds(1)
            $0.retryMaxDelay = .milliseconds(2)
            $0.maxResponseBytes = 1 << 20
            $0.allowInsecureHttp = true
            $0.userAgent = "tests/1.0"
            $0.onUnknown = .revokeAndRetry
        }
        #expect(try await client.listTokens().count == 2)
    }

    @Test func aTimeLimitEndsACall() async throws {
        let server = try MockServer(faults: CancellationTests.silence)
        let client = try server.client().withTimeout(.milliseconds(200))
        let error = try await failure { try await client.listTokens(userId: "alice") }
        #expect(error.kind == .timeout && error.retryable)
    }

    @Test func aCreatesDaysAreCheckedByTheCore() async throws {
        let server = try MockServer()
        let client = try server.client()
        for days in [0, -1, 366, Int.max, Int.min] {
            #expect(try await failure { try await client.createToken(name: "x", expiresInDays: days) }.kind == .invalidArgument)
        }
        #expect(try await server.requests().isEmpty)
    }
}
