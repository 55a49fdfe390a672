//! Rotations: what one is told, how it goes on, and its record.

use std::sync::{Arc, Mutex, PoisonError};

use netbird_tokens::{
    Error, Operation, Result as CoreResult, RotateToken, Rotation, RotationRecord, RotationStage, RotationStep,
};

use crate::cancel::{NativeCancel, awaited, awaited_step};
use crate::client::NativeClient;
use crate::error::NativeError;
use crate::guard::guarded;
use crate::secret::NativeSecret;
use crate::token::NativeToken;

/// Which token to rotate, and what its successor is like.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeRotateToken {
    /// The token's id; or else the name.
    pub token_id: Option<String>,
    /// The name of the one token that has it; or else the id.
    pub name: Option<String>,
    /// The successor's name; absent for the old one's.
    pub new_name: Option<String>,
    /// The successor's lifetime in days; absent for the old one's.
    pub expires_in_days: Option<i64>,
    /// Whether the successor's name is sent as `NAME #TAG`.
    pub tag: bool,
    /// Whether the client goes on with the successor once that is proved to work.
    pub adopt: bool,
    /// Whether nothing is created yet.
    pub prepare_only: bool,
}

impl NativeRotateToken {
    fn fill(self) -> CoreResult<RotateToken> {
        Ok(RotateToken::id_or_name(self.token_id.as_deref(), self.name.as_deref())?
            .new_name::<String>(self.new_name)
            .expires_in_days(self.expires_in_days)
            .tag(self.tag)
            .adopt(self.adopt)
            .prepare_only(self.prepare_only))
    }
}

/// How far a rotation has come. The core documents what each stage means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NativeRotationStage {
    /// The old token is known, and the successor has a name.
    Planned,
    /// The successor exists.
    Created,
    /// The caller has stored the secret.
    Stored,
    /// The old token is revoked.
    Committed,
    /// The old token is kept on purpose.
    Kept,
    /// There is no successor.
    Aborted,
}

impl From<RotationStage> for NativeRotationStage {
    fn from(stage: RotationStage) -> Self {
        match stage {
            RotationStage::Planned => NativeRotationStage::Planned,
            RotationStage::Created => NativeRotationStage::Created,
            RotationStage::Stored => NativeRotationStage::Stored,
            RotationStage::Committed => NativeRotationStage::Committed,
            RotationStage::Kept => NativeRotationStage::Kept,
            RotationStage::Aborted => NativeRotationStage::Aborted,
        }
    }
}

impl From<NativeRotationStage> for RotationStage {
    fn from(stage: NativeRotationStage) -> Self {
        match stage {
            NativeRotationStage::Planned => RotationStage::Planned,
            NativeRotationStage::Created => RotationStage::Created,
            NativeRotationStage::Stored => RotationStage::Stored,
            NativeRotationStage::Committed => RotationStage::Committed,
            NativeRotationStage::Kept => RotationStage::Kept,
            NativeRotationStage::Aborted => RotationStage::Aborted,
        }
    }
}

/// All that is needed to finish a rotation in another process. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeRotationRecord {
    /// The server.
    pub management_url: String,
    /// The user who owns both tokens.
    pub user_id: String,
    /// The token to be replaced.
    pub old_token_id: String,
    /// The name that the successor is created under.
    pub token_name: String,
    /// Whether that name has a tag of this rotation.
    pub is_tagged: bool,
    /// The successor, once its id is known.
    pub token_id: Option<String>,
    /// Whether the old token is to be kept.
    pub keep_old: bool,
    /// How far it has come.
    pub stage: NativeRotationStage,
}

impl From<RotationRecord> for NativeRotationRecord {
    fn from(record: RotationRecord) -> Self {
        NativeRotationRecord {
            management_url: record.management_url,
            user_id: record.user_id,
            old_token_id: record.old_token_id,
            token_name: record.token_name,
            is_tagged: record.is_tagged,
            token_id: record.token_id,
            keep_old: record.keep_old,
            stage: record.stage.into(),
        }
    }
}

