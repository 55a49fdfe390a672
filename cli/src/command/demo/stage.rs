//! Runs commands of this program as a user would type them, and shows them and their output without secrets.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::process::{Command, Stdio};

use netbird_tokens::{CREDENTIAL_VARIABLES, Credential, Secret, URL_VARIABLES};

use crate::failure::{Failure, shell_word};
use crate::session::Session;

const PROXY_VARIABLES: &[&str] = &["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// The outcome of a command.
pub(crate) struct Ran {
    pub(crate) status: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The server that the commands use.
pub(crate) struct Place<'a> {
    pub(crate) url: &'a str,
    pub(crate) credential: Secret,
    /// Whether the proxies in the environment apply to it.
    pub(crate) proxies: bool,
    /// The options that every command needs to reach it.
    pub(crate) options: &'a [OsString],
}

pub(crate) struct Stage<'a> {
    session: &'a Session,
    url: String,
    credential: Secret,
    proxies: bool,
    options: &'a [OsString],
    /// What must not be shown.
    secrets: Vec<Secret>,
    steps: usize,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(session: &'a Session, place: Place<'a>) -> Result<Self, Failure> {
        if session.program.is_empty() {
            return Err(Failure::Local("this program cannot find itself to run the steps".to_owned()));
        }
        let Place { url, credential, proxies, options } = place;
        let secrets = vec![credential.clone()];
        Ok(Stage { session, url: url.to_owned(), credential, proxies, options, secrets, steps: 0 })
    }

    /// How many steps there were.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    pub(crate) fn say(&self, text: &str) -> Result<(), Failure> {
        self.session.print(&format!("{text}\n"))
    }

    /// Begins a step.
    pub(crate) fn step(&mut self, title: &str) -> Result<(), Failure> {
        self.steps += 1;
        let bold = anstyle::Style::new().bold();
        self.say(&format!("{bold}{}. {title}{bold:#}\n", self.steps))
    }

    /// Runs this program with these arguments, and shows the command and its output. `secret` is the credential, if not the
    /// demo's own.
    pub(crate) fn run(&mut self, words: &[&str], secret: Option<&Secret>) -> Result<Ran, Failure> {
        let interrupted = || Failure::cancelled("interrupted; what the demo had created is removed");
        if self.session.cancel.is_cancelled() {
            return Err(interrupted());
        }
        if let Some(secret) = secret {
            self.secrets.push(secret.clone());
        }
        let mut command = Command::new(&self.session.program[0]);
        command.args(&self.session.program[1..]).args(words).args(self.options).stdin(Stdio::null());
        for name in CREDENTIAL_VARIABLES.iter().chain(&URL_VARIABLES) {
            command.env_remove(name);
        }
        if !self.proxies {
            for name in PROXY_VARIABLES {
                command.env_remove(name).env_remove(name.to_ascii_lowercase());
            }
        }
        command.env("NB_MANAGEMENT_URL", &self.url).env("NB_PAT", secret.unwrap_or(&self.credential).expose());
        let output = command.output().map_err(|error| Failure::Local(format!("the step cannot be run: {error}")))?;
        let ran = Ran {
            status: output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        if matches!(words.first(), Some(&"create" | &"rotate")) && Credential::pat(ran.stdout.trim_end()).is_ok() {
            self.secrets.push(Secret::new(ran.stdout.trim_end()));
        }
        self.show(words, secret.is_some(), &ran)?;
        if self.session.cancel.is_cancelled() { Err(interrupted()) } else { Ok(ran) }
    }

    fn show(&self, words: &[&str], with_secret: bool, ran: &Ran) -> Result<(), Failure> {
        let mut text = "   $ ".to_owned();
        if with_secret {
            text.push_str("NB_PAT=nbp_**** ");
        }
        text.push_str("netbird-tokens");
        for word in words.iter().map(|word| (*word).to_owned()).chain(self.options.iter().map(lossy)) {
            // Writing to a String cannot fail.
            let _ = write!(text, " {}", shell_word(&word));
        }
        text.push('\n');
        for line in ran.stdout.lines().chain(ran.stderr.lines()) {
            let _ = writeln!(text, "   {line}");
        }
        if ran.status != 0 {
            let _ = writeln!(text, "   [exit status {}]", ran.status);
        }
        self.say(&self.masked(text))
    }

    fn masked(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| text.replace(secret.expose(), &secret.to_string()))
    }

    /// Ends the demo unless the step had the expected outcome.
    pub(crate) fn expect(&self, holds: bool, what: &str, ran: &Ran) -> Result<(), Failure> {
        if holds {
            return Ok(());
        }
        Err(self.failure(what, ran))
    }

    /// What ends the demo when a step did not have the expected outcome.
    pub(crate) fn failure(&self, what: &str, ran: &Ran) -> Failure {
        Failure::Local(format!(
            "step {} failed. Expected: {what}. The command ended with status {}",
            self.steps, ran.status
        ))
    }

    /// The secret that a `create` or a `rotate` printed.
    pub(crate) fn secret_of(&self, ran: &Ran) -> Result<Secret, Failure> {
        let bare = ran.stdout.strip_suffix('\n').unwrap_or(&ran.stdout);
        self.expect(
            ran.status == 0 && Credential::pat(bare).is_ok(),
            "the secret is all that is on standard output",
            ran,
        )?;
        Ok(Secret::new(bare))
    }

    /// The secret with its last character changed. Still a secret: all but one character are right.
    pub(crate) fn mistyped(&self, secret: &Secret) -> Secret {
        let mut text = secret.expose().to_owned();
        let last = text.pop();
        text.push(if last == Some('x') { 'y' } else { 'x' });
        Secret::new(text)
    }
}

fn lossy(word: &OsString) -> String {
    word.to_string_lossy().into_owned()
}
