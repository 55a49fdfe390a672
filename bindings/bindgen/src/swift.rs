//! What the Swift generator could do better.

use std::io;
use std::path::Path;

use crate::improve::{Improvement, improve};

/// The generated source, as `uniffi.toml` names its module.
const SOURCE: &str = "NetBirdTokensNative.swift";

const IMPROVEMENTS: &[Improvement] = &[
    // A text on its own, in an argument or a result, may be a secret: its copies are wiped, but for the String itself.
    Improvement {
        generated: "        defer {
            value.deallocate()
        }
        if value.data == nil {
            return String()
",
        better: "        defer {
            value.data?.update(repeating: 0, count: Int(value.len))
            value.deallocate()
        }
        if value.data == nil {
            return String()
",
    },
    Improvement {
        generated: "        return value.utf8CString.withUnsafeBufferPointer { ptr in
",
        better: "        var text = value.utf8CString
        defer {
            text.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
        }
        return text.withUnsafeBufferPointer { ptr in
",
    },
];

/// Improves the generated Swift, if there is any.
///
/// # Errors
/// See [`improve`].
pub fn improve_swift(folder: &Path) -> io::Result<()> {
    improve(&folder.join(SOURCE), IMPROVEMENTS, "")
}