impl From<NativeRotationRecord> for RotationRecord {
    fn from(record: NativeRotationRecord) -> Self {
        RotationRecord {
            management_url: record.management_url,
            user_id: record.user_id,
            old_token_id: record.old_token_id,
            token_name: record.token_name,
            is_tagged: record.is_tagged,
            token_id: record.token_id,
            keep_old: record.keep_old,
            stage: record.stage.into(),
        }
    }
}

/// A record as JSON, on one line.
#[uniffi::export]
pub fn rotation_record_to_json(record: NativeRotationRecord) -> Result<String, NativeError> {
    guarded(|| Ok(RotationRecord::from(record).to_json()))
}

/// A record from that JSON.
#[uniffi::export]
pub fn rotation_record_from_json(json: String) -> Result<NativeRotationRecord, NativeError> {
    guarded(|| Ok(RotationRecord::from_json(&json)?.into()))
}

/// A rotation under way. Freed without commit or abort, it leaves both tokens and reports that to the observer.
#[derive(uniffi::Object)]
pub struct NativeRotation(Rotation);

#[uniffi::export]
impl NativeRotation {
    /// The token that is replaced, as it was when the rotation began.
    pub fn old_token(&self) -> Result<NativeToken, NativeError> {
        guarded(|| Ok(self.0.old_token().clone().into()))
    }

    /// The successor; absent before it is created.
    pub fn token(&self) -> Result<Option<NativeToken>, NativeError> {
        guarded(|| Ok(self.0.token().map(NativeToken::from)))
    }

    /// The successor's secret; absent before it is created.
    pub fn plain_token(&self) -> Result<Option<Arc<NativeSecret>>, NativeError> {
        guarded(|| Ok(self.0.plain_token().map(NativeSecret::new)))
    }

    /// What another process needs to finish this rotation.
    pub fn record(&self) -> Result<NativeRotationRecord, NativeError> {
        guarded(|| Ok(self.0.record().into()))
    }

    /// Notes that the secret is stored.
    pub fn mark_stored(&self) -> Result<(), NativeError> {
        guarded(|| {
            self.0.mark_stored();
            Ok(())
        })
    }

    /// Creates the successor of a rotation that was only prepared. The rotation keeps it, so nothing is lost if the result does
    /// not reach its caller.
    pub async fn create(&self, cancel: Arc<NativeCancel>) -> Result<(), NativeError> {
        awaited_step(RotationStep::Create, cancel, self.0.create_async()).await
    }

    /// Proves that the successor authenticates, and revokes the old token unless it is to be kept.
    pub async fn commit(&self, keep_old: bool, cancel: Arc<NativeCancel>) -> Result<(), NativeError> {
        awaited_step(RotationStep::Commit, cancel, self.0.commit_async(keep_old)).await
    }

    /// Revokes the successor.
    pub async fn abort(&self, cancel: Arc<NativeCancel>) -> Result<(), NativeError> {
        awaited_step(RotationStep::Abort, cancel, self.0.abort_async()).await
    }

    /// [`NativeRotation::create`], waiting on this thread.
    pub fn create_blocking(&self, cancel: Arc<NativeCancel>) -> Result<(), NativeError> {
        guarded(|| Ok(self.0.with_cancel(&cancel.token).create()?))
    }

    /// [`NativeRotation::commit`], waiting on this thread.
    pub fn commit_blocking(&self, keep_old: bool, cancel: Arc<NativeCancel>) -> Result<(), NativeError> {
        guarded(|| Ok(self.0.with_cancel(&cancel.token).commit(keep_old)?))
    }

    /// [`NativeRotation::abort`], waiting on this thread.
    pub fn abort_blocking(&self, cancel: Arc<NativeCancel>) -> Result<(), NativeError> {
        guarded(|| Ok(self.0.with_cancel(&cancel.token).abort()?))
    }
}

/// Where an awaited rotation puts its result, for the caller to take; see [`NativeCreateSlot`](crate::NativeCreateSlot) for why.
/// If nobody has taken it when the last reference is freed, its new token is revoked in the background.
#[derive(uniffi::Object, Default)]
pub struct NativeRotationSlot(Mutex<Option<Rotation>>);

