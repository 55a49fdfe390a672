//! Where the demo plays: runs the command as a user would type it, and shows what came of it without its secrets.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::process::{Command, Stdio};

use netbird_tokens::{CREDENTIAL_VARIABLES, Credential, Secret, URL_VARIABLES};

use crate::failure::Failure;
use crate::session::Session;

const PROXY_VARIABLES: &[&str] = &["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// What a run of the command came to.
pub(crate) struct Ran {
    pub(crate) status: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) struct Stage<'a> {
    session: &'a Session,
    url: String,
    credential: Secret,
    /// Whether the proxies that the environment names are for this server.
    proxies: bool,
    /// The global options of `demo` itself that its steps need too.
    options: Vec<OsString>,
    /// What must not be shown.
    secrets: Vec<Secret>,
    steps: usize,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(session: &'a Session, url: &str, credential: Secret, proxies: bool) -> Result<Self, Failure> {
        if session.program.is_empty() {
            return Err(Failure::Local("this program cannot find itself to run the steps".to_owned()));
        }
        Ok(Stage {
            session,
            url: url.to_owned(),
            secrets: vec![credential.clone()],
            credential,
            proxies,
            options: if proxies { connection_options(session) } else { Vec::new() },
            steps: 0,
        })
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

    /// Runs the command with these words, shows it and its output, and gives what came of it. With `secret` it authenticates
    /// by that, handed over in the environment.
    pub(crate) fn run(&mut self, words: &[&str], secret: Option<&Secret>) -> Result<Ran, Failure> {
        let interrupted = || Failure::cancelled("interrupted; what the demo had created is removed again");
        if self.session.cancel.is_cancelled() {
            return Err(interrupted());
        }
        if let Some(secret) = secret {
            self.secrets.push(secret.clone());
        }
        let mut command = Command::new(&self.session.program[0]);
        command.args(&self.session.program[1..]).args(words).args(&self.options).stdin(Stdio::null());
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
        if words.first() == Some(&"create") && Credential::pat(ran.stdout.trim_end()).is_ok() {
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
            let _ = write!(text, " {}", crate::failure::shell_word(&word));
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

    /// Ends the demo unless the step did what it promised.
    pub(crate) fn expect(&self, holds: bool, what: &str, ran: &Ran) -> Result<(), Failure> {
        if holds {
            return Ok(());
        }
        Err(Failure::Local(format!(
            "step {} did not hold. Expected: {what}. The command ended with status {}",
            self.steps, ran.status
        )))
    }

    /// The secret that a `create` printed.
    pub(crate) fn secret_of(&self, ran: &Ran) -> Result<Secret, Failure> {
        let bare = ran.stdout.strip_suffix('\n').unwrap_or(&ran.stdout);
        self.expect(
            ran.status == 0 && Credential::pat(bare).is_ok(),
            "the secret is all that stands on standard output",
            ran,
        )?;
        Ok(Secret::new(bare))
    }

    /// The secret with its last character changed, which is as secret as the whole.
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

/// How the server is reached, for the steps.
fn connection_options(session: &Session) -> Vec<OsString> {
    let global = &session.global;
    let mut options: Vec<OsString> = Vec::new();
    let mut with = |name: &str, value: OsString| {
        options.push(name.into());
        options.push(value);
    };
    if let Some(path) = &global.ca_file {
        with("--ca-file", path.into());
    }
    if let Some(url) = &global.proxy {
        with("--proxy", url.into());
    }
    if let Some(from_env) = global.proxy_from_env {
        with("--proxy-from-env", from_env.to_string().into());
    }
    if let Some(timeout) = global.timeout {
        with("--timeout", timeout.as_secs_f64().to_string().into());
    }
    if global.allow_insecure_http {
        options.push("--allow-insecure-http".into());
    }
    options
}
