#if os(macOS) || os(Linux)
    public import Foundation
    public import NetBirdTokens

    #if canImport(FoundationNetworking)
        import FoundationNetworking
    #endif

    /// A NetBird token server for tests: the command `netbird-tokens mock-server` in a process of its own.
    ///
    /// It behaves as a real server of the current version, forgets everything when it ends, and ends when the last reference to it is gone.
    ///
    /// ```swift
    /// let mock = try MockNetBird()
    /// let tokens = try await mock.client().listTokens()
    /// ```
    ///
    /// The program is found by, in this order: the argument, the environment variable `NETBIRD_TOKENS_PROGRAM`, the `PATH`. Any number of
    /// tasks may use one server.
    public final class MockNetBird: Sendable {
        /// Why there is no server, or why it refused a request of a test.
        public struct Failure: Error, CustomStringConvertible {
            /// What went wrong and what to do about it.
            public let description: String
        }

        /// Where the API is: the management URL.
        public let url: String

        /// Where ``control(_:_:body:)`` sends its requests.
        public let controlURL: String

        /// A token of the first user, which works only here.
        public let pat: String

        /// The first user's id.
        public let userID: String

        private let process: Process
        // Closing it ends the server.
        private let input: Pipe

        private struct Ready: Decodable {
            struct Seeded: Decodable {
                let user_id: String
                let plain: String
            }
            let url: String
            let control_url: String
            let seeded: [Seeded]
        }

        /// Starts a server.
        ///
        /// - Parameters:
        ///   - program: The path of the program `netbird-tokens`; nil to look for it.
        ///   - world: Who exists and what goes wrong, as JSON (`netbird-tokens mock-server --help` says where its form is); nil for a few
        ///     users with a few tokens.
        /// - Throws: ``Failure`` when there is no program, or it does not start.
        public init(program: String? = nil, world: String? = nil) throws {
            var arguments = ["mock-server", "--output", "json", "--until-stdin-closes"]
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("netbird-world-\(UUID()).json")
            if let world {
                try Data(world.utf8).write(to: file)
                arguments += ["--world", file.path]
            }
            defer { try? FileManager.default.removeItem(at: file) }
            let output = Pipe()
            input = Pipe()
            process = Process()
            process.executableURL = URL(fileURLWithPath: try program ?? Self.find())
            process.arguments = arguments
            process.standardInput = input
            process.standardOutput = output
            do {
                try process.run()
            } catch {
                throw Failure(description: "the mock server does not start: \(error)")
            }
            var line = Data()
            while line.last != UInt8(ascii: "\n"), let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
                line.append(byte)
            }
            guard let ready = try? JSONDecoder().decode(Ready.self, from: line), let first = ready.seeded.first else {
                process.terminate()
                throw Failure(description: "the mock server did not start: it says \"\(String(decoding: line, as: UTF8.self))\"")
            }
            (url, controlURL, pat, userID) = (ready.url, ready.control_url, first.plain, first.user_id)
        }

        deinit {
            // Not waited for, because that would block one of the few threads that all tasks share.
            process.terminate()
        }

        /// Options with the server's address and without the environment's proxies.
        public var options: ClientOptions {
            ClientOptions(managementURL: url, proxyFromEnv: false)
        }

        /// A client of this server, with the credential of the first user.
        ///
        /// - Parameter options: Those of the client; nil for ``options-swift.property``.
        /// - Returns: The client.
        /// - Throws: `NetBirdError` for options that cannot be used.
        public func client(_ options: ClientOptions? = nil) throws -> Client {
            try Client(credential: .pat(pat), options: options ?? self.options)
        }

        /// Approves a login that has begun, as the person would in a browser.
        ///
        /// - Parameters:
        ///   - userCode: The code of the login.
        ///   - userID: Who approves it; nil for the first user.
        /// - Throws: ``Failure`` when there is no such login or user.
        public func approveLogin(_ userCode: String, userID: String? = nil) async throws {
            let body = try JSONEncoder().encode(["user_id": userID ?? self.userID])
            _ = try await control("POST", "/logins/\(userCode)/approve", body: body)
        }

        /// Has something go wrong with a coming request.
        ///
        /// - Parameter json: The fault: `{"method": "POST", "action": {"drop_after": {}}}` acts on the next create and loses its answer.
        /// - Throws: ``Failure`` when it is not a fault.
        public func fault(_ json: String) async throws {
            _ = try await control("POST", "/faults", body: Data(json.utf8))
        }

        /// Forgets all faults that are still to come.
        ///
        /// - Throws: ``Failure`` when the server has ended.
        public func clearFaults() async throws {
            _ = try await control("DELETE", "/faults")
        }

        /// Asks the server's control API.
        ///
        /// - Parameters:
        ///   - method: `GET`, `POST`, `PUT` or `DELETE`.
        ///   - path: For example `/requests` or `/users/alice/tokens`.
        ///   - body: JSON; nil for none.
        /// - Returns: The answer, as JSON.
        /// - Throws: ``Failure`` when the answer is not 200.
        public func control(_ method: String, _ path: String, body: Data? = nil) async throws -> Data {
            guard let address = URL(string: controlURL + path) else { throw Failure(description: "\(path) is not a path") }
            var request = URLRequest(url: address)
            request.httpMethod = method
            request.httpBody = body
            let session = URLSession(configuration: .ephemeral)
            defer { session.finishTasksAndInvalidate() }
            let (answer, response) = try await session.data(for: request)
            guard (response as? HTTPURLResponse)?.statusCode == 200 else {
                throw Failure(description: "\(method) \(path): \(String(decoding: answer, as: UTF8.self))")
            }
            return answer
        }

        private static func find() throws -> String {
            let environment = ProcessInfo.processInfo.environment
            if let named = environment["NETBIRD_TOKENS_PROGRAM"] { return named }
            let folders = (environment["PATH"] ?? "").split(separator: ":")
            let found = folders.map { "\($0)/netbird-tokens" }.first(where: FileManager.default.isExecutableFile)
            guard let found else {
                throw Failure(
                    description: "there is no netbird-tokens: install the command line, or name it in NETBIRD_TOKENS_PROGRAM"
                )
            }
            return found
        }
    }
#endif
