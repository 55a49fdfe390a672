//! The system's keyring: the Secret Service, the Keychain, or the Credential Manager.

use std::fmt;
use std::time::Duration;

use netbird_tokens::{CancelToken, Secret};

/// Why the keyring did not do it.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "keyring"), expect(dead_code, reason = "without one it is always absent"))]
pub(crate) enum KeyringError {
    /// There is none, or it does not answer.
    Absent(String),
    /// It is locked, and was not unlocked.
    Locked(String),
    Failed(String),
    /// Nobody answered its question in time.
    TimeOver,
    Interrupted,
}

impl fmt::Display for KeyringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyringError::Absent(why) => write!(f, "there is no keyring ({why})"),
            KeyringError::Locked(why) => write!(f, "the keyring is locked ({why})"),
            KeyringError::Failed(why) => write!(f, "the keyring failed ({why})"),
            KeyringError::TimeOver => f.write_str("the keyring did not answer in time; is it waiting to be unlocked?"),
            KeyringError::Interrupted => f.write_str("interrupted while the keyring was asked"),
        }
    }
}

/// The keyring's entries of this program, one for each management URL.
pub(crate) struct Keyring<'a> {
    pub(crate) cancel: &'a CancelToken,
    /// How long a person may take to unlock it.
    pub(crate) limit: Duration,
}

#[cfg(feature = "keyring")]
mod entries {
    use ::keyring::{Entry, Error};
    use zeroize::Zeroizing;

    use super::*;
    use crate::interrupt::{Stopped, wait_for};

    /// How the entries are called in the keyring.
    const SERVICE: &str = "netbird-tokens";
    /// An entry that is written to see whether that can be done.
    const TRIAL: &str = "(trial)";

    impl Keyring<'_> {
        /// Finds out whether something can be kept in it. It may ask the person to unlock it.
        pub(crate) fn probe(&self) -> Result<(), KeyringError> {
            self.with_entry(TRIAL, |entry| {
                entry.set_secret(b"it can be written to")?;
                entry.delete_credential()
            })
        }

        pub(crate) fn read(&self, management_url: &str) -> Result<Option<Secret>, KeyringError> {
            self.with_entry(management_url, |entry| match entry.get_secret() {
                Ok(bytes) => {
                    let bytes = Zeroizing::new(bytes);
                    // What is not text is none of ours, and is refused as a login that cannot be read.
                    Ok(Some(Secret::new(std::str::from_utf8(&bytes).unwrap_or_default())))
                }
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(error),
            })
        }

        pub(crate) fn write(&self, management_url: &str, session: &Secret) -> Result<(), KeyringError> {
            let session = session.clone();
            self.with_entry(management_url, move |entry| entry.set_secret(session.expose().as_bytes()))
        }

        /// Says whether there was something to remove.
        pub(crate) fn remove(&self, management_url: &str) -> Result<bool, KeyringError> {
            self.with_entry(management_url, |entry| match entry.delete_credential() {
                Ok(()) => Ok(true),
                Err(Error::NoEntry) => Ok(false),
                Err(error) => Err(error),
            })
        }

        /// On a thread of its own: nothing else can end the wait for a person who does not unlock it.
        fn with_entry<T: Send + 'static>(
            &self,
            user: &str,
            work: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
        ) -> Result<T, KeyringError> {
            let user = user.to_owned();
            let work = move || match Entry::store_status() {
                Ok(()) => Entry::new(SERVICE, &user).and_then(|entry| work(&entry)).map_err(|error| of(&error)),
                Err(error) => Err(KeyringError::Absent(reason(error))),
            };
            match wait_for(work, self.cancel, Some(self.limit)) {
                Ok(done) => done,
                Err(Stopped::TimeOver) => Err(KeyringError::TimeOver),
                Err(Stopped::Interrupted) => Err(KeyringError::Interrupted),
            }
        }
    }

    fn of(error: &Error) -> KeyringError {
        match error {
            Error::NoStorageAccess(_) => KeyringError::Locked(reason(error)),
            Error::NoDefaultStore => KeyringError::Absent(reason(error)),
            _ => KeyringError::Failed(reason(error)),
        }
    }

    /// The platform's own words. Never what the keyring holds.
    fn reason(error: &Error) -> String {
        match error {
            Error::PlatformFailure(why) | Error::NoStorageAccess(why) => why.to_string(),
            Error::TooLong(_, most) => format!("it takes no more than {most} characters, and the login has more"),
            Error::BadEncoding(_) | Error::BadDataFormat(..) => "what it holds has another form".to_owned(),
            Error::Ambiguous(_) => "it holds several logins for this server".to_owned(),
            other => other.to_string(),
        }
    }
}

#[cfg(not(feature = "keyring"))]
mod entries {
    use super::*;

    const ABSENT: &str = "this build of netbird-tokens does not use one";

    impl Keyring<'_> {
        pub(crate) fn probe(&self) -> Result<(), KeyringError> {
            self.absent()
        }

        pub(crate) fn read(&self, _: &str) -> Result<Option<Secret>, KeyringError> {
            self.absent()
        }

        pub(crate) fn write(&self, _: &str, _: &Secret) -> Result<(), KeyringError> {
            self.absent()
        }

        pub(crate) fn remove(&self, _: &str) -> Result<bool, KeyringError> {
            self.absent()
        }

        fn absent<T>(&self) -> Result<T, KeyringError> {
            let _ = (self.cancel, self.limit);
            Err(KeyringError::Absent(ABSENT.to_owned()))
        }
    }
}
