//! What the commands of one run share: the global options, the way out for results, and the signal that ends it.

use std::ffi::OsString;
use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use netbird_tokens::{CancelToken, Timestamp};
use serde::Serialize;

use crate::arguments::{Color, Global, Output};
use crate::failure::Failure;
use crate::interrupt;
use crate::printable::printable_json;

/// One run of the command.
pub(crate) struct Session {
    pub(crate) global: Global,
    /// Cancelled by Ctrl-C and SIGTERM.
    pub(crate) cancel: CancelToken,
    /// The words that start this command again.
    #[cfg_attr(not(feature = "mock"), expect(dead_code, reason = "only the demo starts it again"))]
    pub(crate) program: Vec<OsString>,
}

impl Session {
    pub(crate) fn new(program: Vec<OsString>, global: Global) -> Self {
        Session { global, cancel: interrupt::token(), program }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.global.output == Output::Json
    }

    pub(crate) fn user_id(&self) -> Option<&str> {
        self.global.user_id.as_deref()
    }

    /// The instant for which expiry is told.
    pub(crate) fn now(&self) -> Timestamp {
        self.global.now.unwrap_or_else(Timestamp::now)
    }

    /// Text with styles to standard output; they are taken out unless it shows colours.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        let choice = match self.global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        print_text(text, choice)
    }

    /// A value as JSON to standard output: over several lines for a person, one line for a program.
    pub(crate) fn print_json(&self, value: &impl Serialize) -> Result<(), Failure> {
        print_text(&to_json(value), ColorChoice::Never)
    }

    /// A note for the person, on standard error, where it does not get into the output.
    pub(crate) fn note(&self, text: &str) {
        // What is lost with standard error is no result.
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// Text with styles to standard output.
pub(crate) fn print_text(text: &str, colors: ColorChoice) -> Result<(), Failure> {
    let mut out = AutoStream::new(io::stdout().lock(), colors);
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
}

/// JSON with a line end.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    use std::io::IsTerminal as _;
    let text =
        if io::stdout().is_terminal() { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    let text = text.expect("texts, numbers and lists of them always serialise");
    format!("{}\n", printable_json(&text))
}
