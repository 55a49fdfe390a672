//! The file that `--write-to` names: found before anything is created, and replaced once the secret is there.

use std::fs::Metadata;
use std::io;
use std::path::{Component, Path, PathBuf};

use netbird_tokens::Secret;

use crate::atomic_file::{AtomicFile, ReplaceError, directory_of};
use crate::failure::Failure;

/// Longer than any PAT, so that a full disk shows before the token is created.
const ROOM: usize = 256;

/// Where the secret is to go: the file itself, at the end of all links.
pub(crate) struct RotatedFile {
    /// As the user named it.
    named: PathBuf,
    /// Where the content is.
    path: PathBuf,
    old: Option<Metadata>,
}

impl RotatedFile {
    /// Follows the links to the file, which need not exist. Changes nothing.
    pub(crate) fn find(named: &Path) -> Result<Self, Failure> {
        let refused = |why: &str| refused(named, why);
        let path = end_of_links(named).map_err(|error| refused(&error.to_string()))?;
        if is_in_kubernetes_volume(&path) {
            return Err(refused(
                "it is in a volume that Kubernetes manages: change the Secret instead, for example with --exec and a \
                 program that patches it",
            ));
        }
        let old = match std::fs::metadata(&path) {
            Ok(old) if old.is_file() => Some(old),
            Ok(_) => return Err(refused("it is not a regular file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(refused(&error.to_string())),
        };
        let directory = directory_of(&path);
        if !directory.is_dir() {
            return Err(refused(&format!("there is no directory {}", directory.display())));
        }
        Ok(RotatedFile { named: named.to_owned(), path, old })
    }

    /// The file itself, at the end of all links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether this names the same file.
    pub(crate) fn is(&self, other: &Path) -> bool {
        end_of_links(other).is_ok_and(|other| other == self.path)
    }

    /// A warning about the permissions, if they change.
    pub(crate) fn warning(&self) -> Option<String> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let mode = self.old.as_ref()?.mode() & 0o777;
            (mode & 0o007 != 0).then(|| {
                let named = self.named.display();
                format!(
                    "warning: every user could read or change {named} (mode {mode:04o}); no longer (mode {:04o})",
                    mode & 0o770
                )
            })
        }
        #[cfg(not(unix))]
        None
    }

    /// Makes the new file beside the old one, with room for the secret.
    pub(crate) fn prepare(&self) -> Result<PreparedFile, Failure> {
        let prepare = || {
            let mut file = AtomicFile::create(&self.path)?;
            if let Some(old) = &self.old {
                file.take_after(old)?;
            }
            file.reserve(ROOM)?;
            Ok(file)
        };
        let file = prepare().map_err(|error: io::Error| refused(&self.named, &error.to_string()))?;
        Ok(PreparedFile { file })
    }
}

/// Everything that can fail early has succeeded.
pub(crate) struct PreparedFile {
    file: AtomicFile,
}

impl PreparedFile {
    /// Puts the secret, without a newline, in the place of the old content.
    pub(crate) fn store(self, secret: &Secret) -> Result<(), ReplaceError> {
        self.file.replace(secret.expose().as_bytes())
    }
}

fn refused(named: &Path, why: &str) -> Failure {
    Failure::usage(format!("the secret cannot be stored in {}: {why}. Nothing was changed", named.display()))
}

/// The path at the end of all links, with the last one possibly leading to nothing.
fn end_of_links(named: &Path) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let mut path = named.to_owned();
    for _ in 0..MOST_LINKS {
        let name = path.file_name().map(ToOwned::to_owned);
        let name = name.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it is not a file name"))?;
        let directory = directory_of(&path);
        let whole = match directory.canonicalize() {
            Ok(directory) => directory.join(&name),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let message = format!("there is no directory {}", directory.display());
                return Err(io::Error::new(error.kind(), message));
            }
            Err(error) => return Err(error),
        };
        match std::fs::read_link(&whole) {
            Ok(link) => path = directory_of(&whole).join(link),
            Err(_) => return Ok(whole),
        }
    }
    Err(io::Error::other("its links lead in a circle"))
}

/// Kubernetes mounts a Secret or ConfigMap as `NAME -> ..data/NAME`, `..data -> ..2026_11_25_…`, and replaces `..data`. Whatever
/// is written there is lost, or refused because the volume is read-only.
fn is_in_kubernetes_volume(path: &Path) -> bool {
    path.components().any(|part| match part {
        Component::Normal(name) => name.to_string_lossy().starts_with(".."),
        _ => false,
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_stays_and_its_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("real")).unwrap();
        symlink("real/token", root.join("second")).unwrap();
        symlink(root.join("second"), root.join("first")).unwrap();
        // The first time, the last link leads to nothing.
        for secret in ["nbp_one", "nbp_two"] {
            let file = RotatedFile::find(&root.join("first")).unwrap();
            assert_eq!(file.path(), root.join("real/token"));
            assert!(file.is(&root.join("real/../second")) && !file.is(&root.join("real")));
            file.prepare().unwrap().store(&Secret::new(secret)).unwrap();
            assert_eq!(std::fs::read_to_string(root.join("real/token")).unwrap(), secret);
        }
        assert!(root.join("first").is_symlink() && root.join("second").is_symlink());
        assert_eq!(std::fs::read_dir(root.join("real")).unwrap().count(), 1);
    }

    #[track_caller]
    fn refusal(path: &Path) -> String {
        match RotatedFile::find(path).map(|_| ()) {
            Err(Failure::Refused { message, .. }) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_cannot_be_replaced_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        symlink("circle", root.join("circle")).unwrap();
        std::fs::create_dir_all(root.join("..2026_11_25_10_00_00.123")).unwrap();
        symlink("..2026_11_25_10_00_00.123", root.join("..data")).unwrap();
        symlink("..data/token", root.join("token")).unwrap();
        for (path, why) in [
            (root.to_owned(), "not a regular file"),
            (root.join("no/such/token"), "there is no directory"),
            (root.join("circle"), "in a circle"),
            (root.join(".."), "not a file name"),
            (root.join("token"), "Kubernetes"),
            ("/dev/null".into(), "not a regular file"),
        ] {
            let message = refusal(&path);
            assert!(message.contains(why) && message.ends_with("Nothing was changed"), "{message}");
        }
    }
}
