//! Finds the tokens that the demo created by their name and removes them, however the demo ended.

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

    /// From now on this user may have some.
    pub(crate) fn may_be_with(&mut self, user_id: &str) {
        self.user_ids.push(user_id.to_owned());
    }

    /// Removes what is left and returns how many there were. Also works after an interruption.
    pub(crate) fn remove(&self) -> Result<usize, Failure> {
        let client = self.client.with_cancel(&CancelToken::new());
        let mut removed = 0;
        for user_id in &self.user_ids {
            let left = client.list_tokens(Some(user_id)).map_err(|error| self.stay(user_id, &error))?;
            for token in left.iter().filter(|token| self.made(token.name())) {
                match client.delete_token(token.id(), Some(user_id)) {
                    Ok(()) => removed += 1,
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(self.stay(user_id, &error)),
                }
            }
        }
        Ok(removed)
    }

    /// Whether a token of this name is the demo's: a successor has the same name with a tag.
    fn made(&self, name: &str) -> bool {
        name.strip_prefix(&self.name).is_some_and(|rest| rest.is_empty() || rest.starts_with(" #"))
    }

    fn stay(&self, user_id: &str, error: &netbird_tokens::Error) -> Failure {
        Failure::Local(format!(
            "tokens with the name {} of user {user_id} may be left, because removing them failed: {error}",
            self.name
        ))
    }
}
