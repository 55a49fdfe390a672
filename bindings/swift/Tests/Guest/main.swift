// A program as others write it, for tests of what the library does to a process: how it ends, and which signals it gets.
//
//     tls    makes calls that fail, and prints the kinds of their errors
//     exit   waits for a line of input, cancels the create that is under way, and ends
//
// The credential and the server come from the environment.

import Foundation
import NetBirdTokens

// Whoever started this may have changed it.
signal(SIGPIPE, SIG_DFL)
let client = try Client.fromEnv(options: ClientOptions(maxRetries: 0, proxyFromEnv: false))

switch CommandLine.arguments.last {
case "tls":
    var kinds: Set<String> = []
    for _ in 0..<20 {
        do {
            _ = try await client.currentUser()
        } catch let error as NetBirdError {
            kinds.insert(error.kind.name)
        }
    }
    print(kinds.sorted().joined(separator: " "))
case "exit":
    // Not on the main actor, whose thread waits for the line.
    let task = Task.detached { try await client.createToken(name: "ci", userID: "alice") }
    _ = readLine()
    task.cancel()
    do {
        _ = try await task.value
    } catch let error as NetBirdError {
        print(error.kind.name)
    }
default:
    exit(2)
}
