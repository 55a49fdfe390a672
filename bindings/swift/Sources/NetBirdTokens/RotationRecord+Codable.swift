import Foundation
import NetBirdTokensNative

// The library knows the form. This only carries the fields between it and a coder.
extension RotationRecord: Codable {
    /// Decodes a record, and checks it.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: `DecodingError` when it is not a record, or one of a later version. Its underlying error is then a
    ///   ``NetBirdError``.
    public init(from decoder: any Decoder) throws {
        let json = try JSONEncoder().encode([String: Field](from: decoder))
        do {
            self.init(try rotationRecordFromJson(json: String(decoding: json, as: UTF8.self)))
        } catch {
            let error = NetBirdError(translating: error)
            let context = DecodingError.Context(
                codingPath: decoder.codingPath, debugDescription: error.message, underlyingError: error
            )
            throw DecodingError.dataCorrupted(context)
        }
    }

    /// Encodes the record in the form that every language has.
    ///
    /// - Parameter encoder: The encoder to write to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        let json = try translated { try rotationRecordToJson(record: native) }
        try JSONDecoder().decode([String: Field].self, from: Data(json.utf8)).encode(to: encoder)
    }
}

/// The value of a record's field.
private enum Field: Codable {
    case none
    case flag(Bool)
    case number(Int64)
    case text(String)

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .none
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Int64.self) {
            self = .number(number)
        } else {
            self = .text(try value.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .none: try value.encodeNil()
        case .flag(let flag): try value.encode(flag)
        case .number(let number): try value.encode(number)
        case .text(let text): try value.encode(text)
        }
    }
}
