//! Ten deliberate bugs, by which the fault campaign proves that it would notice. They exist with the feature `deliberate-bugs`
//! only; without it every `is` is `false` and the compiler leaves the bug out.

#[cfg(feature = "deliberate-bugs")]
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

macro_rules! bugs {
    ($($(#[$doc:meta])* $variant:ident $name:literal;)*) => {
        /// A deliberate bug.
        #[cfg_attr(not(feature = "deliberate-bugs"), allow(dead_code, reason = "not every one is asked about by its name"))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug {
            $($(#[$doc])* $variant,)*
        }

        #[cfg(feature = "deliberate-bugs")]
        impl Bug {
            /// Every bug.
            pub const ALL: &'static [Bug] = &[$(Bug::$variant,)*];

            /// Its name on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Bug::$variant => $name,)* }
            }
        }
    };
}

bugs! {
    /// A create whose answer was lost is sent again.
    RetryCreate "retry-create";
    /// Redirects are followed.
    FollowRedirects "follow-redirects";
    /// A commit revokes the old token before the new one has proved to work.
    RevokeBeforeProof "revoke-before-proof";
    /// The report of a lost create names no candidates.
    DropCandidates "drop-candidates";
    /// A delete that was answered with a page succeeded.
    HtmlIsSuccess "html-is-success";
    /// What bears the name of a lost create is revoked, whatever its tag.
    RevokeByName "revoke-by-name";
    /// An interrupted create is not finished in the background.
    ForgetInterrupted "forget-interrupted";
    /// A gateway's 404 says that a token is gone.
    Gateway404IsGone "gateway-404-is-gone";
    /// Finding out what a lost create did has no time limit.
    IgnoreDeadline "ignore-deadline";
    /// The answer to a create is logged.
    LogBody "log-body";
}

/// The bug that is on, counted from 1; 0 for none.
#[cfg(feature = "deliberate-bugs")]
static ON: AtomicUsize = AtomicUsize::new(0);

/// The allowance in milliseconds; 0 for the real one.
#[cfg(feature = "deliberate-bugs")]
static ALLOWANCE: AtomicU64 = AtomicU64::new(0);

/// Switches one bug on, in the whole process, and the one before off.
#[cfg(feature = "deliberate-bugs")]
pub fn switch_on(bug: Bug) {
    ON.store(bug as usize + 1, Ordering::Relaxed);
}

/// Shortens the time that a lost create may take beyond its timeout, so that a test sees whether that is kept.
#[cfg(feature = "deliberate-bugs")]
pub fn set_allowance(allowance: Duration) {
    ALLOWANCE.store(u64::try_from(allowance.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

#[cfg(feature = "deliberate-bugs")]
pub(crate) fn is(bug: Bug) -> bool {
    ON.load(Ordering::Relaxed) == bug as usize + 1
}

#[cfg(not(feature = "deliberate-bugs"))]
pub(crate) const fn is(_: Bug) -> bool {
    false
}

/// What a lost create may take beyond its timeout.
#[cfg(feature = "deliberate-bugs")]
pub(crate) fn allowance(real: Duration) -> Duration {
    match ALLOWANCE.load(Ordering::Relaxed) {
        _ if is(Bug::IgnoreDeadline) => Duration::from_secs(3_600),
        0 => real,
        short => Duration::from_millis(short),
    }
}

#[cfg(not(feature = "deliberate-bugs"))]
pub(crate) const fn allowance(real: Duration) -> Duration {
    real
}
