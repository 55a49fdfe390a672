//! Logins: the options, a login that waits for a person's approval, and the session that it gives.

use std::sync::Arc;

use netbird_tokens::{ClientOptions, DeviceLogin, LoginOptions, LoginSession, Result as CoreResult, start_login_async};
use zeroize::Zeroizing;

use crate::cancel::{NativeCancel, awaited_freely};
use crate::credential::NativeCredential;
use crate::error::NativeError;
use crate::event::{NativeObserver, forward};
use crate::guard::guarded;
use crate::options::NativeOptions;
use crate::secret::NativeSecret;
use crate::time::{NativeTimestamp, nanoseconds};

/// The options of a login, as the core's `LoginOptions` describes them. Each is absent unless given.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct NativeLoginOptions {
    /// The identity provider's URL.
    #[uniffi(default = None)]
    pub issuer: Option<String>,
    /// The client that the identity provider knows the program as.
    #[uniffi(default = None)]
    pub client_id: Option<String>,
    /// The audience to ask for.
    #[uniffi(default = None)]
    pub audience: Option<String>,
    /// What to ask for, separated by spaces.
    #[uniffi(default = None)]
    pub scope: Option<String>,
    /// One host besides the issuer's on which endpoints may be.
    #[uniffi(default = None)]
    pub endpoint_host: Option<String>,
}

impl NativeLoginOptions {
    fn fill(self) -> LoginOptions {
        LoginOptions::default()
            .issuer(self.issuer)
            .client_id(self.client_id)
            .audience(self.audience)
            .scope(self.scope)
            .endpoint_host(self.endpoint_host)
    }
}

/// A client's options for a login. The observer receives requests only with `observe_requests`.
fn client_options(
    options: NativeOptions,
    observer: Option<Arc<dyn NativeObserver>>,
    observe_requests: bool,
) -> CoreResult<ClientOptions> {
    let options = options.fill()?;
    Ok(match observer {
        Some(observer) => options.observer(forward(observer, observe_requests)),
        None => options,
    })
}

/// Begins a login. If it is cancelled, a code that nobody was shown expires unused.
#[uniffi::export]
pub async fn start_login(
    options: NativeOptions,
    login: NativeLoginOptions,
    observer: Option<Arc<dyn NativeObserver>>,
    observe_requests: bool,
    cancel: Arc<NativeCancel>,
) -> Result<Arc<NativeDeviceLogin>, NativeError> {
    let call = async {
        let options = client_options(options, observer, observe_requests)?;
        start_login_async(options, login.fill()).await
    };
    awaited_freely(cancel, call).await.map(NativeDeviceLogin::new)
}

/// [`start_login`], waiting on this thread.
#[uniffi::export]
pub fn start_login_blocking(
    options: NativeOptions,
    login: NativeLoginOptions,
    observer: Option<Arc<dyn NativeObserver>>,
    observe_requests: bool,
    cancel: Arc<NativeCancel>,
) -> Result<Arc<NativeDeviceLogin>, NativeError> {
    guarded(|| {
        let options = client_options(options, observer, observe_requests)?;
        Ok(NativeDeviceLogin::new(netbird_tokens::start_login(options, login.fill().with_cancel(&cancel.token))?))
    })
}

/// A login that waits for a person's approval. The session that it comes to is kept here, so that one which a cancelled call did
/// not deliver comes with the next.
#[derive(uniffi::Object)]
pub struct NativeDeviceLogin(DeviceLogin);

impl NativeDeviceLogin {
    fn new(login: DeviceLogin) -> Arc<Self> {
        Arc::new(NativeDeviceLogin(login))
    }
}

#[uniffi::export]
impl NativeDeviceLogin {
    /// The page that the person opens.
    pub fn verification_uri(&self) -> Result<String, NativeError> {
        guarded(|| Ok(self.0.verification_uri().to_owned()))
    }

    /// The same page with the code filled in.
    pub fn verification_uri_complete(&self) -> Result<Option<String>, NativeError> {
        guarded(|| Ok(self.0.verification_uri_complete().map(str::to_owned)))
    }

    /// The code that the person types on the page, or compares.
    pub fn user_code(&self) -> Result<String, NativeError> {
        guarded(|| Ok(self.0.user_code().to_owned()))
    }

    /// Until when the person can approve.
    pub fn expires_at(&self) -> Result<NativeTimestamp, NativeError> {
        guarded(|| Ok(self.0.expires_at().into()))
    }

    /// How often the server may be asked, in nanoseconds.
    pub fn interval(&self) -> Result<i64, NativeError> {
        guarded(|| Ok(nanoseconds(self.0.interval())))
    }

    /// Asks the server whether the person has decided, if the interval has passed; absent while nothing was decided.
    pub async fn poll(&self, cancel: Arc<NativeCancel>) -> Result<Option<Arc<NativeLoginSession>>, NativeError> {
        let polled = awaited_freely(cancel, self.0.poll_async()).await?;
        Ok(polled.map(NativeLoginSession::new))
    }

