//! A client's options. Each is absent unless given: the core's default then applies.

use std::time::Duration;

use netbird_tokens::{Client, ClientOptions, Error, OnUnknown, Result};

/// What to do about a create whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NativeOnUnknown {
    /// Fail with `outcome_unknown`, which says what to look for.
    Report,
    /// Find the token by its tagged name, revoke it and create another one. Needs a tag.
    RevokeAndRetry,
}

impl From<NativeOnUnknown> for OnUnknown {
    fn from(on_unknown: NativeOnUnknown) -> Self {
        match on_unknown {
            NativeOnUnknown::Report => OnUnknown::Report,
            NativeOnUnknown::RevokeAndRetry => OnUnknown::RevokeAndRetry,
        }
    }
}

/// A client's options, as the core's `ClientOptions` describes them. Durations are whole nanoseconds. Numbers are signed, so that
/// a negative one is refused with an error and not by a crash of the conversion.
#[derive(Clone, Default, uniffi::Record)]
pub struct NativeOptions {
    /// Takes what is not given explicitly from the environment.
    #[uniffi(default = false)]
    pub from_env: bool,
    /// Path of a file that holds the credential, and is followed.
    #[uniffi(default = None)]
    pub token_file: Option<String>,
    /// Where the server is.
    #[uniffi(default = None)]
    pub management_url: Option<String>,
    /// How long making a connection may take.
    #[uniffi(default = None)]
    pub connect_timeout: Option<i64>,
    /// How long the server may be silent.
    #[uniffi(default = None)]
    pub read_timeout: Option<i64>,
    /// How long a whole call may take.
    #[uniffi(default = None)]
    pub timeout: Option<i64>,
    /// Maximum number of retries of one request.
    #[uniffi(default = None)]
    pub max_retries: Option<i64>,
    /// Base of the exponential backoff.
    #[uniffi(default = None)]
    pub retry_base_delay: Option<i64>,
    /// Maximum backoff.
    #[uniffi(default = None)]
    pub retry_max_delay: Option<i64>,
    /// The largest body that is read.
    #[uniffi(default = None)]
    pub max_response_bytes: Option<i64>,
    /// Allows `http://` to other machines.
    #[uniffi(default = None)]
    pub allow_insecure_http: Option<bool>,
    /// Trusts these certificates (PEM) in addition to the platform's.
    #[uniffi(default = None)]
    pub ca_pem: Option<String>,
    /// Sends everything through this proxy.
    #[uniffi(default = None)]
    pub proxy: Option<String>,
    /// Whether the environment's proxy variables apply.
    #[uniffi(default = None)]
    pub proxy_from_env: Option<bool>,
    /// Prefix for the `User-Agent`.
    #[uniffi(default = None)]
    pub user_agent: Option<String>,
    /// What to do about a create whose answer was lost.
    #[uniffi(default = None)]
    pub on_unknown: Option<NativeOnUnknown>,
}

impl NativeOptions {
    /// The core's options. The credential and the observer are not among them.
    pub(crate) fn fill(self) -> Result<ClientOptions> {
        let options = Client::builder()
            .management_url(self.management_url)
            .token_file(self.token_file)
            .connect_timeout(optional("connect_timeout", self.connect_timeout, duration)?)
            .read_timeout(optional("read_timeout", self.read_timeout, duration)?)
            .timeout(optional("timeout", self.timeout, duration)?)
            .max_retries(optional("max_retries", self.max_retries, number)?)
            .retry_base_delay(optional("retry_base_delay", self.retry_base_delay, duration)?)
            .retry_max_delay(optional("retry_max_delay", self.retry_max_delay, duration)?)
            .max_response_bytes(optional("max_response_bytes", self.max_response_bytes, number)?)
            .allow_insecure_http(self.allow_insecure_http)
            .ca_pem(self.ca_pem.map(String::into_bytes))
            .proxy(self.proxy)
            .proxy_from_env(self.proxy_from_env)
            .user_agent(self.user_agent)
            .on_unknown(self.on_unknown.map(OnUnknown::from));
        Ok(if self.from_env { options.from_env() } else { options })
    }
}

pub(crate) fn optional<T>(
    name: &str,
    value: Option<i64>,
    convert: impl FnOnce(&str, i64) -> Result<T>,
) -> Result<Option<T>> {
    value.map(|value| convert(name, value)).transpose()
}

/// A duration that the foreign side gave in nanoseconds.
pub(crate) fn duration(name: &str, nanoseconds: i64) -> Result<Duration> {
    number(name, nanoseconds).map(Duration::from_nanos)
}

pub(crate) fn number<T: TryFrom<i64>>(name: &str, value: i64) -> Result<T> {
    T::try_from(value).map_err(|_| {
        let why = if value < 0 { "negative: give 0 or more" } else { "too large: give a smaller number" };
        Error::invalid_argument(format!("{name} is {why}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        assert_eq!(duration("timeout", 1_500_000_000).unwrap(), Duration::from_millis(1_500));
        let refused = |options: NativeOptions| options.fill().unwrap_err().message().to_owned();
        assert_eq!(
            refused(NativeOptions { timeout: Some(-1), ..NativeOptions::default() }),
            "timeout is negative: give 0 or more"
        );
        assert_eq!(
            refused(NativeOptions { max_retries: Some(i64::MAX), ..NativeOptions::default() }),
            "max_retries is too large: give a smaller number"
        );
    }

    #[test]
    fn every_option_of_the_core_is_handed_on() {
        let source = include_str!("options.rs");
        let fill = source.split("fn fill").nth(1).unwrap().split("\n    }\n").next().unwrap();
        for name in ClientOptions::NAMES.iter().filter(|name| **name != "credential") {
            assert!(fill.contains(&format!(".{name}(")), "{name}");
        }
    }
}
