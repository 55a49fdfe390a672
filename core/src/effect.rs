//! What an operation does to the server, and so what its interruption means.

use crate::error::{Advice, Error};

/// What an operation does to the server, and so what its interruption means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It reads; an interruption means nothing.
    Reads,
    /// It creates; an interrupted one is finished in the background.
    Creates,
    /// It deletes; an interrupted one may have happened, and may be repeated.
    Deletes,
}

impl Effect {
    /// The error of a call that its caller interrupted.
    pub(crate) fn interrupted(self) -> Error {
        match self {
            Effect::Reads => Error::cancelled(),
            Effect::Creates => Error::cancelled().with_hint(
                ". If the server received it, the create is finished in the background and its token revoked; what cannot be revoked is logged",
            ),
            Effect::Deletes => Error::cancelled()
                .with_hint(". The token may or may not be revoked: fetch it to check, or revoke it again")
                .with_advice(Advice::InspectToken),
        }
    }
}
