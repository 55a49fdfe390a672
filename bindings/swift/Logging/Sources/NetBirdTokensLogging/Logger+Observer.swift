import Logging
import NetBirdTokens

extension Logger {
    /// An observer that logs a client's events: warnings at `warning`, the rest at `debug`.
    ///
    /// ```swift
    /// let client = try Client.fromEnv(observer: Logger(label: "netbird.tokens").observer)
    /// ```
    public var observer: @Sendable (Event) -> Void {
        { event in
            var metadata: Logger.Metadata = ["kind": "\(event.kind)"]
            if let name = event.tokenName { metadata["token_name"] = "\(name)" }
            if !event.tokenIDs.isEmpty { metadata["token_ids"] = .array(event.tokenIDs.map { "\($0)" }) }
            log(level: event.isWarning ? .warning : .debug, "\(event.message)", metadata: metadata, source: "NetBirdTokens")
        }
    }
}
