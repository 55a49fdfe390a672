//! Replacing what the generators write where there is something better.

use std::path::Path;
use std::{fs, io};

/// A piece of generated source and what takes its place.
pub struct Improvement {
    /// What the generator writes.
    generated: &'static str,
    /// What takes its place.
    better: &'static str,
    /// Whether the generator writes it at least once, and not just once.
    is_repeated: bool,
}

impl Improvement {
    /// Of a piece that the generator writes once.
    pub const fn once(generated: &'static str, better: &'static str) -> Self {
        Improvement { generated, better, is_repeated: false }
    }

    /// Of a piece that the generator writes for each function or type.
    pub const fn everywhere(generated: &'static str, better: &'static str) -> Self {
        Improvement { generated, better, is_repeated: true }
    }

    fn apply(&self, source: &str) -> io::Result<String> {
        match (source.matches(self.generated).count(), self.is_repeated) {
            (1, _) | (2.., true) => Ok(source.replace(self.generated, self.better)),
            (count, _) => Err(io::Error::other(format!(
                "the generator now writes this {count} times, so it must be looked at again:\n{}",
                self.generated
            ))),
        }
    }
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
    for improvement in improvements {
        source = improvement.apply(&source)?;
    }
    fs::write(path, source + declarations)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMPROVEMENTS: &[Improvement] = &[Improvement::once("slow()", "fast()")];

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

    #[test]
    fn text_that_is_not_there_as_often_as_expected_is_an_error() {
        let (once, everywhere) = (Improvement::once("a", "b"), Improvement::everywhere("a", "b"));
        assert_eq!(once.apply("ac").unwrap(), "bc");
        assert_eq!(everywhere.apply("aca").unwrap(), "bcb");
        for (improvement, source) in [(&once, "aca"), (&once, "c"), (&everywhere, "c")] {
            let failed = improvement.apply(source).unwrap_err().to_string();
            assert!(failed.contains("looked at again:\na"), "{failed}");
        }
    }
}
