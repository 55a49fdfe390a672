//! What one run of a command has: its options, the way out for results, and the signal that ends it.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::OnceLock;

use anstream::{AutoStream, ColorChoice};
use netbird_tokens::{CancelToken, Client, Error, Timestamp};
use serde::Serialize;

use crate::arguments::{Color, Connection, CredentialSource, Display, Output, Owner, Request};
use crate::credential_origin::CredentialOrigin;
use crate::failure::{Failure, Subject};
use crate::interrupt;
use crate::printable::printable_json;
use crate::table::Width;

/// One run of a command. Options that the command does not have are at their defaults.
pub(crate) struct Session {
    /// The command's name.
    command: &'static str,
    pub(crate) display: Display,
    pub(crate) owner: Owner,
    /// The management URL as an option gave it.
    pub(crate) url_option: Option<String>,
    pub(crate) source: CredentialSource,
    pub(crate) connection: Connection,
    /// Where the credential came from, once that is known.
    origin: OnceLock<CredentialOrigin>,
    /// Whether notes are left out.
    pub(crate) is_quiet: bool,
    /// Cancelled by Ctrl-C and SIGTERM.
    pub(crate) cancel: CancelToken,
    /// The words that start this program.
    #[cfg_attr(not(feature = "mock"), expect(dead_code, reason = "only the demo starts it again"))]
    pub(crate) program: Vec<OsString>,
}

impl Session {
    /// A run of a command that sends requests.
    pub(crate) fn new(command: &'static str, request: Request, owner: Owner) -> Self {
        let Request { display, server, source, connection } = request;
        Session {
            command,
            display,
            owner,
            url_option: server.management_url,
            source,
            connection,
            origin: OnceLock::new(),
            is_quiet: false,
            cancel: interrupt::token(),
            program: Vec::new(),
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.display.output == Output::Json
    }

    pub(crate) fn user_id(&self) -> Option<&str> {
        self.owner.user_id.as_deref()
    }

    /// Where the credential came from. `None` if there is none, or before it was read.
    pub(crate) fn origin(&self) -> Option<CredentialOrigin> {
        self.origin.get().copied()
    }

    pub(crate) fn set_origin(&self, origin: CredentialOrigin) {
        // A run that reads its credential twice reads it from the same place.
        let _ = self.origin.set(origin);
    }

    /// The time by the server's clock, which decides when a token expires, and which no jump of this machine's clock moves.
    pub(crate) fn server_now(&self, client: &Client) -> Timestamp {
        self.owner.clock.now.or_else(|| client.server_time()).unwrap_or_else(Timestamp::now)
    }

    /// The time for which expiry is told.
    pub(crate) fn now(&self) -> Timestamp {
        self.owner.clock.now.unwrap_or_else(Timestamp::now)
    }

    /// The failure of a call.
    pub(crate) fn failed(&self, error: Error) -> Failure {
        Failure::call(error, self.subject(None))
    }

    /// The failure of a call about one token.
    pub(crate) fn failed_for(&self, error: Error, token_id: &str) -> Failure {
        Failure::call(error, self.subject(Some(token_id)))
    }

    pub(crate) fn subject(&self, token_id: Option<&str>) -> Subject {
        Subject {
            command: self.command,
            user_id: self.owner.user_id.clone(),
            token_id: token_id.map(str::to_owned),
            has_url_option: self.url_option.is_some(),
            is_tagged: false,
            resume: None,
        }
    }

    /// How wide a table on standard output may be.
    pub(crate) fn width(&self) -> Width {
        if io::stdout().is_terminal() { Width::Terminal } else { Width::Any }
    }

    /// Prints text with styles to standard output, without them where it shows no colors.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        self.write_styled(text).map_err(|error| Failure::output(&error))
    }

    /// As [`Session::print`], with the error as it is.
    pub(crate) fn write_styled(&self, text: &str) -> io::Result<()> {
        write_text(text, self.color_choice())
    }

    fn color_choice(&self) -> ColorChoice {
        match self.display.colors.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }

    /// Prints a value as JSON to standard output: over several lines for a person, on one line for a program.
    pub(crate) fn print_json(&self, value: &impl Serialize) -> Result<(), Failure> {
        print_text(&to_json(value), ColorChoice::Never)
    }

    /// Prints a note on standard error, where it does not get into the output, unless notes are not wanted.
    pub(crate) fn note(&self, text: &str) {
        if !self.is_quiet {
            self.warn(text);
        }
    }

    /// Prints text with styles on standard error.
    pub(crate) fn warn_styled(&self, text: &str) {
        let mut err = AutoStream::new(io::stderr(), self.color_choice());
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// Prints a warning on standard error.
    pub(crate) fn warn(&self, text: &str) {
        // A note is not part of the result, so it may be lost.
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// Prints text with styles to standard output.
pub(crate) fn print_text(text: &str, colors: ColorChoice) -> Result<(), Failure> {
    write_text(text, colors).map_err(|error| Failure::output(&error))
}

fn write_text(text: &str, colors: ColorChoice) -> io::Result<()> {
    let mut out = AutoStream::new(io::stdout().lock(), colors);
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// JSON with a line end.
fn to_json(value: &impl Serialize) -> String {
    let text =
        if io::stdout().is_terminal() { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    let text = text.expect("texts, numbers and lists of them always serialise");
    format!("{}\n", printable_json(&text))
}
