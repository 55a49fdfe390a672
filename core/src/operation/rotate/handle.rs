//! A rotation under way.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::boxed::Boxed;
use crate::bug::{self, Bug};
use crate::cancel::CancelToken;
use crate::effect::Effect;
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::exchange::Call;
use crate::rotation::{RotateToken, RotationRecord, RotationStage};
use crate::scope::Scope;
use crate::secret::Secret;
use crate::shared::Shared;
use crate::token::{CreatedToken, Token, Wanted};

use super::super::create;
use super::interrupted::RotationStep;
use super::steps::{as_successor, prove, revoke, revoke_by_name};

/// A rotation under way: the successor exists (or is about to), and the old token still works.
///
/// Store the secret, then [`commit`](Rotation::commit): the successor is proved to authenticate, and the old token is revoked.
/// Or [`abort`](Rotation::abort): the successor is revoked. A rotation that is dropped without either leaves both tokens and
/// says so in the log, with their ids.
///
/// To survive a crash, begin with [`prepare_only`](RotateToken::prepare_only), store [`record`](Rotation::record) before
/// [`create`](Rotation::create) and after every step, and give the record to
/// [`Client::resume_rotation`](crate::Client::resume_rotation) in the next process.
///
/// It may be used from any number of threads. Its calls have the time limit and the interruption of the handle that it was
/// made with.
pub struct Rotation {
    inner: Arc<Inner>,
    scope: Scope,
}

/// What every handle of a rotation shares. It is open until the last one is dropped.
struct Inner {
    shared: Arc<Shared>,
    old: Token,
    wanted: Wanted,
    adopt: bool,
    state: Mutex<State>,
}

struct State {
    record: RotationRecord,
    created: Option<CreatedToken>,
    /// A create was sent, and it is not certain that it made no token.
    may_exist: bool,
    /// A create was sent, and nobody has waited for its end: it is finished and reported in the background.
    in_background: bool,
    /// The old token may be revoked already.
    old_may_be_gone: bool,
    /// One call at a time changes the rotation.
    busy: bool,
}

impl Rotation {
    pub(super) fn new(call: &Call, rotate: &RotateToken, old: Token, wanted: Wanted) -> Self {
        let record = planned(call, rotate, &old, &wanted);
        let state = State {
            record,
            created: None,
            may_exist: false,
            in_background: false,
            old_may_be_gone: false,
            busy: false,
        };
        let shared = Arc::clone(&call.shared);
        let inner = Inner { shared, old, wanted, adopt: rotate.adopt, state: Mutex::new(state) };
        Rotation { inner: Arc::new(inner), scope: call.scope.clone() }
    }

    /// The same rotation, with calls that end when `token` is cancelled. It is open until both are dropped.
    #[must_use]
    pub fn with_cancel(&self, token: &CancelToken) -> Self {
        Rotation { inner: Arc::clone(&self.inner), scope: self.scope.with_cancel(token) }
    }

    /// The token that is replaced, as it was when the rotation began.
    #[must_use]
    pub fn old_token(&self) -> &Token {
        &self.inner.old
    }

    /// The successor; `None` before it is created.
    #[must_use]
    pub fn token(&self) -> Option<Token> {
        self.lock().created.as_ref().map(|created| created.token.clone())
    }

    /// The successor's secret; `None` before it is created. The server never shows it again.
    #[must_use]
    pub fn plain_token(&self) -> Option<Secret> {
        self.lock().created.as_ref().map(|created| created.plain_token.clone())
    }

    /// What another process needs to finish this rotation. It holds no secret.
    #[must_use]
    pub fn record(&self) -> RotationRecord {
        self.lock().record.clone()
    }

    /// Notes that the secret is stored. [`Rotation::commit`] does it too; do it yourself to store a record that says so before
    /// you commit.
    pub fn mark_stored(&self) {
        let mut state = self.lock();
        if state.record.stage == RotationStage::Created {
            state.record.stage = RotationStage::Stored;
        }
    }

    /// Creates the successor of a rotation that was only prepared. Once it exists, this does nothing.
    ///
    /// # Errors
    /// As for [`Client::create_token`](crate::Client::create_token). Unless it is `outcome_unknown` or `cancelled`, nothing was
    /// created, and it may be called again.
    pub fn create(&self) -> Result<()> {
        let lane = self.inner.shared.transport.check_out_lane();
        let call = self.call().on_lane(lane.as_ref());
        let interrupted = || RotationStep::Create.interrupted();
        call.wait(Effect::Creates, interrupted, self.beginning(&call))
    }

