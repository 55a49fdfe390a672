//! Where the credential of a run came from, which `whoami` and `check` tell.

use std::fmt;

use serde::Serialize;

use crate::arguments::LoginStore;

/// What gave the credential. An option comes before the environment, and that before a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialOrigin {
    /// An option, by its name.
    Option(&'static str),
    /// An environment variable, by its name.
    Environment(&'static str),
    /// The login that is kept for the management URL.
    Login(LoginStore),
}

/// In JSON.
#[derive(Serialize)]
pub(crate) struct CredentialOriginJson {
    /// `option`, `environment` or `login`.
    from: &'static str,
    /// The option or the variable, or where the login is kept: `keyring` or `file`.
    name: &'static str,
}

impl From<CredentialOrigin> for CredentialOriginJson {
    fn from(origin: CredentialOrigin) -> Self {
        let (from, name) = match origin {
            CredentialOrigin::Option(name) => ("option", name),
            CredentialOrigin::Environment(name) => ("environment", name),
            CredentialOrigin::Login(LoginStore::Keyring) => ("login", "keyring"),
            CredentialOrigin::Login(LoginStore::File) => ("login", "file"),
        };
        CredentialOriginJson { from, name }
    }
}

impl fmt::Display for CredentialOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CredentialOrigin::Option(name) => f.write_str(name),
            CredentialOrigin::Environment(name) => write!(f, "{name} in the environment"),
            CredentialOrigin::Login(LoginStore::Keyring) => f.write_str("the login that is kept in the keyring"),
            CredentialOrigin::Login(LoginStore::File) => f.write_str("the login that is kept in a file"),
        }
    }
}
