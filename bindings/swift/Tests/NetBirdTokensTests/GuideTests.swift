import Foundation
import Testing

/// The code in the guides is the code that is compiled here.
@Suite struct GuideTests {
    /// The text without indentation and empty lines, so that a part of a function can be found in it.
    private func plain(_ text: some StringProtocol) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }

    @Test func everySnippetOfTheGuidesIsCompiled() throws {
        let guide = try Repository.text("docs/swift.md") + Repository.text("docs/login.md")
        let compiled = try plain(Repository.text("bindings/swift/Tests/NetBirdTokensTests/Guide.swift"))
        let parts = guide.components(separatedBy: "```swift\n").dropFirst()
        let snippets = parts.compactMap { $0.components(separatedBy: "```").first }
        #expect(snippets.count == 17)
        for snippet in snippets {
            #expect(compiled.contains(plain(snippet)), "\(snippet)")
        }
    }
}
