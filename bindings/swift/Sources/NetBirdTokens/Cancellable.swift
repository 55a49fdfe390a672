import NetBirdTokensNative

/// Awaits a native call, which ends when the task is cancelled. Its failure is thrown as a ``NetBirdError``.
func cancellable<Result: Sendable>(
    _ operation: (NativeCancel) async throws -> Result
) async throws -> Result {
    do {
        let cancel = try NativeCancel()
        return try await withTaskCancellationHandler {
            try await operation(cancel)
        } onCancel: {
            // It fails only by a bug in the library; the call then ends by its time limit.
            try? cancel.cancel()
        }
    } catch {
        throw NetBirdError(translating: error)
    }
}
