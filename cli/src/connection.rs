//! From the options of a command to a client.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

#[cfg(feature = "mock")]
use netbird_tokens::Secret;
use netbird_tokens::{CREDENTIAL_VARIABLES, Client, ClientOptions, Credential, Event};
use zeroize::Zeroizing;

use crate::arguments::TokenType;
use crate::credential_origin::CredentialOrigin;
use crate::failure::Failure;
use crate::input::{self, Limits};
use crate::program::Program;
use crate::session::Session;
use crate::stored_login::StoredLogin;
use crate::token_command;

/// No credential is longer: a JWT with many groups has some kilobytes.
const CREDENTIAL_BYTES: u64 = 64 * 1024;
/// How errors name the token file.
const TOKEN_FILE: &str = "the token file";
/// Far more than all public CAs together.
const CA_BYTES: u64 = 16 * 1024 * 1024;

impl Session {
    /// The client that the options and the environment describe. Its calls end when this run is interrupted.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        self.build(self.options()?)
    }

    pub(crate) fn build(&self, options: ClientOptions) -> Result<Client, Failure> {
        Ok(options.build().map_err(|error| self.failed(error))?.with_cancel(&self.cancel))
    }

    /// The options of a client. The credential is the one that an option names, else that of the environment, else the login
    /// that is kept for the management URL.
    pub(crate) fn options(&self) -> Result<ClientOptions, Failure> {
        let options = self.server_options()?;
        if let Some(path) = self.followed_file() {
            self.warn_of_readers(TOKEN_FILE, Path::new(path));
            self.set_origin(CredentialOrigin::Option("--token-file"));
            return Ok(options.token_file(path).source("token_file", TOKEN_FILE));
        }
        if let Some(text) = self.token_text()? {
            let option = if self.source.token_command.is_some() { "--token-command" } else { "--token-file" };
            self.set_origin(CredentialOrigin::Option(option));
            return Ok(options.credential(self.credential(&text)?));
        }
        if let Some(variable) = variable_in_use(&CREDENTIAL_VARIABLES) {
            self.set_origin(CredentialOrigin::Environment(variable));
            return Ok(options);
        }
        let kept = StoredLogin::of(self, &self.management_url()?)?.map(|login| login.resume()).transpose()?.flatten();
        let Some((login, store)) = kept else { return Ok(options) };
        self.set_origin(CredentialOrigin::Login(store));
        Ok(options.credential(login.credential()))
    }

    /// The options of a client without a credential.
    pub(crate) fn server_options(&self) -> Result<ClientOptions, Failure> {
        self.bare_options(self.url_option.as_deref(), "--management-url")
    }

    /// The management URL in its normal form.
    pub(crate) fn management_url(&self) -> Result<String, Failure> {
        self.server_options()?.resolve_management_url().map_err(|error| self.failed(error))
    }

    /// The token file, if the client can read it again later. A pipe can be read only once.
    fn followed_file(&self) -> Option<&str> {
        let path = self.source.token_file.as_deref().filter(|path| *path != Path::new("-") && path.is_file())?;
        if self.source.token_type == TokenType::Detect { path.to_str() } else { None }
    }

    /// The client for the demo, and the text of its credential for the commands that the demo runs.
    #[cfg(feature = "mock")]
    pub(crate) fn client_and_text(&self, url: &str) -> Result<(Client, Secret), Failure> {
        let options = self.bare_options(Some(url), "--server")?;
        let given = self.token_text()?;
        let credential = given.as_ref().map(|text| self.credential(text)).transpose()?;
        let client = self.build(options.credential(credential))?;
        let text = given.or_else(|| {
            let set = CREDENTIAL_VARIABLES.iter().filter_map(|name| std::env::var(name).ok().map(Zeroizing::new));
            set.into_iter().find(|text| !text.trim().is_empty())
        });
        let text = text.ok_or_else(|| Failure::configuration("no credential: set NB_PAT"))?;
        Ok((client, Secret::new(text.as_str())))
    }

    /// Everything but the credential. Checked before a file is read, so that a wrong option does not wait for one.
    fn bare_options(&self, url: Option<&str>, url_option: &str) -> Result<ClientOptions, Failure> {
        let given = &self.connection;
        let verbose = given.verbose;
        let mut options = Client::builder()
            .from_env()
            .management_url(url)
            .connect_timeout(given.connect_timeout)
            .read_timeout(given.read_timeout)
            .timeout(given.timeout)
            .max_retries(given.max_retries)
            .retry_base_delay(given.retry_base_delay)
            .retry_max_delay(given.retry_max_delay)
            .max_response_bytes(given.max_response_bytes)
            .allow_insecure_http(given.allow_insecure_http)
            .proxy(given.proxy.as_deref())
            .proxy_from_env(given.proxy_from_env)
            .user_agent(given.user_agent.as_deref())
            .observer(move |event| print_event(verbose, event));
        for name in ClientOptions::NAMES {
            options = options.source(name, format!("--{}", name.replace('_', "-")));
        }
        options = options.source("management_url", url_option);
        options.check().map_err(|error| self.failed(error))?;
        if let Some(path) = &given.ca_file {
            let pem = input::read(&self.input_limits("--ca-file", CA_BYTES), "the CA file", path)?;
            options = options.ca_pem(pem.as_slice()).source("ca_pem", format!("the CA file {}", path.display()));
        }
        Ok(options)
    }

    fn input_limits(&self, option: &'static str, bytes: u64) -> Limits<'_> {
        Limits { option, bytes, cancel: &self.cancel, time: Some(self.connection.timeout) }
    }

    fn credential(&self, text: &str) -> Result<Credential, Failure> {
        let credential = match self.source.token_type {
            TokenType::Detect => Credential::detect(text),
            TokenType::Pat => Credential::pat(text),
            TokenType::Bearer => Credential::bearer(text),
        };
        let source = match self.source.token_file.as_deref() {
            _ if self.source.token_command.is_some() => "the output of --token-command".to_owned(),
            Some(path) if path != Path::new("-") => format!("{TOKEN_FILE} {}", path.display()),
            _ => "standard input".to_owned(),
        };
        credential.map_err(|error| self.failed(error.from_source(&source)))
    }

    /// What the token file or the token command holds, if one was named.
    fn token_text(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        if let Some(command) = &self.source.token_command {
            let program = Program::parse("--token-command", command, self.source.shell)?;
            let line = token_command::first_line(&program, &self.input_limits("--token-command", CREDENTIAL_BYTES))?;
            return text_of(&line, "the output of --token-command").map(Some);
        }
        let Some(path) = &self.source.token_file else { return Ok(None) };
        if path != Path::new("-") {
            self.warn_of_readers(TOKEN_FILE, path);
            return self.read_token_file("--token-file", path).map(Some);
        }
        if io::stdin().is_terminal() {
            return Err(Failure::usage(
                "standard input is a terminal, which would show the token: pipe it in, or name a file",
            ));
        }
        let bytes = input::read_stdin(&self.input_limits("--token-file", CREDENTIAL_BYTES))?;
        text_of(&bytes, "standard input").map(Some)
    }

    /// The text of a file with a token in it, which an option named.
    pub(crate) fn read_token_file(&self, option: &'static str, path: &Path) -> Result<Zeroizing<String>, Failure> {
        let bytes = input::read(&self.input_limits(option, CREDENTIAL_BYTES), TOKEN_FILE, path)?;
        text_of(&bytes, &path.display().to_string())
    }

    /// A token that others can read is theirs too. This is about files: a pipe has no readers but this program.
    #[cfg(unix)]
    pub(crate) fn warn_of_readers(&self, what: &str, path: &Path) {
        use std::os::unix::fs::MetadataExt as _;
        let Ok(metadata) = std::fs::metadata(path) else { return };
        let mode = metadata.mode() & 0o777;
        if metadata.is_file() && mode & 0o077 != 0 {
            let path = path.display();
            self.warn(&format!("warning: other users can read {what} {path} (mode {mode:04o}): chmod 600 {path}"));
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn warn_of_readers(&self, _: &str, _: &Path) {}
}

/// The first of these variables that is set and not empty, which is the one that the library reads.
pub(crate) fn variable_in_use(names: &[&'static str]) -> Option<&'static str> {
    let is_set = |name: &&'static str| match std::env::var_os(name).map(OsString::into_string) {
        Some(Ok(text)) => !Zeroizing::new(text).trim().is_empty(),
        // What is not text is refused by the library, not passed over.
        Some(Err(_)) => true,
        None => false,
    };
    names.iter().find(|name| is_set(name)).copied()
}

fn text_of(bytes: &[u8], name: &str) -> Result<Zeroizing<String>, Failure> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Failure::configuration(format!("{name} is not a token: it is not UTF-8 text")))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Prints an event of the library on standard error if the user asked for it.
pub(crate) fn print_event(verbose: bool, event: &Event<'_>) {
    if verbose {
        // Events are for watching: without standard error nobody does.
        let _ = writeln!(io::stderr(), "{event}");
    }
}
