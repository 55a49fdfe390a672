//! Finishing a rotation that another process began.

use crate::boxed::Boxed;
use crate::error::{Error, ErrorKind, Result};
use crate::exchange::Call;
use crate::rotation::{RotationRecord, RotationStage};
use crate::secret::Secret;

use super::super::check::check_credential;
use super::steps::{as_successor, bearers, exists, prove, revoke, revoke_by_name};

/// Finishes a rotation: forwards if the caller holds the secret, backwards if not.
pub(crate) fn resume_rotation<'a>(
    call: &'a Call,
    record: &'a RotationRecord,
    plain_token: Option<&'a Secret>,
) -> Boxed<'a, Result<RotationRecord>> {
    Box::pin(resume(call, record, plain_token))
}

async fn resume(call: &Call, record: &RotationRecord, plain_token: Option<&Secret>) -> Result<RotationRecord> {
    record.check()?;
    if record.management_url != call.shared.base_url {
        return Err(Error::invalid_argument(format!(
            "the rotation belongs to another server: it was begun at {}, and this client's is {}",
            record.management_url, call.shared.base_url
        )));
    }
    let mut record = record.clone();
    if record.stage.is_finished() {
        return Ok(record);
    }
    if let Some(plain_token) = plain_token {
        match holds(call, &mut record, plain_token).await? {
            true => record.stage = RotationStage::Stored,
            false if record.stage == RotationStage::Stored => {
                return Err(Error::invalid_argument(
                    "the secret that was given is not the new token's, although the record says that it was stored: give the right one, or none to go by the record",
                ));
            }
            false => {}
        }
    }
    if record.stage == RotationStage::Stored { forwards(call, record).await } else { backwards(call, record).await }
}

/// Whether a secret is the successor's. Other tokens of the user may look at the successor too, so it is told by its use: the
/// server counts a request as a use of the token that authenticated, before it answers.
async fn holds(call: &Call, record: &mut RotationRecord, plain_token: &Secret) -> Result<bool> {
    let token_id = match &record.token_id {
        Some(token_id) => token_id.clone(),
        None if !record.is_tagged => return Ok(false),
        None => match bearers(call, &record.token_name, &record.user_id).await?.as_slice() {
            [only] => only.clone(),
            _ => return Ok(false),
        },
    };
    let Ok(successor) = as_successor(call, plain_token, &record.user_id) else { return Ok(false) };
    match prove(&successor, &token_id, &record.user_id).await {
        Ok(Some(token)) if token.last_used().is_none() => return Ok(false),
        Ok(_) => {}
        // An unknown or expired secret, or one of another user, who may not look at it.
        Err(error) if matches!(error.kind(), ErrorKind::Unauthorized | ErrorKind::NotFound) => return Ok(false),
        Err(error) => return Err(error),
    }
    // It was used, but perhaps earlier, and the secret is another token's.
    let Some(own) = check_credential(&successor).await?.token else {
        return Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "nothing proves whether the secret that was given is that of the new token {token_id}, because other tokens were used at the same time: nothing was revoked; try again"
            ),
        ));
    };
    if own.id() != token_id {
        return Ok(false);
    }
    record.token_id = Some(token_id);
    Ok(true)
}

async fn forwards(call: &Call, mut record: RotationRecord) -> Result<RotationRecord> {
    let Some(token_id) = &record.token_id else { return Err(Error::bug()) };
    if !exists(call, token_id, &record.user_id).await? {
        return Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "the new token {token_id} no longer exists, so the old one {} was not revoked: rotate it again",
                record.old_token_id
            ),
        ));
    }
    if record.keep_old {
        record.stage = RotationStage::Kept;
    } else {
        revoke(call, &record.old_token_id, &record.user_id).await?;
        record.stage = RotationStage::Committed;
    }
    Ok(record)
}

async fn backwards(call: &Call, mut record: RotationRecord) -> Result<RotationRecord> {
    // Whatever the record says: without the old token, the new one is the only one that can work.
    if !exists(call, &record.old_token_id, &record.user_id).await? {
        return Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "the old token {} no longer exists, so the new one was not revoked: if you hold the secret of {}, give it to finish the rotation; if not, revoke that token",
                record.old_token_id,
                record.token_id.as_deref().unwrap_or(&record.token_name)
            ),
        )
        .with_candidate_token_ids(record.token_id.into_iter().collect()));
    }
    match &record.token_id {
        Some(token_id) => revoke(call, token_id, &record.user_id).await?,
        None => revoke_by_name(call, &record).await?,
    }
    record.stage = RotationStage::Aborted;
    Ok(record)
}
