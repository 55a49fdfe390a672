//! What the Swift generator could do better.

use std::io;
use std::path::Path;

use crate::improve::{Improvement, improve};

/// The generated source, as `uniffi.toml` names its module.
const SOURCE: &str = "NetBirdTokensNative.swift";

const IMPROVEMENTS: &[Improvement] = &[
    // What is read from a buffer. The generator reads it through a Foundation `Data`, which copies each number with calls across
    // modules that the compiler cannot see through, and each text into an array first. That took 40 % of a list's CPU time.
    // Here a number is one load from memory, and a text is decoded where it is.
    Improvement::everywhere("(data: Data, offset: Data.Index)", "UniffiReader"),
    Improvement::once(
        "fileprivate func createReader(data: Data) -> UniffiReader {
    (data: data, offset: 0)
}
",
        "// Reads a buffer, which must outlive it, from front to back.
public struct UniffiReader {
    fileprivate var rest: UnsafeRawBufferPointer

    fileprivate init(_ buffer: RustBuffer) {
        rest = UnsafeRawBufferPointer(start: buffer.data, count: Int(buffer.len))
    }

    fileprivate mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
        guard count >= 0, count <= rest.count else {
            throw UniffiInternalError.bufferOverflow
        }
        let taken = UnsafeRawBufferPointer(rebasing: rest[..<count])
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return taken
    }
}
",
    ),
    Improvement::once(
        "    let range = reader.offset..<reader.offset + MemoryLayout<T>.size
    guard reader.data.count >= range.upperBound else {
        throw UniffiInternalError.bufferOverflow
    }
    if T.self == UInt8.self {
        let value = reader.data[reader.offset]
        reader.offset += 1
        return value as! T
    }
    var value: T = 0
    let _ = withUnsafeMutableBytes(of: &value, { reader.data.copyBytes(to: $0, from: range)})
    reader.offset = range.upperBound
    return value.bigEndian
",
        "    let bytes = try reader.take(MemoryLayout<T>.size)
    var value: T = 0
    withUnsafeMutableBytes(of: &value) { $0.copyMemory(from: bytes) }
    return T(bigEndian: value)
",
    ),
    Improvement::once(
        "fileprivate func readBytes(_ reader: inout UniffiReader, count: Int) throws -> Array<UInt8> {
    let range = reader.offset..<(reader.offset+count)
    guard reader.data.count >= range.upperBound else {
        throw UniffiInternalError.bufferOverflow
    }
    var value = [UInt8](repeating: 0, count: count)
    value.withUnsafeMutableBufferPointer({ buffer in
        reader.data.copyBytes(to: buffer, from: range)
    })
    reader.offset = range.upperBound
    return value
}
",
        "fileprivate func readBytes(_ reader: inout UniffiReader, count: Int) throws -> UnsafeRawBufferPointer {
    try reader.take(count)
}
",
    ),
    Improvement::once("    return reader.offset < reader.data.count\n", "    return !reader.rest.isEmpty\n"),
    Improvement::once(
        "        var reader = createReader(data: Data(rustBuffer: buf))\n",
        "        var reader = UniffiReader(buf)\n",
    ),
    // A text on its own, in an argument or a result, may be a secret: its copies are wiped, but for the String itself.
    Improvement::once(
        "        defer {
            value.deallocate()
        }
        if value.data == nil {
            return String()
",
        "        defer {
            value.data?.update(repeating: 0, count: Int(value.len))
            value.deallocate()
        }
        if value.data == nil {
            return String()
",
    ),
    Improvement::once(
        "        return value.utf8CString.withUnsafeBufferPointer { ptr in
",
        "        var text = value.utf8CString
        defer {
            text.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
        }
        return text.withUnsafeBufferPointer { ptr in
",
    ),
];

/// Improves the generated Swift, if there is any.
///
/// # Errors
/// See [`improve`].
pub fn improve_swift(folder: &Path) -> io::Result<()> {
    improve(&folder.join(SOURCE), IMPROVEMENTS, "")
}
