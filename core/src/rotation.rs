//! What a rotation is told, and what is written down of it: plain data, without a secret.

use serde::{Deserialize, Serialize};

use crate::credential::looks_like_credential;
use crate::endpoint::{Id, check_id};
use crate::error::{Error, Result};

/// Which token to rotate, and what its successor is like.
///
/// ```
/// # use netbird_tokens::RotateToken;
/// let monthly = RotateToken::id("ch8i54g6lnn4g9hqv7n0").expires_in_days(30);
/// let adopted = RotateToken::named("deploy").adopt(true);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RotateToken {
    pub(crate) which: Which,
    pub(crate) new_name: Option<String>,
    pub(crate) expires_in_days: Option<i64>,
    pub(crate) tag: bool,
    pub(crate) adopt: bool,
    pub(crate) prepare_only: bool,
}

/// How the token is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Which {
    Id(String),
    Name(String),
}

impl RotateToken {
    fn new(which: Which) -> Self {
        RotateToken { which, new_name: None, expires_in_days: None, tag: true, adopt: false, prepare_only: false }
    }

    /// Rotates the token of this id.
    #[must_use]
    pub fn id(token_id: impl Into<String>) -> Self {
        RotateToken::new(Which::Id(token_id.into()))
    }

    /// Rotates the one token of this name; the tag at the end of a token's name does not count. If several tokens have the
    /// name, the error lists them.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        RotateToken::new(Which::Name(name.into()))
    }

    /// By id or by name, for callers that have one of two optional values.
    ///
    /// # Errors
    /// `invalid_argument` for none and for both.
    pub fn id_or_name(token_id: Option<&str>, name: Option<&str>) -> Result<Self> {
        match (token_id, name) {
            (Some(token_id), None) => Ok(RotateToken::id(token_id)),
            (None, Some(name)) => Ok(RotateToken::named(name)),
            (None, None) => Err(Error::invalid_argument("nothing says which token to rotate: give its id or its name")),
            (Some(_), Some(_)) => {
                Err(Error::invalid_argument("both an id and a name say which token to rotate: give one of them"))
            }
        }
    }

    /// The successor's name. Default: the old token's, without its tag.
    #[must_use]
    pub fn new_name<S: Into<String>>(mut self, name: impl Into<Option<S>>) -> Self {
        self.new_name = name.into().map(Into::into).or(self.new_name);
        self
    }

    /// The successor's lifetime in days, 1 to 365. Default: the old token's, from its creation to its expiry.
    #[must_use]
    pub fn expires_in_days(mut self, days: impl Into<Option<i64>>) -> Self {
        self.expires_in_days = days.into().or(self.expires_in_days);
        self
    }

    /// Whether the successor's name gets a fresh tag, by which it is found with certainty if its answer is lost or the process
    /// ends; see [`NewToken::tag`](crate::NewToken::tag). Default: yes. Without one, a rotation that ended between sending the
    /// create and learning the successor's id cannot be resumed.
    #[must_use]
    pub fn tag(mut self, tag: bool) -> Self {
        self.tag = tag;
        self
    }

    /// Whether the client goes on with the successor once that is proved to work. The old token is then revoked by the new
    /// one. Needed to rotate the credential in use without losing access. Default: no.
    #[must_use]
    pub fn adopt(mut self, adopt: bool) -> Self {
        self.adopt = adopt;
        self
    }

    /// Whether nothing is created yet, so that the record can be stored before anything happens;
    /// [`Rotation::create`](crate::Rotation::create) goes on. Default: no.
    #[must_use]
    pub fn prepare_only(mut self, prepare_only: bool) -> Self {
        self.prepare_only = prepare_only;
        self
    }
}

/// How far a rotation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RotationStage {
    /// The old token is known, and the successor has a name. It may have been created already.
    Planned,
    /// The successor exists, and its secret was handed to the caller.
    Created,
    /// The caller has stored the secret.
    Stored,
    /// The successor works, and the old token is revoked.
    Committed,
    /// The successor works, and the old token is kept on purpose.
    Kept,
    /// There is no successor, and the old token is as it was.
    Aborted,
}

impl RotationStage {
    /// Every stage.
    pub const ALL: &'static [RotationStage] = &[
        RotationStage::Planned,
        RotationStage::Created,
        RotationStage::Stored,
        RotationStage::Committed,
        RotationStage::Kept,
        RotationStage::Aborted,
    ];

    /// The stable name, in snake case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            RotationStage::Planned => "planned",
            RotationStage::Created => "created",
            RotationStage::Stored => "stored",
            RotationStage::Committed => "committed",
            RotationStage::Kept => "kept",
            RotationStage::Aborted => "aborted",
        }
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub const fn is_finished(self) -> bool {
        matches!(self, RotationStage::Committed | RotationStage::Kept | RotationStage::Aborted)
    }
}

/// All that is needed to finish a rotation in another process. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RotationRecord {
    /// The server.
    pub management_url: String,
    /// The user who owns both tokens.
    pub user_id: String,
    /// The token to be replaced.
    pub old_token_id: String,
    /// The name that the successor is created under, with its tag.
    pub token_name: String,
    /// Whether that name has a tag of this rotation.
    pub is_tagged: bool,
    /// The successor, once its id is known.
    pub token_id: Option<String>,
    /// Whether the old token is to be kept.
    pub keep_old: bool,
    /// How far it has come.
    pub stage: RotationStage,
}

