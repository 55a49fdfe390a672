// Times lists of tokens, one after the other, and prints the rows as JSON.
//
// NETBIRD_BENCH_URL, NETBIRD_BENCH_PAT and NETBIRD_BENCH_USER name the server, the credential and the owner of the tokens. With
// NETBIRD_BENCH_QUICK it makes fewer calls.

import Foundation
import NetBirdTokens

func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

guard let url = variable("NETBIRD_BENCH_URL"), let pat = variable("NETBIRD_BENCH_PAT"),
    let user = variable("NETBIRD_BENCH_USER")
else {
    FileHandle.standardError.write(Data("set NETBIRD_BENCH_URL, NETBIRD_BENCH_PAT and NETBIRD_BENCH_USER\n".utf8))
    exit(2)
}
let calls = (variable("NETBIRD_BENCH_QUICK") ?? "").isEmpty ? 10_000 : 500
let client = try Client(
    credential: .pat(pat),
    options: ClientOptions(managementURL: url, proxyFromEnv: false)
)

/// The durations of the calls in microseconds, sorted. Not on the main actor, which every call would leave and return to.
func measure(_ client: Client, _ user: String, calls: Int) async throws -> [Double] {
    var took: [Double] = []
    for round in -calls / 10..<calls {
        let start = ContinuousClock.now
        let tokens = try await client.listTokens(userID: user)
        // The first ones only warm up.
        if round >= 0 { took.append((ContinuousClock.now - start) / .microseconds(1)) }
        precondition(!tokens.isEmpty, "there is nothing to list")
    }
    return took.sorted()
}

func quantile(_ share: Double, of took: [Double]) -> Double {
    (took[min(took.count - 1, Int(Double(took.count) * share))] * 10).rounded() / 10
}
let took = try await measure(client, user, calls: calls)
let rows: [[String: Any]] = [["row": "swift list10", "p50_us": quantile(0.5, of: took), "p99_us": quantile(0.99, of: took)]]
print(String(decoding: try JSONSerialization.data(withJSONObject: rows, options: .sortedKeys), as: UTF8.self))
