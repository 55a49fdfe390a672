import NetBirdTokens
import Testing

/// A create whose task is cancelled is finished in the background, and a secret that has arrived is never dropped.
@Suite struct InterruptedCreateTests {
    @Test func itsTokenIsRevokedInTheBackground() async throws {
        let server = try MockServer(faults: [["method": "POST", "action": ["delay_answer": ["ms": 3_000]]]])
        let client = try server.client()
        let task = Task { try await client.createToken(name: "ci", userID: "alice") }
        #expect(try await eventually { try await server.tokens(of: "alice").count == 3 })
        task.cancel()
        let error = try await failure { try await task.value }
        #expect(error.kind == .cancelled && error.message.contains("finished in the background"))
        // The caller did not wait for the answer, which has not been sent yet.
        #expect(try await server.requests().map(\.status) == [nil])

        #expect(await client.close())
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])
        #expect(try await server.requests().map { $0.request.prefix(6) } == ["POST /", "DELETE"])
    }

    @Test func closeSaysThatItIsNotFinished() async throws {
        let server = try MockServer(faults: [["method": "POST", "action": ["delay_answer": ["ms": 20_000]]]])
        let client = try server.client()
        let task = Task { try await client.createToken(name: "ci", userID: "alice") }
        #expect(try await eventually { try await server.tokens(of: "alice").count == 3 })
        task.cancel()
        #expect(try await failure { try await task.value }.kind == .cancelled)
        async let first = client.close()
        let second = await client.close()
        let both = await [first, second]
        #expect(both == [false, false])
    }

    @Test func closeWaitsInACancelledTaskToo() async throws {
        let server = try MockServer(faults: [["method": "POST", "action": ["delay_answer": ["ms": 3_000]]]])
        let client = try server.client()
        let task = Task {
            _ = try? await client.createToken(name: "ci", userID: "alice")
            return (Task.isCancelled, await client.close())
        }
        #expect(try await eventually { try await server.tokens(of: "alice").count == 3 })
        task.cancel()
        let (cancelled, closed) = await task.value
        #expect(cancelled && closed)
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone"])
    }

    @Test func whatCannotBeRevokedIsReported() async throws {
        let server = try MockServer(faults: [
            ["method": "POST", "action": ["delay_answer": ["ms": 3_000]]],
            ["method": "DELETE", "times": 0, "action": ["answer": ["status": 403, "body": #"{"message":"no","code":403}"#]]],
        ])
        let events = Box<[Event]>([])
        let client = try server.client(observer: { event in events.update { $0.append(event) } })
        let task = Task { try await client.createToken(name: "ci", userID: "alice") }
        #expect(try await eventually { try await server.tokens(of: "alice").count == 3 })
        task.cancel()
        #expect(try await failure { try await task.value }.kind == .cancelled)
        #expect(await client.close())

        let left = try #require(events.value.last)
        let id = try #require(try await server.tokens(of: "alice").last)
        #expect(left.isWarning && left.message.contains(id) && left.message.contains("ci"))
    }

    /// The task is cancelled when the answer has arrived and before the caller has it.
    @Test func aSecretThatHasArrivedIsDelivered() async throws {
        let server = try MockServer()
        let task = Box<Task<CreatedToken, any Error>?>(nil)
        let client = try server.client(observer: { event in
            if event.message.contains("POST") { task.value?.cancel() }
        })
        task.update { task in
            task = Task { try await client.createToken(name: "ci", userID: "alice") }
        }
        let created = try await #require(task.value).value
        #expect(task.value?.isCancelled == true)
        #expect(await client.close())
        #expect(try await server.tokens(of: "alice") == ["laptop", "phone", created.token.id])
        let made = try Client(
            credential: .pat(created.plainToken.expose()), options: ClientOptions(managementURL: server.url, proxyFromEnv: false)
        )
        #expect(try await made.currentUser().id == "alice")
    }

    /// Wherever the cancellation comes, a token is either delivered or revoked.
    @Test func noTokenIsLostWheneverTheCancelComes() async throws {
        let server = try MockServer()
        let client = try server.client()
        var held: Set<String> = ["laptop", "phone"]
        for wait in 0..<100 {
            let task = Task { try await client.createToken(name: "ci", userID: "alice") }
            try await Task.sleep(for: .microseconds(wait * 50))
            task.cancel()
            switch await task.result {
            case .success(let created): held.insert(created.token.id)
            case .failure(let error): #expect((error as? NetBirdError)?.kind == .cancelled)
            }
        }
        #expect(await client.close())
        #expect(try await Set(server.tokens(of: "alice")) == held)
    }
}
