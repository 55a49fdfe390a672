//! What the audit means for the exit status.

use netbird_tokens::{AuditSummary, TokenState, UserAudit};

use super::words;
use crate::failure::Failure;

/// Counts the tokens that `--fail-on` is about.
pub(super) struct Verdict {
    /// The findings to look for, and how many tokens have each.
    wanted: Vec<(TokenState, usize)>,
    tokens: usize,
}

impl Verdict {
    pub(super) fn new(fail_on: impl IntoIterator<Item = TokenState>) -> Self {
        let mut wanted: Vec<(TokenState, usize)> = Vec::new();
        for state in fail_on {
            if !wanted.iter().any(|(other, _)| *other == state) {
                wanted.push((state, 0));
            }
        }
        Verdict { wanted, tokens: 0 }
    }

    /// Whether nothing can fail it but an incomplete audit.
    pub(super) fn looks_for_nothing(&self) -> bool {
        self.wanted.is_empty()
    }

    pub(super) fn add(&mut self, user: &UserAudit) {
        for token in &user.tokens {
            let mut is_found = false;
            // Not the state: a token that expires soon and is unused too counts as both.
            for (_, count) in self.wanted.iter_mut().filter(|(state, _)| token.findings.contains(state)) {
                *count += 1;
                is_found = true;
            }
            self.tokens += usize::from(is_found);
        }
    }

    pub(super) fn conclude(&self, summary: &AuditSummary) -> Result<(), Failure> {
        let incomplete = words::incomplete(summary).map(|what| format!("the audit is incomplete: {what}"));
        if self.tokens > 0 {
            let found = self.wanted.iter().filter(|(_, count)| *count > 0);
            let counts: Vec<String> = found.map(|(state, count)| format!("{count} {}", words::state(*state))).collect();
            let message = format!("{} found by --fail-on: {}", words::tokens(self.tokens), counts.join(", "));
            let more = incomplete.map(|what| format!("; {what}")).unwrap_or_default();
            return Err(Failure::Findings(format!("{message}{more}")));
        }
        incomplete.map_or(Ok(()), |message| Err(Failure::Incomplete(message)))
    }
}
