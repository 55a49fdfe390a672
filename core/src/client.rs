//! The client: a handle on one server, and every operation as a call that waits for its result.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::audit::{Audit, AuditOptions};
use crate::cancel::CancelToken;
use crate::credential::Credential;
use crate::credential::token_file::TokenFile;
use crate::environment;
use crate::error::{Advice, Error, Result};
use crate::exchange::Call;
use crate::identity::Identity;
use crate::operation::check::CredentialCheck;
use crate::operation::rotate::Rotation;
use crate::operation::{Operation, audit, check, create, delete, get, list, operations, rotate, users};
use crate::options::{self, ClientOptions};
use crate::rotation::{RotateToken, RotationRecord};
use crate::scope::Scope;
use crate::secret::Secret;
use crate::server_clock::ServerClock;
use crate::shared::Shared;
use crate::timestamp::Timestamp;
use crate::token::{CreatedToken, NewToken, Token};
use crate::unfinished::Unfinished;
use crate::user::User;

/// A client of one NetBird server.
///
/// It is cheap to clone, and every clone shares its connections and its credential. All methods may be called from any
/// number of threads at once, also from within an asynchronous runtime (they block the thread that calls), and in parent
/// and child after a `fork`.
///
/// Calls that take a user id take `None` for "the user that the credential belongs to", looked up once per credential: by
/// `GET /api/users/current`, and where that is refused (service users) or does not exist (servers before 0.41.1), in the list
/// of users.
///
/// A call ends within its timeout. A create whose answer was lost may take 15 seconds more to find out what it did.
///
/// # Errors
/// Every call may fail with any [`ErrorKind`](crate::ErrorKind); what each means is written there. A create or delete whose
/// answer was lost fails with [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) and names the tokens to look
/// at.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    scope: Scope,
}

impl Client {
    /// The options of a client to build.
    pub fn builder() -> ClientOptions {
        ClientOptions::default()
    }

    /// A client with the credential and the management URL from the environment; see [`ClientOptions::from_env`].
    ///
    /// # Errors
    /// `configuration` when there is no credential or two variables disagree, `invalid_credential`, `invalid_argument`.
    pub fn from_env() -> Result<Self> {
        Client::builder().from_env().build()
    }

    /// The management URL in use, without `/api` and without a trailing slash.
    #[must_use]
    pub fn management_url(&self) -> &str {
        &self.shared.base_url
    }

    /// The time by the server's clock, which decides when a token expires: that of its last answer, plus what has passed
    /// since. To the second. `None` before the first answer.
    #[must_use]
    pub fn server_time(&self) -> Option<Timestamp> {
        self.shared.server_clock.now()
    }

    /// Uses another credential from the next call on, in every clone. Calls in progress keep the old one. A token file is no
    /// longer followed.
    ///
    /// # Errors
    /// `invalid_credential` when it has a character that cannot be sent; `invalid_argument` when it is of a session at another
    /// server.
    pub fn set_credential(&self, credential: &Credential) -> Result<()> {
        check_session(credential, &self.shared.base_url)?;
        self.shared.identity.store(Arc::new(Identity::new(credential)?));
        Ok(())
    }

    /// A handle whose calls may take this long, retries included.
    ///
    /// # Errors
    /// `invalid_argument` for zero, and for more than a day.
    pub fn with_timeout(&self, timeout: Duration) -> Result<Self> {
        options::time_limit("timeout", &timeout)?;
        let mut client = self.clone();
        client.scope.timeout = Some(timeout);
        Ok(client)
    }

    /// A handle whose calls end with `cancelled` once the token is cancelled, by any thread, within 50 ms.
    #[must_use]
    pub fn with_cancel(&self, token: &CancelToken) -> Self {
        Client { shared: Arc::clone(&self.shared), scope: self.scope.with_cancel(token) }
    }

    /// A handle whose calls ask `interrupted` about every 20 ms, on the thread that waits, and end with `cancelled` once it
    /// says true.
    #[must_use]
    pub fn with_interrupt(&self, interrupted: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let mut client = self.clone();
        client.scope.interrupt = Some(Arc::new(interrupted));
        client
    }

    /// Waits until the interrupted creates of this client, in every clone, are finished: at most 5 seconds. Says whether they
    /// are; what could not be cleaned up was reported to the observer. The client can still be used.
    ///
    /// A normal exit of the process waits in the same way for all clients.
    ///
    /// # Errors
    /// `cancelled` when the wait was interrupted.
    pub fn close(&self) -> Result<bool> {
        let scope = &self.scope;
        self.shared.unfinished.wait_on_this_thread(|| scope.is_interrupted()).ok_or_else(Error::cancelled)
    }

    /// Revokes, in the background, a token that was created but whose secret could not be handed to the caller. For front
    /// ends: what cannot be revoked is reported to the observer.
    pub fn discard(&self, created: CreatedToken) {
        create::discard(&self.call(), created);
    }

