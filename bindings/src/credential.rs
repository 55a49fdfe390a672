//! The two ways to authenticate.

use std::sync::Arc;

use netbird_tokens::{Credential, CredentialKind};
use zeroize::Zeroizing;

use crate::error::NativeError;
use crate::guard::guarded;
use crate::time::NativeTimestamp;

/// Which way a credential authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NativeCredentialKind {
    /// A personal access token.
    Pat,
    /// A JWT.
    Bearer,
}

impl From<CredentialKind> for NativeCredentialKind {
    fn from(kind: CredentialKind) -> Self {
        match kind {
            CredentialKind::Pat => NativeCredentialKind::Pat,
            CredentialKind::Bearer => NativeCredentialKind::Bearer,
        }
    }
}

/// A credential that passed its offline check.
#[derive(uniffi::Object)]
pub struct NativeCredential(pub(crate) Credential);

/// The text that arrives is our copy and is wiped here. The foreign side's own text is not.
fn checked(
    text: String,
    check: impl FnOnce(&str) -> netbird_tokens::Result<Credential>,
) -> Result<Arc<NativeCredential>, NativeError> {
    let text = Zeroizing::new(text);
    guarded(|| Ok(Arc::new(NativeCredential(check(&text)?))))
}

#[uniffi::export]
impl NativeCredential {
    /// A personal access token: exactly its 40 characters.
    #[uniffi::constructor]
    pub fn pat(text: String) -> Result<Arc<Self>, NativeError> {
        checked(text, Credential::pat)
    }

    /// A JWT.
    #[uniffi::constructor]
    pub fn bearer(jwt: String) -> Result<Arc<Self>, NativeError> {
        checked(jwt, Credential::bearer)
    }

    /// Either of the two, as people paste them.
    #[uniffi::constructor]
    pub fn detect(text: String) -> Result<Arc<Self>, NativeError> {
        checked(text, Credential::detect)
    }

    /// Which of the two it is.
    pub fn kind(&self) -> Result<NativeCredentialKind, NativeError> {
        guarded(|| Ok(self.0.kind().into()))
    }

    /// When a JWT expires, where it says so.
    pub fn expires_at(&self) -> Result<Option<NativeTimestamp>, NativeError> {
        guarded(|| Ok(self.0.expires_at().map(NativeTimestamp::from)))
    }
}
