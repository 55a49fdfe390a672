//! To come in a later step of the same issue.
