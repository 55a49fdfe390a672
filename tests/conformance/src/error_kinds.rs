//! The error kinds that all front ends share: name, number, and whether a retry can succeed.

/// One kind of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The name, the same in every language.
    pub name: &'static str,
    /// The stable number.
    pub code: u16,
    /// Whether the same call may succeed later.
    pub retryable: bool,
}

const fn kind(name: &'static str, code: u16, retryable: bool) -> Kind {
    Kind { name, code, retryable }
}

/// All kinds.
pub const KINDS: &[Kind] = &[
    kind("invalid_argument", 1, false),
    kind("invalid_credential", 2, false),
    kind("configuration", 3, false),
    kind("unauthorized", 10, false),
    kind("forbidden", 11, false),
    kind("not_found", 12, false),
    kind("conflict", 13, false),
    kind("rejected", 14, false),
    kind("rate_limited", 15, true),
    kind("server_error", 16, true),
    kind("connect", 20, true),
    kind("tls", 21, false),
    kind("timeout", 22, true),
    kind("transport", 23, true),
    kind("unexpected_response", 24, false),
    kind("outcome_unknown", 30, false),
    kind("cancelled", 31, false),
    kind("internal", 90, false),
];

/// The kind of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}