    /// Proves that the successor authenticates, and revokes the old token, unless `keep_old`. Two requests at most. Calling
    /// it again goes on where it failed; when all is done it does nothing.
    ///
    /// # Errors
    /// `invalid_argument` before the successor exists and after an abort; otherwise see [`Client`](crate::Client). After an
    /// error both tokens still exist, or the old one is revoked, and the successor works if it was proved before.
    pub fn commit(&self, keep_old: bool) -> Result<()> {
        let lane = self.inner.shared.transport.check_out_lane();
        let call = self.call().on_lane(lane.as_ref());
        let interrupted = || RotationStep::Commit.interrupted();
        call.wait(Effect::Deletes, interrupted, self.finishing(call.clone(), keep_old))
    }

    /// Revokes the successor, if there is one; the old token stays as it is. A [`CancelToken`](crate::CancelToken) that was
    /// cancelled before does not keep it from doing so.
    ///
    /// # Errors
    /// `invalid_argument` after a commit; `conflict` when the old token may be revoked already, so that nothing that works
    /// would be left; otherwise see [`Client`](crate::Client). It may be called again.
    pub fn abort(&self) -> Result<()> {
        let lane = self.inner.shared.transport.check_out_lane();
        let call = Call::new(&self.inner.shared, &self.scope.after_cancellation()).on_lane(lane.as_ref());
        let interrupted = || RotationStep::Abort.interrupted();
        call.wait(Effect::Deletes, interrupted, self.undoing(call.clone()))
    }

    /// See [`Rotation::create`].
    ///
    /// # Errors
    /// See [`Rotation::create`].
    #[cfg(feature = "async")]
    pub async fn create_async(&self) -> Result<()> {
        self.beginning(&self.call()).await
    }

    /// See [`Rotation::commit`].
    ///
    /// # Errors
    /// See [`Rotation::commit`].
    #[cfg(feature = "async")]
    pub async fn commit_async(&self, keep_old: bool) -> Result<()> {
        self.finishing(self.call(), keep_old).await
    }

    /// See [`Rotation::abort`].
    ///
    /// # Errors
    /// See [`Rotation::abort`].
    #[cfg(feature = "async")]
    pub async fn abort_async(&self) -> Result<()> {
        self.undoing(self.call()).await
    }

    /// Revokes the successor in the background, because it could not be handed to the caller. For front ends: what cannot be
    /// revoked is reported to the observer.
    pub fn discard(self) {
        let created = {
            let mut state = self.lock();
            if state.record.stage != RotationStage::Created {
                return;
            }
            state.record.stage = RotationStage::Aborted;
            state.created.take()
        };
        if let Some(created) = created {
            create::discard(&self.call(), created);
        }
    }

    fn call(&self) -> Call {
        Call::new(&self.inner.shared, &self.scope)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.lock()
    }

    fn beginning<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<()>> {
        Box::pin(self.begin(call))
    }

