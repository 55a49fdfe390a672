//! What the demo creates, found again by its name and removed, however the demo ended.

use std::time::{SystemTime, UNIX_EPOCH};

use netbird_tokens::{CancelToken, Client, ErrorKind};

use crate::failure::Failure;

/// The tokens of this one run of the demo.
pub(crate) struct Leftovers<'a> {
    client: &'a Client,
    name: String,
    user_ids: Vec<String>,
}

impl<'a> Leftovers<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let name = format!("netbird-tokens-demo-{:x}-{:x}", std::process::id(), nanoseconds & 0xffff_ffff);
        Leftovers { client, name, user_ids: Vec::new() }
    }

    /// The name of every token that this run creates, and of no other.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// From now on there may be some with this user.
    pub(crate) fn may_be_with(&mut self, user_id: &str) {
        self.user_ids.push(user_id.to_owned());
    }

    /// Removes what is left and says how many there were. Works after an interrupt too.
    pub(crate) fn remove(&self) -> Result<usize, Failure> {
        let client = self.client.with_cancel(&CancelToken::new());
        let mut removed = 0;
        for user_id in &self.user_ids {
            let left = client.list_tokens(Some(user_id)).map_err(|error| self.stay(user_id, &error))?;
            for token in left.iter().filter(|token| token.name() == self.name) {
                match client.delete_token(token.id(), Some(user_id)) {
                    Ok(()) => removed += 1,
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(self.stay(user_id, &error)),
                }
            }
        }
        Ok(removed)
    }

    fn stay(&self, user_id: &str, error: &netbird_tokens::Error) -> Failure {
        Failure::Local(format!(
            "tokens named {} of user {user_id} may be left, since they could not be removed: {error}",
            self.name
        ))
    }
}