#[uniffi::export]
impl NativeRotationSlot {
    /// An empty one.
    #[uniffi::constructor]
    pub fn new() -> Result<Arc<Self>, NativeError> {
        guarded(|| Ok(Arc::default()))
    }

    /// The rotation, once, after it has begun.
    pub fn take(&self) -> Result<Arc<NativeRotation>, NativeError> {
        guarded(|| Ok(Arc::new(NativeRotation(self.content().ok_or_else(Error::bug)?))))
    }
}

impl NativeRotationSlot {
    fn put(&self, rotation: Rotation) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(rotation);
    }

    fn content(&self) -> Option<Rotation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for NativeRotationSlot {
    fn drop(&mut self) {
        if let Some(rotation) = self.content() {
            rotation.discard();
        }
    }
}

#[uniffi::export]
impl NativeClient {
    /// Begins to rotate a token, and puts the rotation into the slot.
    pub async fn rotate_token(
        &self,
        rotate: NativeRotateToken,
        user_id: Option<String>,
        slot: Arc<NativeRotationSlot>,
        cancel: Arc<NativeCancel>,
    ) -> Result<(), NativeError> {
        let call = async {
            slot.put(self.0.rotate_token_async(&rotate.fill()?, user_id.as_deref()).await?);
            Ok(())
        };
        awaited(Operation::RotateToken, cancel, call).await
    }

    /// [`NativeClient::rotate_token`], waiting on this thread. Nothing can come between its end and its caller, so it needs no
    /// slot.
    pub fn rotate_token_blocking(
        &self,
        rotate: NativeRotateToken,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<Arc<NativeRotation>, NativeError> {
        guarded(|| {
            let rotation = self.handle(&cancel).rotate_token(&rotate.fill()?, user_id.as_deref())?;
            Ok(Arc::new(NativeRotation(rotation)))
        })
    }

    /// Finishes a rotation that another process began, by its record.
    pub async fn resume_rotation(
        &self,
        record: NativeRotationRecord,
        plain_token: Option<Arc<NativeSecret>>,
        cancel: Arc<NativeCancel>,
    ) -> Result<NativeRotationRecord, NativeError> {
        let record = record.into();
        let call = self.0.resume_rotation_async(&record, plain_token.as_deref().map(|secret| &secret.0));
        awaited(Operation::ResumeRotation, cancel, call).await.map(NativeRotationRecord::from)
    }

    /// [`NativeClient::resume_rotation`], waiting on this thread.
    pub fn resume_rotation_blocking(
        &self,
        record: NativeRotationRecord,
        plain_token: Option<Arc<NativeSecret>>,
        cancel: Arc<NativeCancel>,
    ) -> Result<NativeRotationRecord, NativeError> {
        guarded(|| {
            let plain_token = plain_token.as_deref().map(|secret| &secret.0);
            Ok(self.handle(&cancel).resume_rotation(&record.into(), plain_token)?.into())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(stage: RotationStage) -> RotationRecord {
        RotationRecord {
            management_url: "https://nb.example".to_owned(),
            user_id: "ada".to_owned(),
            old_token_id: "old".to_owned(),
            token_name: "deploy #23456789ab".to_owned(),
            is_tagged: true,
            token_id: Some("new".to_owned()),
            keep_old: true,
            stage,
        }
    }

    #[test]
    fn a_record_crosses_in_both_directions_and_as_json() {
        for &stage in RotationStage::ALL {
            let there = NativeRotationRecord::from(record(stage));
            assert_eq!(RotationRecord::from(there.clone()), record(stage));
            let json = rotation_record_to_json(there.clone()).unwrap();
            assert_eq!(rotation_record_from_json(json).unwrap(), there);
        }
        assert!(rotation_record_from_json("{".to_owned()).is_err());
    }

    #[test]
    fn an_empty_slot_gives_an_error() {
        assert_eq!(NativeRotationSlot::new().unwrap().take().err(), Some(NativeError::bug()));
    }
}
