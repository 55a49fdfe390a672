//! Following the token file and a login's session: which credential a refused call is repeated with.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::exchange::Call;
use crate::identity::Identity;

impl Call {
    /// After an operation ended with this error: the call to repeat it with, if the server refused a credential from the token
    /// file and there is another one by now, or a session's token and the session was refreshed meanwhile. The client, in every
    /// clone, goes on with that one.
    ///
    /// # Errors
    /// The same error where there is nothing to repeat the operation with. It says so if the file is at fault.
    pub(crate) fn follow(&self, error: Error) -> Result<Call> {
        if error.kind() == ErrorKind::Unauthorized && self.identity.session.is_some() {
            let renewed = self.shared.renewed(Arc::clone(&self.identity));
            return if Arc::ptr_eq(&renewed, &self.identity) { Err(error) } else { Ok(self.with_identity(renewed)) };
        }
        let Some(file) = &self.shared.token_file else { return Err(error) };
        if error.kind() != ErrorKind::Unauthorized || !self.identity.from_file {
            return Err(error);
        }
        loop {
            let current = self.shared.identity.load_full();
            if !current.from_file {
                // The caller has set another credential meanwhile; calls in progress keep theirs.
                return Err(error);
            }
            let read = file.read().and_then(|credential| Identity::from_file(&credential));
            let next = match read {
                Ok(read) if !read.is_same(&self.identity) && !read.is_same(&current) => Arc::new(read),
                // Another call has followed the file already.
                _ if !current.is_same(&self.identity) => return Ok(self.with_identity(current)),
                Ok(_) => return Err(error.with_hint(&format!(" ({} still holds this credential)", file.path()))),
                Err(unread) => return Err(error.with_hint(&format!(". Reading it again failed: {unread}"))),
            };
            let before = self.shared.identity.compare_and_swap(&current, Arc::clone(&next));
            if Arc::ptr_eq(&before, &current) {
                self.observe(&Event::CredentialRead { path: file.path() });
                return Ok(self.with_identity(next));
            }
        }
    }
}
