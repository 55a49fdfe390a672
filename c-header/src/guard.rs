//! No panic reaches C.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the body of a function that cannot fail; a panic, which would be a bug, gives `otherwise`.
pub(crate) fn infallible<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    // A panic could leave behind a handle that C can reach in a broken state; every handle is changed in one assignment.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_gives_the_other_value() {
        assert_eq!(infallible(7, || panic!("deliberate, in a test")), 7);
        assert_eq!(infallible(7, || 8), 8);
    }
}
