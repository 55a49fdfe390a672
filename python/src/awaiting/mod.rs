//! Awaited calls: the core's engine runs them, and the event loop hears of their end.

mod call;
mod delivery;
mod outcome;
mod slot;

pub(crate) use call::AwaitedCall;
pub(crate) use delivery::end;
pub(crate) use slot::Interruptible;