    fn call(&self) -> Call {
        Call::new(&self.shared, &self.scope)
    }
}

/// Runs an operation, and once more if the server refused the credential and the token file holds another one. The operation
/// starts again from the beginning, because "me" may be another user. No operation that may have written something ends with a
/// refused credential, so nothing is done twice.
macro_rules! followed {
    ($call:ident, $path:path, $($argument:ident),*) => {
        match $path(&$call, $($argument),*).await {
            Err(error) => $path(&$call.follow(error)?, $($argument),*).await,
            done => done,
        }
    };
}

macro_rules! calls {
    ($($(#[$doc:meta])* $variant:ident $name:literal $effect:ident:
        $sync:ident, $twin:ident($($argument:ident: $type:ty),*) -> $out:ty, $path:path;)*) => {
        /// The operations.
        impl Client {
            $(
                $(#[$doc])*
                pub fn $sync(&self, $($argument: $type),*) -> Result<$out> {
                    let lane = self.shared.transport.check_out_lane();
                    let call = self.call().on_lane(lane.as_ref());
                    let effect = Operation::$variant.effect();
                    let done = async { followed!(call, $path, $($argument),*) };
                    call.wait(effect, || effect.interrupted(), done)
                }
            )*
        }

        /// The same operations for asynchronous callers, on any executor. They run on the client's own engine and share its
        /// connections. Dropping one cancels its request; a delete that was sent may have happened, and a create that was
        /// sent is finished in the background.
        #[cfg(feature = "async")]
        impl Client {
            $(
                #[doc = concat!("See [`Client::", stringify!($sync), "`].\n\n# Errors\nSee [`Client::", stringify!($sync), "`].")]
                pub async fn $twin(&self, $($argument: $type),*) -> Result<$out> {
                    let call = self.call();
                    followed!(call, $path, $($argument),*)
                }
            )*

            /// See [`Client::close`].
            pub async fn close_async(&self) -> bool {
                self.shared.unfinished.wait().await
            }
        }
    };
}
operations!(calls);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("management_url", &self.shared.base_url).finish_non_exhaustive()
    }
}

/// Refuses to send a session's token to another server than the one that it is for.
fn check_session(credential: &Credential, base_url: &str) -> Result<()> {
    let theirs = credential.session().map(|following| following.session.management_url());
    match theirs.filter(|theirs| *theirs != base_url) {
        None => Ok(()),
        Some(theirs) => Err(Error::invalid_argument(format!(
            "the session is for {theirs}, and this client is for {base_url}: log in there, or leave the management URL out"
        ))
        .with_advice(Advice::CheckManagementUrl)),
    }
}

impl ClientOptions {
    /// The client. Nothing is sent yet, and no thread is started.
    ///
    /// # Errors
    /// `configuration` when there is no credential, or when a variable, the token file, a proxy or the CA cannot be used;
    /// `invalid_credential`; `invalid_argument` for an option that cannot be meant.
    pub fn build(self) -> Result<Client> {
        self.check()?;
        let get = environment::variables;
        let token_file = self.token_file.as_deref().map(|path| TokenFile::new(path, self.sources.of("token_file")));
        let identity = match (&self.credential, &token_file) {
            (Some(_), Some(_)) => {
                let name = |option| self.sources.of(option).unwrap_or(option);
                return Err(Error::invalid_argument(format!(
                    "{} and {} are both given: give one of them",
                    name("credential"),
                    name("token_file")
                )));
            }
            (Some(credential), None) => Identity::new(credential)?,
            (None, Some(file)) => Identity::from_file(&file.read()?)?,
            (None, None) if self.from_env => Identity::new(&environment::credential(&get)?)?,
            (None, None) => {
                return Err(Error::configuration(
                    "no credential: give a PAT or a bearer token, or take it from the environment",
                )
                .with_advice(Advice::GiveCredential));
            }
        };
        let session = self.credential.as_ref().and_then(Credential::session);
        let base_url = match (self.given_management_url(&get)?, session) {
            (Some(url), _) => url,
            (None, Some(following)) => following.session.management_url().to_owned(),
            (None, None) => self.default_management_url()?,
        };
        if let Some(credential) = &self.credential {
            check_session(credential, &base_url)?;
        }
        let shared = Shared {
            transport: self.transport(&base_url, self.max_response_bytes, &get)?,
            base_url,
            identity: ArcSwap::from_pointee(identity),
            token_file,
            retry: self.retry_policy(),
            timeout: self.timeout,
            max_response_bytes: self.max_response_bytes,
            on_unknown: self.on_unknown,
            observer: self.observer,
            server_clock: ServerClock::default(),
            unfinished: Arc::new(Unfinished::new()),
        };
        Ok(Client { shared: Arc::new(shared), scope: Scope::default() })
    }
}
