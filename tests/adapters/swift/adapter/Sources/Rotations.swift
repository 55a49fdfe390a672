import Foundation
import NetBirdTokens

/// The rotations that have begun, and the commands that go to one.
struct Rotations {
    static let operations = [
        "rotation_create", "rotation_mark_stored", "rotation_commit", "rotation_abort", "rotation_record", "rotation_drop",
    ]

    private var begun: [String: Rotation] = [:]
    private var count = 0

    /// Keeps a rotation, and gives its handle.
    mutating func keep(_ rotation: Rotation) -> String {
        let handle = "\(count)"
        count += 1
        begun[handle] = rotation
        return handle
    }

    /// The rotation that the arguments name.
    func rotation(_ args: Arguments) throws -> Rotation {
        guard let rotation = begun[try args.text("rotation") ?? ""] else { throw Refused("there is no such rotation") }
        return rotation
    }

    /// Lets go of the rotation that the arguments name.
    mutating func drop(_ args: Arguments) throws {
        _ = try rotation(args)
        begun[try args.text("rotation") ?? ""] = nil
    }
}

/// A rotation of the token that the arguments name, by its id or its name.
func rotate(_ client: Client, _ args: Arguments) async throws -> Rotation {
    let newName = try args.text("new_name")
    let days = try args.wholeNumber("expires_in_days")
    let tag = try args.flag("tag") ?? true
    let adopt = try args.flag("adopt") ?? false
    let prepareOnly = try args.flag("prepare_only") ?? false
    let userID = try args.text("user_id")
    switch (try args.text("token_id"), try args.text("name")) {
    case (let id?, nil):
        return try await client.rotateToken(
            id: id, newName: newName, expiresInDays: days, tag: tag, adopt: adopt, prepareOnly: prepareOnly, userID: userID
        )
    case (nil, let name?):
        return try await client.rotateToken(
            named: name, newName: newName, expiresInDays: days, tag: tag, adopt: adopt, prepareOnly: prepareOnly, userID: userID
        )
    default:
        throw Refused("rotateToken takes either an id or a name")
    }
}

/// A record as its JSON object.
func shown(_ record: RotationRecord) throws -> Any {
    try JSONSerialization.jsonObject(with: JSONEncoder().encode(record))
}

/// The record in an argument, read as a program reads one that it stored.
func record(_ args: Arguments) throws -> RotationRecord {
    guard let json = try args.json("record") else { throw Refused("record: expected an object") }
    do {
        return try JSONDecoder().decode(RotationRecord.self, from: json)
    } catch DecodingError.dataCorrupted(let context) {
        throw context.underlyingError ?? Refused(context.debugDescription)
    }
}