/// The record's JSON form.
#[derive(Serialize, Deserialize)]
pub(crate) struct Wire {
    version: u32,
    management_url: String,
    user_id: String,
    old_token_id: String,
    token_name: String,
    is_tagged: bool,
    token_id: Option<String>,
    keep_old: bool,
    stage: String,
}

const VERSION: u32 = 1;

impl RotationRecord {
    /// As JSON, on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.wire()).expect("texts always serialise")
    }

    /// From [`RotationRecord::to_json`].
    ///
    /// # Errors
    /// `invalid_argument` when it is not a record, or one of a later version. The message repeats nothing of the text, which
    /// may have been mixed up with a secret.
    pub fn from_json(json: &str) -> Result<Self> {
        let wire = serde_json::from_str(json).map_err(|error| {
            Error::invalid_argument(format!(
                "this is not a rotation record: {} at line {}, column {}",
                match error.classify() {
                    serde_json::error::Category::Data => "a field is missing or has another form",
                    serde_json::error::Category::Eof => "the text ends early",
                    _ => "it is not JSON",
                },
                error.line(),
                error.column()
            ))
        })?;
        Self::from_wire(wire)
    }

    pub(crate) fn wire(&self) -> Wire {
        Wire {
            version: VERSION,
            management_url: self.management_url.clone(),
            user_id: self.user_id.clone(),
            old_token_id: self.old_token_id.clone(),
            token_name: self.token_name.clone(),
            is_tagged: self.is_tagged,
            token_id: self.token_id.clone(),
            keep_old: self.keep_old,
            stage: self.stage.name().to_owned(),
        }
    }

    pub(crate) fn from_wire(wire: Wire) -> Result<Self> {
        if wire.version != VERSION {
            return Err(Error::invalid_argument(format!(
                "the rotation record has version {}, and this library reads version {VERSION}: finish the rotation with the library that began it",
                wire.version
            )));
        }
        let stage = RotationStage::ALL.iter().copied().find(|stage| stage.name() == wire.stage).ok_or_else(|| {
            let stages: Vec<&str> = RotationStage::ALL.iter().map(|stage| stage.name()).collect();
            Error::invalid_argument(format!(
                "the rotation record's stage is unknown: it must be one of {}",
                stages.join(", ")
            ))
        })?;
        let record = RotationRecord {
            management_url: wire.management_url,
            user_id: wire.user_id,
            old_token_id: wire.old_token_id,
            token_name: wire.token_name,
            is_tagged: wire.is_tagged,
            token_id: wire.token_id,
            keep_old: wire.keep_old,
            stage,
        };
        record.check()?;
        Ok(record)
    }

    /// Refuses what no rotation can have written.
    pub(crate) fn check(&self) -> Result<()> {
        let ids = [(&self.user_id, Id::User), (&self.old_token_id, Id::Token)].into_iter();
        for (id, what) in ids.chain(self.token_id.as_ref().map(|id| (id, Id::Token))) {
            check_id(id, what).map_err(|error| error.from_source("the rotation record"))?;
        }
        let wrong = if self.token_name.is_empty() {
            "has no name of the successor"
        } else if looks_like_credential(&self.token_name) {
            "has a credential in place of the successor's name"
        } else if self.token_id.as_ref() == Some(&self.old_token_id) {
            "names one token as the old one and as its successor"
        } else if self.token_id.is_none() && !matches!(self.stage, RotationStage::Planned | RotationStage::Aborted) {
            "has no id of the successor, which its stage needs"
        } else {
            return Ok(());
        };
        Err(Error::invalid_argument(format!("the rotation record {wrong}: it was changed or mixed up")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> RotationRecord {
        RotationRecord {
            management_url: "https://nb.example".to_owned(),
            user_id: "ada".to_owned(),
            old_token_id: "old".to_owned(),
            token_name: "deploy #23456789ab".to_owned(),
            is_tagged: true,
            token_id: Some("new".to_owned()),
            keep_old: false,
            stage: RotationStage::Created,
        }
    }

    #[test]
    fn a_record_survives_json_at_every_stage() {
        for &stage in RotationStage::ALL {
            let record = RotationRecord { stage, ..record() };
            assert_eq!(RotationRecord::from_json(&record.to_json()).unwrap(), record);
        }
    }

    #[test]
    fn what_is_no_record_is_refused_without_repeating_it() {
        let refused = |json: &str, why: &str| {
            let error = RotationRecord::from_json(json).unwrap_err();
            assert!(error.message().contains(why), "{error}");
            assert!(!error.message().contains("nbp_"), "{error}");
        };
        refused("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm", "not JSON");
        refused("{", "ends early");
        refused(r#"{"stage": "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm"}"#, "missing");
        let json = record().to_json();
        refused(&json[..json.len() / 2], "ends early");
        refused(&json.replace("\"created\"", "\"nbp_abcdefghijklmnopqrstuvwxyz01232LolCm\""), "must be one of planned");
        refused(&json.replace("\"version\":1", "\"version\":2"), "version 2");
        refused(&json.replace("\"old\"", "\"a/b\""), "the rotation record: ");
        refused(&json.replace("\"old\"", "\"new\""), "as its successor");
        refused(&json.replace("\"new\"", "null"), "no id of the successor");
        refused(&json.replace("deploy #23456789ab", ""), "no name");
    }
}
