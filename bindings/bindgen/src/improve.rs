//! Replacing what the generators write where there is something better.

use std::path::Path;
use std::{fs, io};

/// A piece of generated source and what takes its place.
pub struct Improvement {
    /// What the generator writes, once in the file.
    pub generated: &'static str,
    /// What takes its place.
    pub better: &'static str,
}

/// Makes the improvements in a generated file, and adds `declarations` at its end. Does nothing if there is no such file.
///
/// # Errors
/// The file cannot be read or written, or a new version of the generator writes it differently.
pub fn improve(path: &Path, improvements: &[Improvement], declarations: &str) -> io::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let mut source = fs::read_to_string(path)?;
    for Improvement { generated, better } in improvements {
        if source.matches(generated).count() != 1 {
            return Err(io::Error::other(format!(
                "the generator no longer writes this once, so it must be looked at again:\n{generated}"
            )));
        }
        source = source.replace(generated, better);
    }
    fs::write(path, source + declarations)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMPROVEMENTS: &[Improvement] = &[Improvement { generated: "slow()", better: "fast()" }];

    #[test]
    fn only_the_known_text_is_replaced() {
        let path = std::env::temp_dir().join(format!("netbird-tokens-bindgen-{}", std::process::id()));
        improve(&path, IMPROVEMENTS, "end").unwrap();
        assert!(!path.exists());
        fs::write(&path, "a slow() b ").unwrap();
        improve(&path, IMPROVEMENTS, "end").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a fast() b end");
        assert!(improve(&path, IMPROVEMENTS, "end").is_err(), "it is not there a second time");
        fs::remove_file(&path).unwrap();
    }
}
