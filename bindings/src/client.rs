//! The client: the operations of the core, awaited and blocking. Those that go on after their call are in files of their own.

use std::sync::Arc;

use netbird_tokens::{Client, Operation};

use crate::cancel::{NativeCancel, awaited};
use crate::check::NativeCredentialCheck;
use crate::credential::NativeCredential;
use crate::error::NativeError;
use crate::event::{NativeObserver, forward};
use crate::guard::{guarded, guarded_async, test_hook};
use crate::options::{NativeOptions, duration};
use crate::slot::NativeCreateSlot;
use crate::token::{NativeCreatedToken, NativeNewToken, NativeToken};
use crate::user::NativeUser;

/// A client of one NetBird server. All methods may be called from any number of threads at once.
///
/// Every call takes a [`NativeCancel`]; those that nobody means to cancel may share one. (An optional one would cost an
/// allocation on its way across the boundary.) An awaited call that is dropped is interrupted as well.
#[derive(uniffi::Object)]
pub struct NativeClient(pub(crate) Client);

impl NativeClient {
    /// A handle whose calls end when `cancel` is cancelled.
    pub(crate) fn handle(&self, cancel: &NativeCancel) -> Client {
        self.0.with_cancel(&cancel.token)
    }
}

fn each<T, U: From<T>>(list: Vec<T>) -> Vec<U> {
    list.into_iter().map(U::from).collect()
}

#[uniffi::export]
impl NativeClient {
    /// A client. Without a credential the options must have a `token_file` or say `from_env`. Nothing is sent yet. The observer
    /// receives requests only with `observe_requests`, and everything else in any case.
    #[uniffi::constructor]
    pub fn new(
        credential: Option<Arc<NativeCredential>>,
        options: NativeOptions,
        observer: Option<Arc<dyn NativeObserver>>,
        observe_requests: bool,
    ) -> Result<Arc<Self>, NativeError> {
        guarded(|| {
            let mut options = options.fill()?.credential(credential.map(|credential| credential.0.clone()));
            if let Some(observer) = observer {
                options = options.observer(forward(observer, observe_requests));
            }
            Ok(Arc::new(NativeClient(options.build()?)))
        })
    }

    /// A handle of the same client whose calls may take this many nanoseconds, retries included.
    pub fn with_timeout(&self, timeout: i64) -> Result<Arc<Self>, NativeError> {
        guarded(|| Ok(Arc::new(NativeClient(self.0.with_timeout(duration("timeout", timeout)?)?))))
    }

    /// The management URL in use.
    pub fn management_url(&self) -> Result<String, NativeError> {
        guarded(|| Ok(self.0.management_url().to_owned()))
    }

    /// Uses another credential from the next call on, in every handle of this client.
    pub fn set_credential(&self, credential: &NativeCredential) -> Result<(), NativeError> {
        guarded(|| Ok(self.0.set_credential(&credential.0)?))
    }

    /// Waits until the interrupted creates of this client are finished, for at most 5 seconds. Says whether they are.
    pub async fn finish_interrupted(&self) -> Result<bool, NativeError> {
        guarded_async(async { Ok(self.0.close_async().await) }).await
    }

    /// [`NativeClient::finish_interrupted`], waiting on this thread.
    pub fn finish_interrupted_blocking(&self) -> Result<bool, NativeError> {
        guarded(|| Ok(self.0.close()?))
    }