    fn finishing(&self, call: Call, keep_old: bool) -> Boxed<'_, Result<()>> {
        Box::pin(self.finish(call, keep_old))
    }

    fn undoing(&self, call: Call) -> Boxed<'_, Result<()>> {
        Box::pin(self.undo(call))
    }

    pub(super) async fn begin(&self, call: &Call) -> Result<()> {
        let _busy = Busy::begin(&self.inner)?;
        {
            let mut state = self.lock();
            if state.record.stage == RotationStage::Aborted {
                return Err(Error::invalid_argument("the rotation was aborted: begin another one"));
            }
            if state.created.is_some() {
                return Ok(());
            }
            if state.may_exist {
                return Err(Error::invalid_argument(
                    "the new token may exist already, without its secret: abort this rotation, and begin another one",
                ));
            }
            state.may_exist = true;
            state.in_background = true;
        }
        let (owner, is_tagged) = (Arc::from(self.inner.old.user_id()), self.lock().record.is_tagged);
        let made = create::create_named(call, self.inner.wanted.clone(), is_tagged, owner).await;
        let mut state = self.lock();
        state.in_background = false;
        match made {
            Ok(created) => {
                state.record.token_id = Some(created.token.id().to_owned());
                state.record.stage = RotationStage::Created;
                state.created = Some(created);
                Ok(())
            }
            Err(error) => {
                state.may_exist = error.kind() == ErrorKind::OutcomeUnknown && error.token_name().is_some();
                Err(error)
            }
        }
    }

    async fn finish(&self, call: Call, keep_old: bool) -> Result<()> {
        let _busy = Busy::begin(&self.inner)?;
        let created = {
            let mut state = self.lock();
            match state.record.stage {
                RotationStage::Committed => return Ok(()),
                RotationStage::Kept if keep_old => return Ok(()),
                RotationStage::Aborted => {
                    return Err(Error::invalid_argument("the rotation was aborted: begin another one"));
                }
                RotationStage::Planned => {
                    return Err(Error::invalid_argument(
                        "there is no new token yet: create it, store its secret, then commit",
                    ));
                }
                RotationStage::Created | RotationStage::Stored | RotationStage::Kept => {
                    state.record.stage = RotationStage::Stored;
                }
            }
            state.record.keep_old = keep_old;
            state.created.clone().ok_or_else(Error::bug)?
        };
        let (new, owner) = (created.token.id(), self.inner.old.user_id());
        let successor = as_successor(&call, &created.plain_token, owner)?;
        if bug::is(Bug::RevokeBeforeProof) && !keep_old {
            revoke(&call, self.inner.old.id(), owner).await?;
        }
        prove(&successor, new, owner).await?;
        let call = if self.inner.adopt {
            self.inner.shared.identity.store(Arc::clone(&successor.identity));
            successor
        } else {
            call
        };
        if keep_old {
            self.lock().record.stage = RotationStage::Kept;
            return Ok(());
        }
        let was_doubtful = std::mem::replace(&mut self.lock().old_may_be_gone, true);
        if let Err(error) = revoke(&call, self.inner.old.id(), owner).await {
            // Only a definite refusal proves that this attempt left the old token there; it says nothing about earlier ones.
            let is_refused = matches!(
                error.kind(),
                ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::Connect | ErrorKind::RateLimited
            );
            self.lock().old_may_be_gone = was_doubtful || !is_refused;
            let hint = format!(
                ". The new token {new} works; the old one {} is to be revoked: commit again",
                self.inner.old.id()
            );
            return Err(error.with_hint(&hint));
        }
        self.lock().record.stage = RotationStage::Committed;
        Ok(())
    }

    async fn undo(&self, call: Call) -> Result<()> {
        let _busy = Busy::begin(&self.inner)?;
        let (may_exist, record) = {
            let state = self.lock();
            let nothing_left = state.old_may_be_gone && state.record.stage == RotationStage::Stored;
            if nothing_left {
                return Err(Error::new(
                    ErrorKind::Conflict,
                    "the old token may be revoked already, so that aborting could leave none that works: commit again",
                ));
            }
            (state.may_exist, state.record.clone())
        };
        match (record.stage, &record.token_id) {
            (RotationStage::Aborted, _) => return Ok(()),
            (RotationStage::Committed | RotationStage::Kept, _) => {
                return Err(Error::invalid_argument(
                    "the rotation is committed, and cannot be aborted: rotate the new token, or revoke it",
                ));
            }
            (_, Some(token_id)) => revoke(&call, token_id, &record.user_id).await?,
            (_, None) if !may_exist => {}
            (_, None) => revoke_by_name(&call, &record).await?,
        }
        let mut state = self.lock();
        state.record.stage = RotationStage::Aborted;
        state.created = None;
        Ok(())
    }
}

/// What is known before the successor exists.
fn planned(call: &Call, rotate: &RotateToken, old: &Token, wanted: &Wanted) -> RotationRecord {
    RotationRecord {
        management_url: call.shared.base_url.clone(),
        user_id: old.user_id().to_owned(),
        old_token_id: old.id().to_owned(),
        token_name: wanted.name.clone(),
        is_tagged: rotate.tag,
        token_id: None,
        keep_old: false,
        stage: RotationStage::Planned,
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps other calls from changing the rotation for as long as it lives.
struct Busy<'a>(&'a Inner);

impl<'a> Busy<'a> {
    fn begin(inner: &'a Inner) -> Result<Self> {
        if std::mem::replace(&mut inner.lock().busy, true) {
            return Err(Error::new(
                ErrorKind::Conflict,
                "another call is changing this rotation: wait until that has ended",
            ));
        }
        Ok(Busy(inner))
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.lock().busy = false;
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let state = self.lock();
        let record = &state.record;
        let is_open = matches!(record.stage, RotationStage::Created | RotationStage::Stored)
            || (record.stage == RotationStage::Planned && state.may_exist && !state.in_background);
        if is_open {
            (self.shared.observer)(&Event::RotationOpen {
                old_token_id: &record.old_token_id,
                token_id: record.token_id.as_deref(),
                token_name: &record.token_name,
            });
        }
    }
}

impl fmt::Debug for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotation").field("record", &self.lock().record).finish_non_exhaustive()
    }
}
