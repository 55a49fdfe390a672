//! What the Kotlin generator could do better.

use std::path::Path;
use std::{fs, io};

use crate::improve::{Improvement, improve};

/// Where the generated source is, as `uniffi.toml` names its package.
const SOURCE: &str = "netbird/tokens/internal/netbird_tokens.kt";

const IMPROVEMENTS: &[Improvement] = &[
    // Each native call gets a place to report its outcome. The generator allocates it every time, as a piece of native memory
    // with a finaliser of its own, and has JNA copy all its fields there and back. Both take longer than the rest of the
    // crossing. Here each thread keeps those that it is not using (more than one are in use while a native call calls back),
    // native code gets the address, and the fields are read only if the call has failed.
    Improvement::everywhere("uniffi_out_err: UniffiRustCallStatus", "uniffi_out_err: Pointer"),
    Improvement::once(
        "errorHandler: UniffiRustCallStatusErrorHandler<E>, callback: (UniffiRustCallStatus) -> U): U {
    var status = UniffiRustCallStatus()
    val return_value = callback(status)
    uniffiCheckCallStatus(errorHandler, status)
    return return_value
",
        "errorHandler: UniffiRustCallStatusErrorHandler<E>, callback: (Pointer) -> U): U {
    val unused = uniffiUnusedCallStatuses.get()
    val status = unused.removeLastOrNull() ?: UniffiRustCallStatus()
    // The code is the first field.
    val address = status.pointer
    address.setByte(0, UNIFFI_CALL_SUCCESS)
    try {
        val return_value = callback(address)
        if (address.getByte(0) != UNIFFI_CALL_SUCCESS) {
            status.read()
            uniffiCheckCallStatus(errorHandler, status)
        }
        return return_value
    } finally {
        unused.addLast(status)
    }
",
    ),
    Improvement::once(
        "fun <U> uniffiRustCall(callback: (UniffiRustCallStatus) -> U): U {",
        "fun <U> uniffiRustCall(callback: (Pointer) -> U): U {",
    ),
    Improvement::once(
        "    completeFunc: (Long, UniffiRustCallStatus) -> F,",
        "    completeFunc: (Long, Pointer) -> F,",
    ),
    // A text on its own, in an argument or a result, may be a secret: its copies are wiped, but for the String itself.
    Improvement::once(
        "            value.asByteBuffer()!!.get(byteArr)
            return byteArr.toString(Charsets.UTF_8)
        } finally {
            RustBuffer.free(value)
",
        "            value.asByteBuffer()!!.get(byteArr)
            return byteArr.toString(Charsets.UTF_8).also { byteArr.fill(0) }
        } finally {
            value.data?.clear(value.len)
            RustBuffer.free(value)
",
    ),
    Improvement::once(
        "        rbuf.asByteBuffer()!!.put(byteBuf)
        return rbuf
",
        "        rbuf.asByteBuffer()!!.put(byteBuf)
        byteBuf.array().fill(0)
        return rbuf
",
    ),
];

const DECLARATIONS: &str =
    "\nprivate val uniffiUnusedCallStatuses = ThreadLocal.withInitial { ArrayDeque<UniffiRustCallStatus>() }\n";

/// The words that a declaration begins with.
const DECLARING: [&str; 13] = [
    "abstract",
    "class",
    "const",
    "data",
    "enum",
    "fun",
    "inline",
    "interface",
    "object",
    "open",
    "sealed",
    "typealias",
    "val",
];

/// Improves the generated Kotlin, if there is any.
///
/// # Errors
/// See [`improve`]; or the file cannot be read or written.
pub fn improve_kotlin(folder: &Path) -> io::Result<()> {
    let source = folder.join(SOURCE);
    improve(&source, IMPROVEMENTS, DECLARATIONS)?;
    if source.exists() {
        fs::write(&source, hidden(&fs::read_to_string(&source)?))?;
    }
    Ok(())
}

/// What the generator writes before a function at the top level, which it indents. Those of companions begin like it, and may be internal, too.
const FUNCTIONS: [&str; 3] = ["    @Throws(NativeException::class) ", "         */ ", "     "];

/// Everything that is declared at the top level, for this module alone: users get the layer above.
fn hidden(source: &str) -> String {
    let lines = source.lines().map(|line| {
        let declaration = line.strip_prefix("public ").unwrap_or(line);
        let word = declaration.split(' ').next().unwrap_or_default();
        if DECLARING.contains(&word) {
            return format!("internal {declaration}\n");
        }
        let function = FUNCTIONS.iter().find_map(|start| Some((start, line.strip_prefix(start)?)));
        match function.filter(|(_, rest)| rest.starts_with("fun `") || rest.starts_with("suspend fun `")) {
            Some((start, rest)) => format!("{start}internal {rest}\n"),
            None => format!("{line}\n"),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn what_is_declared_at_the_top_level_is_internal() {
        let source = "package a\n\npublic interface A {\n    public fun f()\n}\nopen class B\nprivate val c = 1\ninternal object D\n";
        let expected = "package a\n\ninternal interface A {\n    public fun f()\n}\ninternal open class B\nprivate val c = 1\ninternal object D\n";
        assert_eq!(hidden(source), expected);
        for (start, declaration) in [
            ("    @Throws(NativeException::class) ", "fun `f`() {"),
            ("         */ ", "fun `f`(): A {"),
            ("     ", "suspend fun `f`()"),
        ] {
            assert_eq!(hidden(&format!("{start}{declaration}")), format!("{start}internal {declaration}\n"));
        }
        for member in ["    fun `f`()\n", "    @Throws(NativeException::class)override fun `f`()\n", "         */\n"] {
            assert_eq!(hidden(member), member);
        }
    }
}
