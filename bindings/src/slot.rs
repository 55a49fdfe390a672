//! Handing over a created token, so that its secret cannot be lost between this side and the caller.

use std::sync::{Arc, Mutex, PoisonError};

use netbird_tokens::{Client, CreatedToken, Error};

use crate::error::NativeError;
use crate::guard::guarded;
use crate::token::NativeCreatedToken;

/// Where an awaited create puts its token, for the caller to take.
///
/// The generated code drops the result of an awaited call that is cancelled after it ended and before its caller goes on. What
/// was put here is not lost: a token that nobody has taken when the last reference is freed is revoked in the background,
/// because nobody holds its secret. So the caller makes one for each create, takes from it, and frees it in any case.
#[derive(uniffi::Object, Default)]
pub struct NativeCreateSlot(Mutex<Option<(Client, CreatedToken)>>);

#[uniffi::export]
impl NativeCreateSlot {
    /// An empty one.
    #[uniffi::constructor]
    pub fn new() -> Result<Arc<Self>, NativeError> {
        guarded(|| Ok(Arc::default()))
    }

    /// The token, once, after the create has succeeded.
    pub fn take(&self) -> Result<NativeCreatedToken, NativeError> {
        guarded(|| {
            let (_, created) = self.content().ok_or_else(Error::bug)?;
            Ok(created.into())
        })
    }
}

impl NativeCreateSlot {
    pub(crate) fn put(&self, client: &Client, created: CreatedToken) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((client.clone(), created));
    }

    fn content(&self) -> Option<(Client, CreatedToken)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for NativeCreateSlot {
    fn drop(&mut self) {
        if let Some((client, created)) = self.content() {
            client.discard(created);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_slot_gives_an_error() {
        let slot = NativeCreateSlot::new().unwrap();
        assert_eq!(slot.take().err(), Some(NativeError::bug()));
    }
}
