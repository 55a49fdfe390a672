//! Where logins are kept: one record for each management URL, in the XDG state directory.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The record of one management URL, and the files beside it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    record: PathBuf,
}

impl Place {
    /// The place for a management URL in its normal form. `None` if there is no home directory; an error says which variable
    /// cannot be used.
    pub(super) fn of(management_url: &str) -> Result<Option<Self>, String> {
        let Some(directory) = state_directory(|name| std::env::var_os(name))? else { return Ok(None) };
        let folder = directory.join("netbird-tokens").join("logins");
        Ok(Some(Place { record: folder.join(format!("{}.json", file_name(management_url))) }))
    }

    pub(super) fn record(&self) -> &Path {
        &self.record
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.record.with_extension("lock")
    }

    /// Makes the folder, which only this user may look into.
    pub(super) fn make_folder(&self) -> std::io::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(crate::atomic_file::directory_of(&self.record))
    }
}

/// The XDG state directory; on Windows, where there is none, the local application data.
fn state_directory(variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<PathBuf>, String> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(directory) = set("XDG_STATE_HOME") {
        return if directory.is_absolute() {
            Ok(Some(directory))
        } else {
            Err("XDG_STATE_HOME is not an absolute path: set it to one, or unset it".to_owned())
        };
    }
    if cfg!(windows) {
        return Ok(set("LOCALAPPDATA"));
    }
    Ok(set("HOME").map(|home| home.join(".local/state")))
}

/// A name that no other URL has, also where upper and lower case are the same.
fn file_name(url: &str) -> String {
    let mut name = String::with_capacity(url.len() + 16);
    for byte in url.bytes() {
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_') {
            name.push(byte.into());
        } else {
            // Writing to a String cannot fail.
            let _ = write!(name, "%{byte:02x}");
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(pairs: &'static [(&'static str, &'static str)]) -> Result<Option<PathBuf>, String> {
        state_directory(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into()))
    }

    #[cfg(unix)]
    #[test]
    fn the_state_directory_follows_xdg() {
        assert_eq!(directory(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]), Ok(Some("/s".into())));
        assert_eq!(directory(&[("XDG_STATE_HOME", ""), ("HOME", "/h")]), Ok(Some("/h/.local/state".into())));
        assert_eq!(directory(&[]), Ok(None));
        assert!(directory(&[("XDG_STATE_HOME", "s"), ("HOME", "/h")]).unwrap_err().contains("XDG_STATE_HOME"));
    }

    #[test]
    fn no_two_urls_have_the_same_file() {
        assert_eq!(file_name("https://nb.example:33073/vpn"), "https%3a%2f%2fnb.example%3a33073%2fvpn");
        let urls =
            ["https://a/b", "https://a/B", "https://a%2fb", "https://a_b", "https://a.b", "https://a/b/", "https://ä"];
        let names: std::collections::BTreeSet<_> = urls.iter().map(|url| file_name(url).to_lowercase()).collect();
        assert_eq!(names.len(), urls.len());
    }
}
