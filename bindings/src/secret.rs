//! A secret text, held on this side of the border.

use std::sync::Arc;

use netbird_tokens::Secret;

use crate::error::NativeError;
use crate::guard::guarded;

/// A secret text, which is wiped when the last reference to it is freed. It has no text form of its own on the foreign side.
#[derive(uniffi::Object)]
pub struct NativeSecret(Secret);

impl NativeSecret {
    pub(crate) fn new(secret: Secret) -> Arc<Self> {
        Arc::new(NativeSecret(secret))
    }
}

#[uniffi::export]
impl NativeSecret {
    /// The plain text. The copy that the foreign side gets cannot be wiped from here.
    pub fn expose(&self) -> Result<String, NativeError> {
        guarded(|| Ok(self.0.expose().to_owned()))
    }

    /// What it prints as: `nbp_****`, or `****`.
    pub fn masked(&self) -> Result<String, NativeError> {
        guarded(|| Ok(self.0.to_string()))
    }

    /// Whether the two texts are equal, in constant time.
    pub fn is_equal(&self, other: &NativeSecret) -> Result<bool, NativeError> {
        guarded(|| Ok(self.0 == other.0))
    }
}
