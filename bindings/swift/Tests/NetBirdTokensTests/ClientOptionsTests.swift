import Foundation
import NetBirdTokens
import Testing

/// Options reach the core, and those that cannot be meant are errors that name them.
@Suite struct ClientOptionsTests {
    @Test(arguments: [
        (ClientOptions(connectTimeout: .seconds(-1)), "connect_timeout"),
        (ClientOptions(connectTimeout: .zero), "connect_timeout"),
        (ClientOptions(readTimeout: .milliseconds(-1)), "read_timeout"),
        (ClientOptions(readTimeout: .seconds(86_401)), "read_timeout"),
        (ClientOptions(timeout: .zero), "timeout"),
        (ClientOptions(timeout: .seconds(Int64.max)), "timeout"),
        (ClientOptions(maxRetries: -1), "max_retries"),
        (ClientOptions(retryBaseDelay: .seconds(-1)), "retry_base_delay"),
        (ClientOptions(retryMaxDelay: .seconds(Int64.max)), "retry_max_delay"),
        (ClientOptions(maxResponseBytes: -1), "max_response_bytes"),
        (ClientOptions(maxResponseBytes: 0), "max_response_bytes"),
        (ClientOptions(caPEM: "/etc/ssl/certs/ca.pem"), "ca_pem"),
        (ClientOptions(userAgent: "a\nb"), "user_agent"),
        (ClientOptions(managementURL: "ftp://netbird.example.com"), "ftp"),
        (ClientOptions(managementURL: "http://netbird.example.com"), "http://"),
    ])
    func whatCannotBeMeantIsRefusedByItsName(options: ClientOptions, name: String) async throws {
        let server = try MockServer()
        let credential = try Credential.pat(#require(server.plain["laptop"]))
        let error = try await failure { try Client(credential: credential, options: options) }
        #expect(error.kind == .invalidArgument || error.kind == .configuration)
        #expect(error.message.contains(name), "\(error)")
    }

    @Test func everyOptionIsTaken() async throws {
        let server = try MockServer()
        let client = try server.client {
            $0.connectTimeout = .seconds(5)
            $0.readTimeout = .seconds(5)
            $0.timeout = .seconds(86_400)
            $0.maxRetries = 1
            $0.retryBaseDelay = .milliseconds(1)
            $0.retryMaxDelay = .milliseconds(2)
            $0.maxResponseBytes = 1 << 20
            $0.allowInsecureHTTP = true
            $0.userAgent = "tests/1.0"
            $0.onUnknown = .revokeAndRetry
        }
        #expect(try await client.listTokens().count == 2)
    }

    @Test func aTimeoutEndsACall() async throws {
        let server = try MockServer(faults: MockServer.silence)
        let client = try server.client().withTimeout(.milliseconds(200))
        let error = try await failure { try await client.listTokens(userID: "alice") }
        #expect(error.kind == .timeout && error.retryable)
    }

    @Test func aTimeoutOfAHandleIsCheckedToo() async throws {
        let client = try MockServer().client()
        for timeout in [Duration.zero, .seconds(-1), .seconds(86_401)] {
            let error = try await failure { try client.withTimeout(timeout) }
            #expect(error.kind == .invalidArgument && error.message.contains("timeout"), "\(error)")
        }
    }

    @Test func theLifetimeIsCheckedByTheCore() async throws {
        let server = try MockServer()
        let client = try server.client()
        for days in [0, -1, 366, Int.max, Int.min] {
            #expect(try await failure { try await client.createToken(name: "x", expiresInDays: days) }.kind == .invalidArgument)
        }
        #expect(try await server.requests().isEmpty)
    }
}
