//! What the Kotlin generator could do better.

use std::io;
use std::path::Path;

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

/// Improves the generated Kotlin, if there is any.
///
/// # Errors
/// See [`improve`].
pub fn improve_kotlin(folder: &Path) -> io::Result<()> {
    improve(&folder.join(SOURCE), IMPROVEMENTS, DECLARATIONS)
}
