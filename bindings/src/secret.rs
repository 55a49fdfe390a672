//! A secret, held on this side of the boundary.

use std::sync::Arc;

use netbird_tokens::Secret;

use crate::error::NativeError;
use crate::guard::guarded;

/// A secret, wiped when the last reference to it is freed.
#[derive(uniffi::Object)]
pub struct NativeSecret(pub(crate) Secret);

impl NativeSecret {
    pub(crate) fn new(secret: Secret) -> Arc<Self> {
        Arc::new(NativeSecret(secret))
    }
}

#[uniffi::export]
impl NativeSecret {
    /// A secret that the foreign side holds as a text.
    #[uniffi::constructor]
    pub fn from_text(text: String) -> Result<Arc<Self>, NativeError> {
        guarded(|| Ok(NativeSecret::new(Secret::new(text))))
    }

    /// The plain text. The generated code wipes the buffer that carries it; the foreign side's own text cannot be wiped from here.
    pub fn expose(&self) -> Result<String, NativeError> {
        guarded(|| Ok(self.0.expose().to_owned()))
    }

    /// What it prints as: `nbp_****`, or `****`.
    pub fn masked(&self) -> Result<String, NativeError> {
        guarded(|| Ok(self.0.to_string()))
    }

    /// Whether the two are equal, compared in constant time.
    pub fn is_equal(&self, other: &NativeSecret) -> Result<bool, NativeError> {
        guarded(|| Ok(self.0 == other.0))
    }
}
