//! Where the audit is written: standard output, or a file that is replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// How many unfinished files of other runs may be in the way.
const MOST_DRAFTS: u32 = 100;

/// Where to write.
pub(super) enum Destination {
    Stdout,
    /// Something that is not a regular file, such as a pipe. It is written to as it is.
    Special(File),
    File(Replacement),
}

impl Destination {
    /// Opens it, so that a bad path costs no request.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else { return Ok(Destination::Stdout) };
        let opened = match fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => OpenOptions::new().write(true).open(path).map(Destination::Special),
            _ => Replacement::open(path).map(Destination::File),
        };
        opened.map_err(|error| Failure::usage(format!("the audit cannot be written to {}: {error}", path.display())))
    }

    pub(super) fn is_stdout(&self) -> bool {
        matches!(self, Destination::Stdout)
    }

    /// Makes what was written the content of the file.
    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Destination::Stdout => io::stdout().flush(),
            Destination::Special(mut file) => file.flush(),
            Destination::File(file) => file.finish(),
        }
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Destination::Stdout => io::stdout().write(bytes),
            Destination::Special(file) => file.write(bytes),
            Destination::File(file) => file.draft.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Destination::Stdout => io::stdout().flush(),
            Destination::Special(file) => file.flush(),
            Destination::File(file) => file.draft.flush(),
        }
    }
}

/// The next content of a file. Until [`Replacement::finish`] the file stays as it is; a reader sees the old content or the new
/// one, never a part.
pub(super) struct Replacement {
    target: PathBuf,
    draft_path: PathBuf,
    draft: BufWriter<File>,
    is_finished: bool,
}

impl Replacement {
    fn open(path: &Path) -> io::Result<Self> {
        // A link stays a link; what it names is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let name = target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it names no file"))?;
        let mut number = 0;
        let (draft_path, draft) = loop {
            // A name that a node exporter, which reads `*.prom`, does not take for its own.
            let draft = format!(".{}.{}-{number}.tmp", name.to_string_lossy(), std::process::id());
            let draft = target.with_file_name(draft);
            match OpenOptions::new().write(true).create_new(true).open(&draft) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < MOST_DRAFTS => number += 1,
                opened => break (draft, opened?),
            }
        };
        let replacement = Replacement { target, draft_path, draft: BufWriter::new(draft), is_finished: false };
        if let Ok(metadata) = fs::metadata(&replacement.target) {
            fs::set_permissions(&replacement.draft_path, metadata.permissions())?;
        }
        Ok(replacement)
    }

    fn finish(mut self) -> io::Result<()> {
        self.draft.flush()?;
        self.draft.get_ref().sync_all()?;
        fs::rename(&self.draft_path, &self.target)?;
        self.is_finished = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.is_finished {
            // It is of no use; that it stays does no harm.
            let _ = fs::remove_file(&self.draft_path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path, text: &str) -> Replacement {
        let mut file = Replacement::open(path).unwrap();
        file.draft.write_all(text.as_bytes()).unwrap();
        file
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn the_old_content_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.prom");
        written(&path, "old").finish().unwrap();
        let next = written(&path, "new");
        let other = written(&path, "other");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        next.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        drop(other);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()), ["tokens.prom"], "nothing else is left");
        assert!(Replacement::open(&folder.path().join("no/such/directory")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_the_permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        written(&link, "new").finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