    /// All tokens of a user, or of the credential's own.
    pub async fn list_tokens(
        &self,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<Vec<NativeToken>, NativeError> {
        let user = user_id.as_deref();
        let call = async {
            test_hook(user);
            self.0.list_tokens_async(user).await
        };
        awaited(Operation::ListTokens, cancel, call).await.map(each)
    }

    /// One token of a user.
    pub async fn get_token(
        &self,
        token_id: String,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<NativeToken, NativeError> {
        let call = self.0.get_token_async(&token_id, user_id.as_deref());
        awaited(Operation::GetToken, cancel, call).await.map(NativeToken::from)
    }

    /// Creates a token for a user and puts it into the slot.
    pub async fn create_token(
        &self,
        new: NativeNewToken,
        user_id: Option<String>,
        slot: Arc<NativeCreateSlot>,
        cancel: Arc<NativeCancel>,
    ) -> Result<(), NativeError> {
        let new = new.into();
        let call = async {
            let created = self.0.create_token_async(&new, user_id.as_deref()).await?;
            slot.put(&self.0, created);
            Ok(())
        };
        awaited(Operation::CreateToken, cancel, call).await
    }

    /// Deletes (revokes) a token of a user.
    pub async fn delete_token(
        &self,
        token_id: String,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<(), NativeError> {
        let call = self.0.delete_token_async(&token_id, user_id.as_deref());
        awaited(Operation::DeleteToken, cancel, call).await
    }

    /// The user that the credential belongs to.
    pub async fn current_user(&self, cancel: Arc<NativeCancel>) -> Result<NativeUser, NativeError> {
        awaited(Operation::CurrentUser, cancel, self.0.current_user_async()).await.map(NativeUser::from)
    }

    /// The users that the credential may see.
    pub async fn list_users(&self, cancel: Arc<NativeCancel>) -> Result<Vec<NativeUser>, NativeError> {
        awaited(Operation::ListUsers, cancel, self.0.list_users_async()).await.map(each)
    }

    /// Whether the credential works, and what is known about it.
    pub async fn check_credential(&self, cancel: Arc<NativeCancel>) -> Result<NativeCredentialCheck, NativeError> {
        let call = self.0.check_credential_async();
        awaited(Operation::CheckCredential, cancel, call).await.map(NativeCredentialCheck::from)
    }

    /// [`NativeClient::list_tokens`], waiting on this thread.
    pub fn list_tokens_blocking(
        &self,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<Vec<NativeToken>, NativeError> {
        guarded(|| {
            test_hook(user_id.as_deref());
            Ok(each(self.handle(&cancel).list_tokens(user_id.as_deref())?))
        })
    }

    /// [`NativeClient::get_token`], waiting on this thread.
    pub fn get_token_blocking(
        &self,
        token_id: String,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<NativeToken, NativeError> {
        guarded(|| Ok(self.handle(&cancel).get_token(&token_id, user_id.as_deref())?.into()))
    }

    /// [`NativeClient::create_token`], waiting on this thread. Nothing can come between its end and its caller, so it needs no
    /// slot.
    pub fn create_token_blocking(
        &self,
        new: NativeNewToken,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<NativeCreatedToken, NativeError> {
        guarded(|| Ok(self.handle(&cancel).create_token(&new.into(), user_id.as_deref())?.into()))
    }

    /// [`NativeClient::delete_token`], waiting on this thread.
    pub fn delete_token_blocking(
        &self,
        token_id: String,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<(), NativeError> {
        guarded(|| Ok(self.handle(&cancel).delete_token(&token_id, user_id.as_deref())?))
    }

    /// [`NativeClient::current_user`], waiting on this thread.
    pub fn current_user_blocking(&self, cancel: Arc<NativeCancel>) -> Result<NativeUser, NativeError> {
        guarded(|| Ok(self.handle(&cancel).current_user()?.into()))
    }

    /// [`NativeClient::list_users`], waiting on this thread.
    pub fn list_users_blocking(&self, cancel: Arc<NativeCancel>) -> Result<Vec<NativeUser>, NativeError> {
        guarded(|| Ok(each(self.handle(&cancel).list_users()?)))
    }

    /// [`NativeClient::check_credential`], waiting on this thread.
    pub fn check_credential_blocking(&self, cancel: Arc<NativeCancel>) -> Result<NativeCredentialCheck, NativeError> {
        guarded(|| Ok(self.handle(&cancel).check_credential()?.into()))
    }
}

/// Waits until the interrupted creates of all clients of this process are finished, for at most 5 seconds. Says whether they are.
/// For when the foreign side's runtime is about to end: an observer must not be called after that.
#[uniffi::export]
pub fn wait_before_exit() -> Result<bool, NativeError> {
    guarded(|| Ok(netbird_tokens::wait_before_exit(|| false)))
}
