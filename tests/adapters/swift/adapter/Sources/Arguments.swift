import Foundation
import NetBirdTokens

/// The fields of a JSON object, as the language's types.
struct Arguments: Sendable {
    private enum Value: Sendable {
        case text(String)
        case flag(Bool)
        case number(Double, whole: Int?)
        case json(Data)
        case other
    }

    private let values: [String: Value]

    init(_ object: Any?) {
        let fields = object as? [String: Any] ?? [:]
        values = fields.filter { !($0.value is NSNull) }.mapValues { value in
            if let text = value as? String { return .text(text) }
            guard let number = value as? NSNumber else {
                return (try? JSONSerialization.data(withJSONObject: value)).map(Value.json) ?? .other
            }
            if String(cString: number.objCType) == "c" { return .flag(number.boolValue) }
            return .number(number.doubleValue, whole: Int(exactly: number))
        }
    }

    var names: some Collection<String> { values.keys }

    func text(_ name: String) throws -> String? {
        switch values[name] {
        case nil: return nil
        case .text(let text): return text
        default: throw Refused("\(name): expected a text")
        }
    }

    func flag(_ name: String) throws -> Bool? {
        switch values[name] {
        case nil: return nil
        case .flag(let flag): return flag
        default: throw Refused("\(name): expected true or false")
        }
    }

    func wholeNumber(_ name: String) throws -> Int? {
        switch values[name] {
        case nil: return nil
        case .number(_, whole: .some(let whole)): return whole
        default: throw Refused("\(name): expected a whole number")
        }
    }

    /// An object or a list, as JSON.
    func json(_ name: String) throws -> Data? {
        switch values[name] {
        case nil: return nil
        case .json(let json): return json
        default: throw Refused("\(name): expected an object")
        }
    }

    /// An object's fields; none if it is absent.
    func object(_ name: String) throws -> Arguments {
        Arguments(try json(name).map { try JSONSerialization.jsonObject(with: $0) })
    }

    func credential() throws -> Credential? {
        if let pat = try text("pat") { return try .pat(pat) }
        if let jwt = try text("bearer") { return try .bearer(jwt) }
        if let either = try text("detect") { return try .detect(either) }
        return nil
    }
}
