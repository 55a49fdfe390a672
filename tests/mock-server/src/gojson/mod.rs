//! JSON as Go's `encoding/json` writes and reads it.

mod read;
mod text;
mod write;

pub(crate) use read::{Slot, decode};
pub(crate) use text::{lossy_utf8, lower};
pub(crate) use write::{write_string, write_value};
