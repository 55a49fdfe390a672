import NetBirdTokensNative

/// All that is needed to finish a rotation in another process. It holds no secret.
///
/// Store it as JSON, with `JSONEncoder`, and give it to ``Client/resumeRotation(_:plainToken:)``. The JSON is the same in every
/// language. Decoding checks it: what no rotation can have written is a `DecodingError` that says what is wrong, and repeats
/// nothing of the text.
public struct RotationRecord: Sendable, Hashable {
    /// How far a rotation has come.
    public enum Stage: String, Sendable, Hashable, CaseIterable {
        /// The old token is known, and the new one has a name. It may have been created already.
        case planned

        /// The new token exists, and its secret was handed to the caller.
        case created

        /// The caller has stored the secret.
        case stored

        /// The new token works, and the old one is revoked.
        case committed

        /// The new token works, and the old one is kept on purpose.
        case kept

        /// There is no new token, and the old one is as it was.
        case aborted
    }

    /// The server.
    public let managementURL: String

    /// The id of the user who owns both tokens.
    public let userID: String

    /// The id of the token to be replaced.
    public let oldTokenID: String

    /// The name that the new token is created under, with its tag.
    public let tokenName: String

    /// Whether that name has a tag of this rotation.
    public let isTagged: Bool

    /// The id of the new token, once it is known.
    public let tokenID: String?

    /// Whether the old token is to be kept.
    public let keepOld: Bool

    /// How far it has come.
    public let stage: Stage

    init(_ native: NativeRotationRecord) {
        managementURL = native.managementUrl
        userID = native.userId
        oldTokenID = native.oldTokenId
        tokenName = native.tokenName
        isTagged = native.isTagged
        tokenID = native.tokenId
        keepOld = native.keepOld
        stage = Stage(native.stage)
    }

    var native: NativeRotationRecord {
        NativeRotationRecord(
            managementUrl: managementURL,
            userId: userID,
            oldTokenId: oldTokenID,
            tokenName: tokenName,
            isTagged: isTagged,
            tokenId: tokenID,
            keepOld: keepOld,
            stage: stage.native
        )
    }
}

extension RotationRecord.Stage {
    /// Whether nothing is left to do.
    public var isFinished: Bool {
        switch self {
        case .planned, .created, .stored: false
        case .committed, .kept, .aborted: true
        }
    }

    init(_ native: NativeRotationStage) {
        switch native {
        case .planned: self = .planned
        case .created: self = .created
        case .stored: self = .stored
        case .committed: self = .committed
        case .kept: self = .kept
        case .aborted: self = .aborted
        }
    }

    fileprivate var native: NativeRotationStage {
        switch self {
        case .planned: .planned
        case .created: .created
        case .stored: .stored
        case .committed: .committed
        case .kept: .kept
        case .aborted: .aborted
        }
    }
}
