//! The journals that the command line's `rotate` keeps.

use netbird_tokens_cli::rewritten_journal;

/// A journal that was read is the same when it is written and read again.
pub fn check(data: &[u8]) {
    let Some(text) = crate::text::text(data) else { return };
    if let Ok(written) = rewritten_journal(text) {
        assert_eq!(rewritten_journal(&written).as_ref(), Ok(&written));
    }
}
