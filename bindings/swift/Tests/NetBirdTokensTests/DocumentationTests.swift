import Foundation
import Testing

/// The documentation comments have what a generated reference shows of a function.
@Suite struct DocumentationTests {
    @Test(arguments: [
        "Audit", "Client", "Client+Rotation", "ClientOptions", "Credential", "DeviceLogin", "LoginSession",
        "Rotation", "RotationRecord+Codable", "Secret", "Token",
    ])
    func parametersResultsAndErrorsAreDocumented(file: String) throws {
        let source = try Repository.text("bindings/swift/Sources/NetBirdTokens/\(file).swift")
        // A block of comments, then a public function up to its body.
        let function = #/((?: *///.*\n)+) *(?:@discardableResult\n *)?public (?:convenience |static )*(?:func|init)\b([^{]*)\{/#
        let functions = source.matches(of: function)
        #expect(!functions.isEmpty)
        for found in functions {
            let (comment, signature) = (String(found.1), String(found.2))
            let parameters = signature.matches(of: #/(?:\(|, |\n +)(?:[a-z_]+ )?([a-z][A-Za-z]*): /#).map { String($0.1) }
            for parameter in parameters {
                let isDocumented = comment.contains("- \(parameter): ") || comment.contains("- Parameter \(parameter): ")
                #expect(isDocumented, "\(parameter) of \(signature)")
            }
            #expect(signature.contains("throws") == comment.contains("- Throws: "), "\(signature)")
            let hasResult = signature.contains(#/\)(?: async)?(?: throws)? -> [^()]*$/#)
            #expect(hasResult == comment.contains("- Returns: "), "\(signature)")
        }
    }
}
