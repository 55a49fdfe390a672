//! What may be seen of an input: no secret.

use std::fmt::{Debug, Display};

use netbird_tokens::{Credential, Error};

/// The length of a PAT.
const PAT: usize = 40;

/// Panics if a whole PAT is in the text.
pub(crate) fn assert_no_pat(text: &str) {
    for (at, _) in text.match_indices("nbp_") {
        if let Some(candidate) = text.get(at..at + PAT) {
            assert!(Credential::pat(candidate).is_err(), "a PAT is shown");
        }
    }
}

/// Panics if an error shows a PAT.
pub(crate) fn assert_no_pat_in(error: &Error) {
    assert_no_pat(&format!("{error} {error:?}"));
}

/// Panics if a text repeats a part of `secret` that could not be one of its own words: a run of at least 12 letters and
/// digits, with a digit or a capital letter among them.
pub(crate) fn assert_repeats_nothing_of(secret: &str, shown: &(impl Display + Debug)) {
    let shown = format!("{shown} {shown:?}");
    let is_own_word = |run: &str| run.chars().all(|c| c.is_ascii_lowercase());
    let runs = secret.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| run.len() >= 12 && !is_own_word(run));
    for run in runs {
        assert!(!shown.contains(run), "a part of what was given for a secret is shown");
    }
}
