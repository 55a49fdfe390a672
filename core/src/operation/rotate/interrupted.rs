//! The calls of a rotation that change something, and what interrupting each means.

use crate::effect::Effect;
use crate::error::Error;

/// A call of a [`Rotation`](super::Rotation) that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RotationStep {
    /// [`Rotation::create`](super::Rotation::create).
    Create,
    /// [`Rotation::commit`](super::Rotation::commit).
    Commit,
    /// [`Rotation::abort`](super::Rotation::abort).
    Abort,
}

impl RotationStep {
    /// The error of a call that its caller interrupted: what was interrupted, and what that means.
    #[must_use]
    pub fn interrupted(self) -> Error {
        match self {
            RotationStep::Create => Effect::Creates.interrupted(),
            RotationStep::Commit => Error::cancelled().with_hint(
                ". The new token exists, and the old one may or may not be revoked: commit the rotation again",
            ),
            RotationStep::Abort => {
                Error::cancelled().with_hint(". The new token may or may not be revoked: abort the rotation again")
            }
        }
    }
}
