//! What the Kotlin generator could do better.

use std::path::Path;
use std::{fs, io};

/// Where the generated source is, as `uniffi.toml` names its package.
const SOURCE: &str = "netbird/tokens/internal/netbird_tokens.kt";

/// Each native call is told where to report its outcome. The generator allocates that anew, as a piece of native memory with a
/// finaliser of its own, which takes longer than all the rest of the crossing.
const GENERATED: &str = "    var status = UniffiRustCallStatus()
    val return_value = callback(status)
    uniffiCheckCallStatus(errorHandler, status)
    return return_value
";

/// Each thread keeps those that it is not using. More than one are in use while a native call calls back.
const BETTER: &str = "    val unused = uniffiUnusedCallStatuses.get()
    val status = unused.removeLastOrNull() ?: UniffiRustCallStatus()
    status.code = UNIFFI_CALL_SUCCESS
    try {
        val return_value = callback(status)
        uniffiCheckCallStatus(errorHandler, status)
        return return_value
    } finally {
        unused.addLast(status)
    }
";

const DECLARATION: &str =
    "\nprivate val uniffiUnusedCallStatuses = ThreadLocal.withInitial { ArrayDeque<UniffiRustCallStatus>() }\n";

/// Makes native calls from Kotlin reuse the place of their outcome. Does nothing where no Kotlin was generated.
///
/// # Errors
/// The source cannot be read or written, or a new version of the generator writes it otherwise.
pub fn reuse_call_statuses(folder: &Path) -> io::Result<()> {
    let path = folder.join(SOURCE);
    if !path.exists() {
        return Ok(());
    }
    let source = fs::read_to_string(&path)?;
    if source.matches(GENERATED).count() != 1 {
        return Err(io::Error::other("the generator no longer writes what is replaced here: look at it anew"));
    }
    fs::write(&path, source.replace(GENERATED, BETTER) + DECLARATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_known_text_is_replaced() {
        let folder = std::env::temp_dir().join(format!("netbird-tokens-bindgen-{}", std::process::id()));
        let path = folder.join(SOURCE);
        reuse_call_statuses(&folder).unwrap();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("fun call() {{\n{GENERATED}}}\n")).unwrap();
        reuse_call_statuses(&folder).unwrap();
        let better = fs::read_to_string(&path).unwrap();
        assert!(better.contains(BETTER) && better.ends_with(DECLARATION) && !better.contains(GENERATED));
        assert!(reuse_call_statuses(&folder).is_err(), "it is not there a second time");
        fs::remove_dir_all(&folder).unwrap();
    }
}
