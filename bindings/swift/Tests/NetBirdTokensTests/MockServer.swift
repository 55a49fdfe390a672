import Foundation
import NetBirdTokens
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The mock NetBird server, in a process of its own. The variable `NETBIRD_MOCK` names its program.
final class MockServer: Sendable {
    /// A fault: requests for tokens are received, and not answered for a long time.
    static var silence: [[String: Any]] {
        [["times": 0, "target_contains": "/tokens", "action": ["delay": ["ms": 20_000]]]]
    }

    /// The management URL.
    let url: String
    /// The plain texts of the tokens that exist, by their id.
    let plain: [String: String]

    private let controlUrl: String
    private let process: Process
    private let input: Pipe

    /// Starts a server where the user `alice` owns the tokens `laptop` and `phone`, with these faults and further users.
    init(faults: [[String: Any]] = [], moreUsers: [[String: Any]] = []) throws {
        let world: [String: Any] = [
            "users": [
                [
                    "id": "alice", "name": "Alice", "role": "owner", "email": "alice@example.com",
                    "tokens": [["id": "laptop", "name": "laptop"], ["id": "phone", "name": "phone"]],
                ],
                ["id": "bob", "name": "Bob", "role": "user", "tokens": [["id": "desk", "name": "desk"]]],
            ] + moreUsers,
            "faults": faults,
            "identity_provider": ["interval_secs": 1, "refresh": "works"],
        ]
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("world-\(UUID()).json")
        try JSONSerialization.data(withJSONObject: world).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }

        let program = try #require(
            ProcessInfo.processInfo.environment["NETBIRD_MOCK"],
            "set NETBIRD_MOCK to the program netbird-mock"
        )
        let output = Pipe()
        input = Pipe()
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--listen", "127.0.0.1:0", "--world", file.path, "--until-stdin-closes"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()

        var line = Data()
        while line.last != UInt8(ascii: "\n"), let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            line.append(byte)
        }
        let ready = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        url = try #require(ready["url"] as? String)
        controlUrl = try #require(ready["control_url"] as? String)
        let seeded = try #require(ready["seeded"] as? [[String: String]])
        plain = try Dictionary(
            uniqueKeysWithValues: seeded.map { (try #require($0["token_id"]), try #require($0["plain"])) }
        )
    }

    deinit {
        // Not waited for, because that would block one of the few threads that all tests share.
        process.terminate()
    }

    /// A client that authenticates with this token.
    func client(
        as token: String = "laptop",
        _ configure: (inout ClientOptions) -> Void = { _ in },
        observer: (@Sendable (Event) -> Void)? = nil
    ) throws -> Client {
        var options = ClientOptions(managementURL: url, proxyFromEnv: false)
        configure(&options)
        return try Client(credential: .pat(#require(plain[token])), options: options, observer: observer)
    }

    /// A client that authenticates with this plain text.
    func client(with plain: String) throws -> Client {
        try Client(credential: .pat(plain), options: ClientOptions(managementURL: url, proxyFromEnv: false))
    }

    /// The requests that the server received, as `GET /api/users`, with the status of the answer or nil if none was sent yet.
    func requests() async throws -> [(request: String, status: Int?)] {
        let list = try #require(try await control("requests") as? [[String: Any]])
        return try list.map { entry in
            let method = try #require(entry["method"] as? String)
            let target = try #require(entry["target"] as? String)
            return ("\(method) \(target)", entry["status"] as? Int)
        }
    }

    /// The ids of the tokens that a user owns.
    func tokens(of user: String) async throws -> [String] {
        let list = try #require(try await control("users/\(user)/tokens") as? [[String: Any]])
        return list.compactMap { $0["id"] as? String }
    }

    /// Approves a login as `alice`.
    func approveLogin(_ userCode: String) async throws {
        var request = URLRequest(url: try #require(URL(string: "\(controlUrl)/logins/\(userCode)/approve")))
        request.httpMethod = "POST"
        request.httpBody = Data(#"{"user_id": "alice"}"#.utf8)
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        let answer = try await session.data(for: request).1 as? HTTPURLResponse
        try #require(answer?.statusCode == 200)
    }

    private func control(_ path: String) async throws -> Any {
        let url = try #require(URL(string: "\(controlUrl)/\(path)"))
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        return try JSONSerialization.jsonObject(with: try await session.data(from: url).0)
    }

    #if os(Linux)
        /// The number of open connections to the server's API, as the system counts them at the client's end.
        func openConnections() throws -> Int {
            let port = try #require(URL(string: url)?.port)
            // `String(contentsOfFile:)` truncates files of the kernel, whose size is not known in advance.
            let file = try #require(FileHandle(forReadingAtPath: "/proc/self/net/tcp"))
            let table = try String(decoding: #require(try file.readToEnd()), as: UTF8.self)
            let established = "01"
            return table.split(separator: "\n").dropFirst().filter { line in
                let fields = line.split(separator: " ")
                guard fields.count > 3, let remote = fields[2].split(separator: ":").last else { return false }
                return Int(remote, radix: 16) == port && fields[3] == established
            }.count
        }
    #endif
}

/// Waits until a condition holds, for at most five seconds, and says whether it does.
func eventually(_ holds: () async throws -> Bool) async throws -> Bool {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(5) {
        if try await holds() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return try await holds()
}

/// The error that a call throws.
func failure<Result>(_ call: () async throws -> Result) async throws -> NetBirdError {
    do {
        _ = try await call()
    } catch let error as NetBirdError {
        return error
    }
    throw NothingThrown()
}

struct NothingThrown: Error {}