    /// [`NativeDeviceLogin::poll`], waiting on this thread.
    pub fn poll_blocking(&self, cancel: Arc<NativeCancel>) -> Result<Option<Arc<NativeLoginSession>>, NativeError> {
        guarded(|| Ok(self.0.with_cancel(&cancel.token).poll()?.map(NativeLoginSession::new)))
    }

    /// Polls until the person has decided or the code has expired.
    pub async fn wait_for_session(&self, cancel: Arc<NativeCancel>) -> Result<Arc<NativeLoginSession>, NativeError> {
        awaited_freely(cancel, self.0.wait_async()).await.map(NativeLoginSession::new)
    }

    /// [`NativeDeviceLogin::wait_for_session`], waiting on this thread.
    pub fn wait_for_session_blocking(&self, cancel: Arc<NativeCancel>) -> Result<Arc<NativeLoginSession>, NativeError> {
        guarded(|| Ok(NativeLoginSession::new(self.0.with_cancel(&cancel.token).wait()?)))
    }
}

/// What a login gives: tokens of the person who approved it.
#[derive(uniffi::Object)]
pub struct NativeLoginSession(LoginSession);

impl NativeLoginSession {
    fn new(session: LoginSession) -> Arc<Self> {
        Arc::new(NativeLoginSession(session))
    }
}

#[uniffi::export]
impl NativeLoginSession {
    /// Takes up an exported session. The text that arrives is our copy and is wiped here; the foreign side's own is not.
    #[uniffi::constructor]
    pub fn restore(
        text: String,
        options: NativeOptions,
        observer: Option<Arc<dyn NativeObserver>>,
        observe_requests: bool,
    ) -> Result<Arc<Self>, NativeError> {
        let text = Zeroizing::new(text);
        guarded(|| {
            let options = client_options(options, observer, observe_requests)?;
            Ok(NativeLoginSession::new(LoginSession::restore(&text, options)?))
        })
    }

    /// A bearer credential that follows the session's refreshes.
    pub fn credential(&self) -> Result<Arc<NativeCredential>, NativeError> {
        guarded(|| Ok(Arc::new(NativeCredential(self.0.credential()))))
    }

    /// The server whose API it is for.
    pub fn management_url(&self) -> Result<String, NativeError> {
        guarded(|| Ok(self.0.management_url().to_owned()))
    }

    /// The identity provider that it came from.
    pub fn issuer(&self) -> Result<String, NativeError> {
        guarded(|| Ok(self.0.issuer().to_owned()))
    }

    /// When the token that it has now expires.
    pub fn expires_at(&self) -> Result<NativeTimestamp, NativeError> {
        guarded(|| Ok(self.0.expires_at().into()))
    }

    /// Whether the token is close to its expiry and can be refreshed.
    pub fn needs_refresh(&self) -> Result<bool, NativeError> {
        guarded(|| Ok(self.0.needs_refresh()))
    }

    /// Refreshes now. A refresh whose call is cancelled goes on.
    pub async fn refresh(&self, cancel: Arc<NativeCancel>) -> Result<(), NativeError> {
        awaited_freely(cancel, self.0.refresh_async()).await
    }

    /// [`NativeLoginSession::refresh`], waiting on this thread.
    pub fn refresh_blocking(&self, cancel: Arc<NativeCancel>) -> Result<(), NativeError> {
        guarded(|| Ok(self.0.with_cancel(&cancel.token).refresh()?))
    }

    /// From now on calls start no refresh.
    pub fn refresh_on_request(&self) -> Result<(), NativeError> {
        guarded(|| {
            self.0.refresh_on_request();
            Ok(())
        })
    }

    /// The session as a text for [`NativeLoginSession::restore`].
    pub fn export_text(&self) -> Result<Arc<NativeSecret>, NativeError> {
        guarded(|| Ok(NativeSecret::new(self.0.export())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_the_core_is_handed_on() {
        let source = include_str!("login.rs");
        let fill = source.split("fn fill").nth(1).unwrap().split("\n    }\n").next().unwrap();
        for name in LoginOptions::NAMES {
            assert!(fill.contains(&format!(".{name}(self.{name})")), "{name}");
        }
    }

    #[test]
    fn the_options_of_a_client_that_do_not_apply_are_refused() {
        let options = NativeOptions { token_file: Some("/x".to_owned()), ..NativeOptions::default() };
        let cancel = NativeCancel::new().unwrap();
        let refused = start_login_blocking(options, NativeLoginOptions::default(), None, false, cancel);
        let Err(NativeError::Failed { failure }) = refused else { panic!("it has failed") };
        assert!(failure.text.contains("token_file"), "{}", failure.text);
    }
}
