//! Replacing a file in one step: whoever reads it, also after a crash, finds the old content or the new one, never a part.

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// The permission bits that a file with something private in it may have: nothing for everybody.
#[cfg(unix)]
const MOST_MODE: u32 = 0o770;

/// A new file beside the one that it is to replace. It is removed again unless it gets there.
///
/// Its name is fixed, so that what a killed run left is found and removed by the next one. Callers hold a lock.
pub(crate) struct AtomicFile {
    target: PathBuf,
    temporary: PathBuf,
    file: File,
    is_in_place: bool,
}

/// Why a file was not replaced.
#[derive(Debug)]
pub(crate) enum ReplaceError {
    /// The old content is still there.
    NotReplaced(io::Error),
    /// The new content is there, but a crash of the machine may bring the old one back.
    NotDurable(io::Error),
}

impl AtomicFile {
    /// Makes the new file, which only this user may read and write.
    pub(crate) fn create(target: &Path) -> io::Result<Self> {
        let temporary = temporary_name(target)?;
        match std::fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&temporary)?;
        Ok(AtomicFile { target: target.to_owned(), temporary, file, is_in_place: false })
    }

    /// Gives the new file the owner, the group and the permissions of the old one, without those for everybody. Fails if the
    /// owner cannot be kept, or the group where the group may read the file: its readers would lose it.
    #[cfg(unix)]
    pub(crate) fn take_after(&self, old: &Metadata) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
        let new = self.file.metadata()?;
        let mut mode = old.mode() & MOST_MODE;
        if new.uid() != old.uid() {
            fchown(&self.file, Some(old.uid()), None).map_err(|error| {
                let owner = old.uid();
                io::Error::new(error.kind(), format!("its owner, user {owner}, cannot be kept: run this as that user"))
            })?;
        }
        if new.gid() != old.gid() && fchown(&self.file, None, Some(old.gid())).is_err() {
            if mode & 0o070 != 0 {
                let message = format!("its group, {}, cannot be kept: run this as a member of it", old.gid());
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
            }
            mode &= 0o700;
        }
        self.file.set_permissions(std::fs::Permissions::from_mode(mode))
    }

    #[cfg(not(unix))]
    pub(crate) fn take_after(&self, _: &Metadata) -> io::Result<()> {
        Ok(())
    }

    /// Takes up the room for this many bytes, so that a full disk shows now.
    pub(crate) fn reserve(&mut self, bytes: usize) -> io::Result<()> {
        self.file.write_all(&vec![0; bytes])?;
        self.file.sync_all()?;
        self.file.rewind()
    }

    /// Writes the content, waits until it is on the disk, and puts the file in the place of the old one.
    pub(crate) fn replace(mut self, content: &[u8]) -> Result<(), ReplaceError> {
        self.write(content).map_err(ReplaceError::NotReplaced)?;
        std::fs::rename(&self.temporary, &self.target).map_err(ReplaceError::NotReplaced)?;
        self.is_in_place = true;
        sync_directory(&self.target).map_err(ReplaceError::NotDurable)
    }

    fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)?;
        self.file.set_len(content.len() as u64)?;
        self.file.sync_all()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.is_in_place {
            // The next run removes it if this fails.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

fn temporary_name(target: &Path) -> io::Result<PathBuf> {
    let name =
        target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it is not a file name"))?;
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(".new");
    Ok(target.with_file_name(temporary))
}

/// Removes what a killed run left beside a file, which may be a secret. Callers hold a lock.
pub(crate) fn remove_leftover(target: &Path) {
    // If it cannot be removed, the next replacement fails before anything is created.
    if let Ok(temporary) = temporary_name(target) {
        let _ = std::fs::remove_file(temporary);
    }
}

/// The directory that a file is in.
pub(crate) fn directory_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn sync_directory(of: &Path) -> io::Result<()> {
    File::open(directory_of(of))?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("it exists").permissions().mode() & 0o777
    }

    #[test]
    fn the_content_changes_in_one_step_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let mut file = AtomicFile::create(&path).unwrap();
        file.reserve(100).unwrap();
        assert!(!path.exists());
        file.replace(b"first").unwrap();
        assert_eq!((std::fs::read(&path).unwrap().as_slice(), mode(&path)), (b"first".as_slice(), 0o600));
        // A killed run left its file.
        std::fs::write(folder.path().join(".token.new"), "half").unwrap();
        AtomicFile::create(&path).unwrap().replace(b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        drop(AtomicFile::create(&path).unwrap());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn permissions_are_kept_without_those_for_everybody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "old").unwrap();
        for (old, new) in [(0o400, 0o400), (0o640, 0o640), (0o644, 0o640), (0o600, 0o600)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(old)).unwrap();
            let file = AtomicFile::create(&path).unwrap();
            file.take_after(&std::fs::metadata(&path).unwrap()).unwrap();
            file.replace(b"new").unwrap();
            assert_eq!(mode(&path), new, "{old:o}");
        }
    }
}
