//! What `rotate` must still know when it is started again: which token it rotates, how far a rotation has come, and the tokens
//! that are still to be revoked. No secret is in it.

mod lock;

use std::io;
use std::path::{Path, PathBuf};

use netbird_tokens::{RotationRecord, RotationStage, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::lock::Lock;
use crate::atomic_file::{AtomicFile, ReplaceError, remove_leftover};
use crate::failure::Failure;

/// The form of the file. A newer program may write another one.
const VERSION: u32 = 1;
/// Far more than any journal has.
const MOST_BYTES: u64 = 1024 * 1024;

/// A journal, as far as it was saved.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    /// `None` if nothing is kept beyond this run.
    path: Option<PathBuf>,
    pub(crate) entry: Entry,
}

/// What the file says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// The token that the first run was asked to rotate: what the caller names in every later run too.
    pub(crate) first: Named,
    /// The file that holds the secret, if one does.
    pub(crate) file: Option<PathBuf>,
    /// The last rotation.
    pub(crate) record: RotationRecord,
    /// Whether the secret is on its way to a program or a reader, so that nobody can say whether it arrived.
    pub(crate) is_handing_over: bool,
    /// Tokens that have a successor, and work until their overlap is over.
    pub(crate) superseded: Vec<Superseded>,
    /// Successors of which nobody can say whether their secret arrived. They are revoked once another one has arrived.
    pub(crate) undelivered: Vec<String>,
}

/// How the caller may name a token.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    pub(crate) token_id: String,
    /// Without the tag.
    pub(crate) name: String,
}

/// A token that has a successor.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Superseded {
    pub(crate) token_id: String,
    /// Since when, RFC 3339.
    pub(crate) since: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Form {
    version: u32,
    first: Named,
    file: Option<PathBuf>,
    rotation: Value,
    handing_over: bool,
    superseded: Vec<Superseded>,
    undelivered: Vec<String>,
}

impl Superseded {
    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.since.parse().ok()
    }
}

impl Entry {
    /// The token in use after the last rotation.
    pub(crate) fn current_token_id(&self) -> &str {
        let record = &self.record;
        match (record.stage, &record.token_id) {
            (RotationStage::Committed | RotationStage::Kept, Some(successor)) => successor,
            _ => &record.old_token_id,
        }
    }

    /// The entry before a first rotation.
    pub(crate) fn begin(first: Named, file: Option<PathBuf>, record: RotationRecord) -> Self {
        Entry { first, file, record, is_handing_over: false, superseded: Vec::new(), undelivered: Vec::new() }
    }

    /// Whether it holds no more than the options of a run do.
    pub(crate) fn says_nothing(&self) -> bool {
        self.record.stage == RotationStage::Aborted
            && self.record.old_token_id == self.first.token_id
            && self.superseded.is_empty()
            && self.undelivered.is_empty()
    }

    /// Ends a rotation of whose secret nobody knows whether it arrived. Its token is revoked once another one has arrived.
    pub(crate) fn give_up_delivery(&mut self) {
        self.undelivered.extend(self.record.token_id.clone());
        self.record.stage = RotationStage::Aborted;
        self.is_handing_over = false;
    }

    /// Takes a token off the lists of those to be revoked.
    pub(crate) fn forget(&mut self, token_id: &str) {
        self.superseded.retain(|superseded| superseded.token_id != token_id);
        self.undelivered.retain(|undelivered| undelivered != token_id);
    }

    /// Takes down that a token has a successor.
    pub(crate) fn supersede(&mut self, token_id: &str, since: Timestamp) {
        if !self.superseded.iter().any(|known| known.token_id == token_id) {
            self.superseded.push(Superseded { token_id: token_id.to_owned(), since: since.to_string() });
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        // Without serde's own words, which repeat parts of the text: it may have been mixed up with a secret.
        let form: Form = serde_json::from_str(text)
            .map_err(|error| format!("it has another form at line {}, column {}", error.line(), error.column()))?;
        if form.version != VERSION {
            return Err(format!("it has version {}, and this program knows version {VERSION}", form.version));
        }
        if let Some(odd) = form.superseded.iter().find(|superseded| superseded.since().is_none()) {
            return Err(format!("a time is not in RFC 3339: that of token {}", odd.token_id));
        }
        let record =
            RotationRecord::from_json(&form.rotation.to_string()).map_err(|error| error.message().to_owned())?;
        Ok(Entry {
            first: form.first,
            file: form.file,
            record,
            is_handing_over: form.handing_over,
            superseded: form.superseded,
            undelivered: form.undelivered,
        })
    }

    fn text(&self) -> String {
        let form = Form {
            version: VERSION,
            first: self.first.clone(),
            file: self.file.clone(),
            rotation: serde_json::from_str(&self.record.to_json()).expect("the library writes JSON"),
            handing_over: self.is_handing_over,
            superseded: self.superseded.clone(),
            undelivered: self.undelivered.clone(),
        };
        let text = serde_json::to_string_pretty(&form).expect("texts, numbers and lists of them always serialise");
        format!("{text}\n")
    }
}

impl Journal {
    /// A journal that begins; nothing is written yet.
    pub(crate) fn begin(path: Option<PathBuf>, entry: Entry) -> Self {
        Journal { path, entry }
    }

    /// What an earlier run left, if there was one.
    pub(crate) fn load(path: &Path) -> Result<Option<Self>, Failure> {
        let unreadable = |why: &str| {
            Failure::configuration(format!(
                "the journal {} cannot be read: {why}. Nothing was changed. Look at the tokens with `netbird-tokens list`, \
                 and move the file away to start without it",
                path.display()
            ))
        };
        let text = match read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(&error.to_string())),
        };
        let entry = Entry::parse(&text).map_err(|why| unreadable(&why))?;
        Ok(Some(Journal { path: Some(path.to_owned()), entry }))
    }

    /// Writes it, and waits until it is on the disk.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        let Some(path) = &self.path else { return Ok(()) };
        let written = AtomicFile::create(path)
            .map_err(ReplaceError::NotReplaced)
            .and_then(|file| file.replace(self.entry.text().as_bytes()));
        written.map_err(|error| {
            let (ReplaceError::NotReplaced(error) | ReplaceError::NotDurable(error)) = error;
            Failure::Local(format!("the journal {} cannot be written: {error}", path.display()))
        })
    }

    /// Removes it, because it has nothing to say any more.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        let Some(path) = &self.path else { return Ok(()) };
        remove_leftover(path);
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::Local(format!("the journal {} cannot be removed: {error}", path.display())))
            }
            _ => Ok(()),
        }
    }

    /// Its path, for messages.
    pub(crate) fn shown_path(&self) -> String {
        self.path.as_deref().map(|path| path.display().to_string()).unwrap_or_default()
    }
}

/// A journal's text, read and written again.
#[cfg(feature = "test-support")]
pub(crate) fn rewritten(text: &str) -> Result<String, String> {
    Entry::parse(text).map(|entry| entry.text())
}

fn read(path: &Path) -> io::Result<String> {
    use std::io::Read as _;
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut text = String::new();
    std::fs::File::open(path)?.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}
