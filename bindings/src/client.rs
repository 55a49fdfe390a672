//! The client: every operation of the core, awaited and blocking.

use std::sync::Arc;

use netbird_tokens::{CancelToken, Client, NewToken};

use crate::cancel::NativeCancel;
use crate::check::NativeCredentialCheck;
use crate::credential::NativeCredential;
use crate::error::NativeError;
use crate::guard::{awaited, guarded, test_hook};
use crate::options::NativeOptions;
use crate::time::duration;
use crate::token::{NativeCreatedToken, NativeToken};
use crate::user::NativeUser;

/// A client of one NetBird server. All methods may be called from any number of threads at once.
///
/// Every call takes a [`NativeCancel`]; those that nobody means to cancel may share one. (One that may be absent would cost an
/// allocation on its way across the border.) An awaited call that is dropped cancels its request as well.
#[derive(uniffi::Object)]
pub struct NativeClient(Client);

impl NativeClient {
    /// A handle whose calls end when `cancel` is cancelled.
    fn handle(&self, cancel: &NativeCancel) -> Client {
        self.0.with_cancel(&cancel.token)
    }

    /// A handle whose calls send nothing and say what the core says of a cancelled one.
    fn cancelled(&self) -> Client {
        let token = CancelToken::new();
        token.cancel();
        self.0.with_cancel(&token)
    }
}

fn new_token(name: String, expires_in_days: Option<i64>) -> NewToken {
    let new = NewToken::new(name);
    match expires_in_days {
        Some(days) => new.expires_in_days(days),
        None => new,
    }
}

fn each<T, U: From<T>>(list: Vec<T>) -> Vec<U> {
    list.into_iter().map(U::from).collect()
}

#[uniffi::export]
impl NativeClient {
    /// A client. Without a credential the options must say `from_env`. Nothing is sent yet.
    #[uniffi::constructor]
    pub fn new(credential: Option<Arc<NativeCredential>>, options: NativeOptions) -> Result<Arc<Self>, NativeError> {
        guarded(|| {
            let mut builder = options.apply(Client::builder())?;
            if let Some(credential) = credential {
                builder = builder.credential(credential.0.clone());
            }
            Ok(Arc::new(NativeClient(builder.build()?)))
        })
    }

    /// A handle of the same client whose calls may take this many nanoseconds, retries included.
    pub fn with_timeout(&self, timeout: i64) -> Result<Arc<Self>, NativeError> {
        guarded(|| Ok(Arc::new(NativeClient(self.0.with_timeout(duration("the timeout", timeout)?)))))
    }

    /// The management URL in use.
    pub fn management_url(&self) -> Result<String, NativeError> {
        guarded(|| Ok(self.0.management_url().to_owned()))
    }

    /// Uses another credential from the next call on, in every handle of this client.
    pub fn set_credential(&self, credential: &NativeCredential) -> Result<(), NativeError> {
        guarded(|| Ok(self.0.set_credential(&credential.0)?))
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
        awaited(cancel, || self.cancelled().list_tokens(user), call).await.map(each)
    }

    /// One token of a user.
    pub async fn get_token(
        &self,
        token_id: String,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<NativeToken, NativeError> {
        let user = user_id.as_deref();
        let call = self.0.get_token_async(&token_id, user);
        awaited(cancel, || self.cancelled().get_token(&token_id, user), call).await.map(NativeToken::from)
    }

    /// Creates a token for a user. Without a lifetime it gets the core's default.
    pub async fn create_token(
        &self,
        name: String,
        expires_in_days: Option<i64>,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<NativeCreatedToken, NativeError> {
        let user = user_id.as_deref();
        let new = new_token(name, expires_in_days);
        let call = self.0.create_token_async(&new, user);
        awaited(cancel, || self.cancelled().create_token(&new, user), call).await.map(NativeCreatedToken::from)
    }

    /// Deletes (revokes) a token of a user.
    pub async fn delete_token(
        &self,
        token_id: String,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<(), NativeError> {
        let user = user_id.as_deref();
        let call = self.0.delete_token_async(&token_id, user);
        awaited(cancel, || self.cancelled().delete_token(&token_id, user), call).await
    }

    /// The user that the credential belongs to.
    pub async fn current_user(&self, cancel: Arc<NativeCancel>) -> Result<NativeUser, NativeError> {
        let call = self.0.current_user_async();
        awaited(cancel, || self.cancelled().current_user(), call).await.map(NativeUser::from)
    }

    /// The users that the credential may see.
    pub async fn list_users(&self, cancel: Arc<NativeCancel>) -> Result<Vec<NativeUser>, NativeError> {
        awaited(cancel, || self.cancelled().list_users(), self.0.list_users_async()).await.map(each)
    }

    /// Whether the credential works, and what there is to know about it.
    pub async fn check_credential(&self, cancel: Arc<NativeCancel>) -> Result<NativeCredentialCheck, NativeError> {
        let call = self.0.check_credential_async();
        awaited(cancel, || self.cancelled().check_credential(), call).await.map(NativeCredentialCheck::from)
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

    /// [`NativeClient::create_token`], waiting on this thread.
    pub fn create_token_blocking(
        &self,
        name: String,
        expires_in_days: Option<i64>,
        user_id: Option<String>,
        cancel: Arc<NativeCancel>,
    ) -> Result<NativeCreatedToken, NativeError> {
        let new = new_token(name, expires_in_days);
        guarded(|| Ok(self.handle(&cancel).create_token(&new, user_id.as_deref())?.into()))
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
