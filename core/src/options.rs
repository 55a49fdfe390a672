//! Every option of a client, once: its name, type, default and check.

use std::fmt;
use std::time::Duration;

use crate::credential::{Credential, token_file};
use crate::endpoint;
use crate::error::{Error, Result};
use crate::event::{self, Observer};
use crate::tls;

/// The longest time limit that is accepted: a day.
const LONGEST: Duration = Duration::from_secs(86_400);

/// What to do about a create whose answer was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnUnknown {
    /// Fail with `outcome_unknown`, which says what to look for.
    #[default]
    Report,
    /// Find the token by its tagged name, revoke it and create another one. Needs [`NewToken::tag`](crate::NewToken::tag),
    /// because without a tag nothing proves which token the call made. Fails with `outcome_unknown` if the token is not found.
    RevokeAndRetry,
}

/// What an option takes: a value, or an `Option` of one, of which `None` keeps the default.
pub trait OptionValue<T> {
    /// The value, if there is one.
    fn into_option(self) -> Option<T>;
}

impl<T> OptionValue<T> for T {
    fn into_option(self) -> Option<T> {
        Some(self)
    }
}

impl<T> OptionValue<T> for Option<T> {
    fn into_option(self) -> Option<T> {
        self
    }
}

impl OptionValue<String> for &str {
    fn into_option(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl OptionValue<String> for Option<&str> {
    fn into_option(self) -> Option<String> {
        self.map(str::to_owned)
    }
}

impl OptionValue<Vec<u8>> for &[u8] {
    fn into_option(self) -> Option<Vec<u8>> {
        Some(self.to_owned())
    }
}

impl OptionValue<Vec<u8>> for &str {
    fn into_option(self) -> Option<Vec<u8>> {
        Some(self.as_bytes().to_owned())
    }
}

impl OptionValue<Vec<u8>> for String {
    fn into_option(self) -> Option<Vec<u8>> {
        Some(self.into_bytes())
    }
}

macro_rules! options {
    ($($(#[$doc:meta])* $name:ident: $given:ty as $type:ty = $default:expr, $set:expr, $check:expr;)*) => {
        /// The options of a [`Client`](crate::Client). Each setter takes a value, or an `Option` of which `None` keeps the
        /// default.
        #[must_use]
        pub struct ClientOptions {
            $(pub(crate) $name: $type,)*
            pub(crate) from_env: bool,
            pub(crate) observer: Box<Observer>,
            pub(crate) sources: Sources,
        }

        impl Default for ClientOptions {
            fn default() -> Self {
                ClientOptions {
                    $($name: $default,)*
                    from_env: false,
                    observer: Box::new(event::log),
                    sources: Sources::default(),
                }
            }
        }

        impl ClientOptions {
            /// The options' names, the same in every language but for its case.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            $(
                $(#[$doc])*
                pub fn $name(mut self, value: impl OptionValue<$given>) -> Self {
                    if let Some(value) = value.into_option() {
                        let set: fn($given) -> $type = $set;
                        self.$name = set(value);
                    }
                    self
                }
            )*

            /// Checks each option by itself. [`ClientOptions::build`] does this too; a front end calls it before it reads
            /// files or standard input.
            ///
            /// # Errors
            /// `invalid_argument` or `configuration`, naming the option.
            pub fn check(&self) -> Result<()> {
                $(
                    let check: fn(&str, &$type) -> Result<()> = $check;
                    check(self.sources.of(stringify!($name)).unwrap_or(stringify!($name)), &self.$name)?;
                )*
                Ok(())
            }
        }
    };
}

options! {
    /// Where the server is, with or without a trailing `/` and `/api`. Default: `https://api.netbird.io`. `http://` is accepted
    /// for this machine only, unless [`ClientOptions::allow_insecure_http`]. With the credential of a login's session, the default is
    /// that session's server.
    management_url: String as Option<String> = None, Some, any;
    /// How to authenticate.
    credential: Credential as Option<Credential> = None, Some, any;
    /// Path of a file that holds the credential, in place of `credential`. The file is followed: when the server refuses the
    /// credential and the file holds another one by then, the client goes on with that one, and the call is repeated once.
    token_file: String as Option<String> = None, Some, token_file::check_path;
    /// How long making a connection may take. Default: 10 s.
    connect_timeout: Duration as Duration = Duration::from_secs(10), same, time_limit;
    /// How long the server may be silent. Default: 30 s.
    read_timeout: Duration as Duration = Duration::from_secs(30), same, time_limit;
    /// How long a whole call may take, retries and waits included. Default: 60 s.
    timeout: Duration as Duration = Duration::from_secs(60), same, time_limit;
    /// Maximum number of retries of one request. Default: 2.
    max_retries: u32 as u32 = 2, same, any;
    /// Base of the exponential backoff (full jitter): each wait is a random share of a ceiling that starts here and doubles.
    /// Default: 0.5 s.
    retry_base_delay: Duration as Duration = Duration::from_millis(500), same, delay;
    /// Maximum backoff, unless the server asks for more. Default: 8 s.
    retry_max_delay: Duration as Duration = Duration::from_secs(8), same, delay;
    /// The largest body that is read, in bytes. Default: 64 MiB.
    max_response_bytes: usize as usize = 64 * 1024 * 1024, same, size;
    /// Allows `http://` to other machines and `http://` through a proxy. Both send the credential in clear text.
    allow_insecure_http: bool as bool = false, same, any;
    /// Trusts these certificates (PEM, one or more) in addition to the platform's. Where those are files (Linux), new clients share
    /// what was read less than a minute ago.
    ca_pem: Vec<u8> as Option<Vec<u8>> = None, Some, pem;
    /// Sends everything through this proxy (`http://host:port`), whatever the environment says.
    proxy: String as Option<String> = None, Some, any;
    /// Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` apply. Default: they do.
    proxy_from_env: bool as bool = true, same, any;
    /// Prefix for the `User-Agent`, for example `backup/1.2`.
    user_agent: String as Option<String> = None, Some, product;
    /// What to do about a create whose answer was lost. Default: report it.
    on_unknown: OnUnknown as OnUnknown = OnUnknown::default(), same, any;
}

impl ClientOptions {
    /// Takes what is not given explicitly from the environment: the credential (also if there is no `token_file`) from `NB_PAT`, then `NETBIRD_API_TOKEN`,
    /// `NETBIRD_TOKEN`, `NB_API_KEY`; the URL from `NB_MANAGEMENT_URL`, then `NETBIRD_API_URL`. Two that disagree are an
    /// error that names both.
    pub fn from_env(mut self) -> Self {
        self.from_env = true;
        self
    }

    /// How errors name an option, in place of its own name: where its value came from, such as `--timeout` or
    /// `the CA file ca.pem`.
    pub fn source(mut self, option: &'static str, source: impl Into<String>) -> Self {
        self.sources.0.push((option, source.into()));
        self
    }

    /// Is called for every request, retry and reconciliation, on the thread that makes the call (for an awaited call: the one
    /// that polls it). What an audit requests and what finishes an interrupted create is reported on a background thread, which
    /// no call may be made from. Default: events go to the `log` crate, target `netbird_tokens`.
    pub fn observer(mut self, observer: impl Fn(&event::Event<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Box::new(observer);
        self
    }
}

/// How errors name options. The last name given counts.
#[derive(Default)]
pub(crate) struct Sources(Vec<(&'static str, String)>);

impl Sources {
    /// The source that was given for an option.
    pub(crate) fn of(&self, option: &str) -> Option<&str> {
        self.0.iter().rev().find(|(name, _)| *name == option).map(|(_, source)| source.as_str())
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("management_url", &self.management_url.as_deref().map(endpoint::without_user_info))
            .field("credential", &self.credential)
            .field("from_env", &self.from_env)
            .field("timeout", &self.timeout)
            .field("allow_insecure_http", &self.allow_insecure_http)
            .field("proxy", &self.proxy.as_deref().map(endpoint::without_user_info))
            .field("on_unknown", &self.on_unknown)
            .finish_non_exhaustive()
    }
}

fn same<T>(value: T) -> T {
    value
}

fn any<T>(_: &str, _: &T) -> Result<()> {
    Ok(())
}

/// A limit of no time would make every call fail, and one of years is a mistake in the unit.
pub(crate) fn time_limit(name: &str, limit: &Duration) -> Result<()> {
    if limit.is_zero() || *limit > LONGEST {
        let length = if limit.is_zero() { "zero" } else { "longer than a day" };
        return Err(Error::invalid_argument(format!("{name} is {length}: give more than 0 and at most 86400 seconds")));
    }
    Ok(())
}

fn delay(name: &str, delay: &Duration) -> Result<()> {
    if *delay > LONGEST {
        return Err(Error::invalid_argument(format!("{name} is longer than a day: give at most 86400 seconds")));
    }
    Ok(())
}

fn size(name: &str, bytes: &usize) -> Result<()> {
    if *bytes == 0 {
        return Err(Error::invalid_argument(format!("{name} is zero: no answer would fit, give a number of bytes")));
    }
    Ok(())
}

fn pem(name: &str, pem: &Option<Vec<u8>>) -> Result<()> {
    pem.as_deref().map_or(Ok(()), |pem| tls::certificates(pem).map(drop)).map_err(|error| error.from_source(name))
}

fn product(name: &str, program: &Option<String>) -> Result<()> {
    match program.as_deref() {
        Some(program) if program.is_empty() || !program.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => {
            Err(Error::invalid_argument(format!(
                "{name} is empty or has a character that cannot be sent: write it like backup/1.2"
            )))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_keeps_the_default() {
        let options = ClientOptions::default().timeout(None).max_retries(Some(7)).management_url("https://nb.example");
        assert_eq!((options.timeout, options.max_retries), (Duration::from_secs(60), 7));
        assert_eq!(options.management_url.as_deref(), Some("https://nb.example"));
        assert_eq!(options.management_url(None::<&str>).management_url.as_deref(), Some("https://nb.example"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        let refused = |options: ClientOptions, name: &str| {
            let error = options.check().expect_err(name);
            assert!(error.message().contains(name), "{error}");
        };
        refused(ClientOptions::default().timeout(Duration::ZERO), "timeout");
        refused(ClientOptions::default().connect_timeout(Duration::MAX), "connect_timeout");
        refused(ClientOptions::default().read_timeout(Duration::from_secs(86_401)), "read_timeout");
        refused(ClientOptions::default().retry_max_delay(Duration::MAX), "retry_max_delay");
        refused(ClientOptions::default().max_response_bytes(0), "max_response_bytes");
        refused(ClientOptions::default().user_agent("a\nb"), "user_agent");
        refused(ClientOptions::default().ca_pem("/etc/ssl/ca.pem"), "ca_pem");
        ClientOptions::default().retry_base_delay(Duration::ZERO).check().unwrap();
    }

    #[test]
    fn an_error_names_the_source_that_was_given() {
        let check = |options: ClientOptions| options.build().unwrap_err().to_string();
        let options = ClientOptions::default;
        assert!(
            check(options().timeout(Duration::ZERO).source("timeout", "--timeout")).starts_with("--timeout is zero")
        );
        let ca = options().ca_pem("no PEM").source("ca_pem", "the CA file").source("ca_pem", "the CA file x.pem");
        assert!(check(ca).starts_with("the CA file x.pem: "));
        let pat = Credential::pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm").unwrap();
        let url =
            options().credential(pat.clone()).management_url("nb.example").source("management_url", "--management-url");
        assert!(check(url).starts_with("--management-url: the management URL has no scheme"));
        let proxy = options().credential(pat).proxy("ftp://x").source("proxy", "--proxy");
        assert!(check(proxy).starts_with("--proxy does not begin with http://"));
    }

    #[test]
    fn debug_shows_no_password() {
        let options = ClientOptions::default()
            .management_url("https://ada:hunter2@nb.example")
            .proxy("http://ada:hunter2@proxy.example:3128");
        let debug = format!("{options:?}");
        assert!(!debug.contains("hunter2"), "{debug}");
        assert!(debug.contains("proxy.example:3128"), "{debug}");
    }
}
