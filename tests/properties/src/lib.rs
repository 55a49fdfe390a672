//! What must hold for any input. Each module is one target: `check(data)` panics if a property does not hold.
//!
//! The tests of this crate run the targets with a stable compiler, over the committed corpus and over inputs made from it. The
//! folder `fuzz` runs them in libFuzzer. See docs/fuzzing.md.

pub mod answers;
pub mod durations;
pub mod ids;
pub mod journals;
pub mod jwts;
pub mod pats;
pub mod records;
pub mod scenarios;
pub mod sessions;
pub mod timestamps;
pub mod urls;

mod oracle;
mod responder;
mod script;
mod shown;
mod text;

/// A target: its name, which is also that of its corpus folder, and what it checks.
pub type Target = (&'static str, fn(&[u8]));

/// Every target of this crate.
pub const TARGETS: &[Target] = &[
    ("answers", answers::check),
    ("durations", durations::check),
    ("ids", ids::check),
    ("journals", journals::check),
    ("jwts", jwts::check),
    ("pats", pats::check),
    ("records", records::check),
    ("scenarios", scenarios::check),
    ("sessions", sessions::check),
    ("timestamps", timestamps::check),
    ("urls", urls::check),
];
