//! From the global options to a client: where the credential comes from, and how the server is reached.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::sync::mpsc;

#[cfg(feature = "mock")]
use netbird_tokens::{CREDENTIAL_VARIABLES, Secret};
use netbird_tokens::{Client, Credential};
use zeroize::Zeroizing;

use crate::arguments::TokenType;
use crate::failure::Failure;
use crate::interrupt;
use crate::session::Session;

/// No credential is longer: a JWT with many groups has some kilobytes.
const MOST_BYTES: u64 = 64 * 1024;

impl Session {
    /// The client that the options and the environment describe; its calls end when this run is interrupted.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let credential = match &self.global.token_file {
            Some(path) => Some(self.credential(&self.read_token(path)?)?),
            None => None,
        };
        self.client_for(credential, self.global.management_url.as_deref())
    }

    /// The client for another URL, and the credential's text, to be handed to a child process.
    #[cfg(feature = "mock")]
    pub(crate) fn client_and_text(&self, url: &str) -> Result<(Client, Secret), Failure> {
        let (credential, text) = match &self.global.token_file {
            Some(path) => {
                let text = self.read_token(path)?;
                (Some(self.credential(&text)?), Some(text))
            }
            None => {
                let set = CREDENTIAL_VARIABLES.iter().filter_map(|name| std::env::var(name).ok().map(Zeroizing::new));
                (None, set.into_iter().find(|text| !text.trim().is_empty()))
            }
        };
        let client = self.client_for(credential, Some(url))?;
        let text = text.ok_or_else(|| Failure::configuration("there is no credential: set NB_PAT"))?;
        Ok((client, Secret::new(text.as_str())))
    }

    fn client_for(&self, credential: Option<Credential>, url: Option<&str>) -> Result<Client, Failure> {
        let global = &self.global;
        let mut builder = Client::builder()
            .from_env()
            .allow_insecure_http(global.allow_insecure_http)
            .on_unknown(global.on_unknown.into());
        if let Some(credential) = credential {
            builder = builder.credential(credential);
        }
        if let Some(path) = &global.ca_file {
            let pem = std::fs::read(path).map_err(|error| {
                Failure::configuration(format!("the CA file {} cannot be read: {error}", path.display()))
            })?;
            builder = builder.ca_pem(pem);
        }
        if let Some(url) = url {
            builder = builder.management_url(url);
        }
        if let Some(timeout) = global.timeout {
            builder = builder.timeout(timeout);
        }
        if let Some(timeout) = global.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        if let Some(timeout) = global.read_timeout {
            builder = builder.read_timeout(timeout);
        }
        if let Some(retries) = global.max_retries {
            builder = builder.max_retries(retries);
        }
        if let Some(delay) = global.retry_base_delay {
            builder = builder.retry_base_delay(delay);
        }
        if let Some(delay) = global.retry_max_delay {
            builder = builder.retry_max_delay(delay);
        }
        if let Some(bytes) = global.max_response_bytes {
            builder = builder.max_response_bytes(bytes);
        }
        if let Some(proxy) = &global.proxy {
            builder = builder.proxy(proxy);
        }
        if let Some(from_env) = global.proxy_from_env {
            builder = builder.proxy_from_env(from_env);
        }
        if let Some(name) = &global.user_agent {
            builder = builder.user_agent(name);
        }
        if global.verbose {
            builder = builder.observer(|event| {
                // The events are for watching; without standard error nobody does.
                let _ = writeln!(io::stderr(), "{event}");
            });
        }
        Ok(builder.build()?.with_cancel(&self.cancel))
    }

    fn credential(&self, text: &str) -> Result<Credential, Failure> {
        let credential = match self.global.token_type {
            TokenType::Detect => Credential::detect(text),
            TokenType::Pat => Credential::pat(text),
            TokenType::Bearer => Credential::bearer(text),
        };
        Ok(credential?)
    }

    fn read_token(&self, path: &Path) -> Result<Zeroizing<String>, Failure> {
        if path == Path::new("-") { self.read_stdin() } else { self.read_file(path) }
    }

    fn read_file(&self, path: &Path) -> Result<Zeroizing<String>, Failure> {
        let unreadable = |error: io::Error| {
            Failure::configuration(format!("the token file {} cannot be read: {error}", path.display()))
        };
        let file = std::fs::File::open(path).map_err(unreadable)?;
        self.warn_of_readers(path, &file.metadata().map_err(unreadable)?);
        read(file).map_err(unreadable)
    }

    /// A token that others can read is theirs too. Only of files: a pipe has no readers but us.
    #[cfg(unix)]
    fn warn_of_readers(&self, path: &Path, metadata: &std::fs::Metadata) {
        use std::os::unix::fs::MetadataExt as _;
        let mode = metadata.mode() & 0o777;
        if metadata.is_file() && mode & 0o077 != 0 {
            let path = path.display();
            self.note(&format!(
                "warning: the token file {path} can be read by other users (mode {mode:04o}): chmod 600 {path}"
            ));
        }
    }

    #[cfg(not(unix))]
    fn warn_of_readers(&self, _: &Path, _: &std::fs::Metadata) {}

    fn read_stdin(&self) -> Result<Zeroizing<String>, Failure> {
        if io::stdin().is_terminal() {
            return Err(Failure::usage(
                "standard input is a terminal, which would show the token: pipe it in, or name a file",
            ));
        }
        // On a thread of its own, as a read cannot be interrupted.
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            // The receiver may have been interrupted meanwhile.
            let _ = sender.send(read(io::stdin()));
        });
        let text = interrupt::receive(&receiver, &self.cancel);
        text.ok_or_else(|| Failure::cancelled("interrupted while the token was read; nothing was sent"))?
            .map_err(|error| Failure::configuration(format!("the token cannot be read from standard input: {error}")))
    }
}

fn read(from: impl io::Read) -> io::Result<Zeroizing<String>> {
    // With its size known beforehand the text is never moved, so no copy stays behind.
    let mut text = Zeroizing::new(String::with_capacity(MOST_BYTES as usize + 1));
    from.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for a token"));
    }
    Ok(text)
}
