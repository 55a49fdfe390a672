//! A client's settings, each absent unless given: the core's defaults are then in force.

use netbird_tokens::{ClientBuilder, OnUnknown};

use crate::error::NativeError;
use crate::time::duration;

/// What to do about a create whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NativeOnUnknown {
    /// Fail with `outcome_unknown` and the ids of the tokens that it may have created.
    Report,
    /// Revoke those tokens and create anew.
    RevokeAndRetry,
}

/// A client's settings. Durations are whole nanoseconds. Numbers are signed so that a negative one is refused with an error
/// and not by a crash of the conversion.
#[derive(Clone, Default, uniffi::Record)]
pub struct NativeOptions {
    /// Takes what is not given explicitly from the environment.
    #[uniffi(default = false)]
    pub from_env: bool,
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
    /// How often a request is sent again at the most.
    #[uniffi(default = None)]
    pub max_retries: Option<i64>,
    /// The longest first wait between two attempts.
    #[uniffi(default = None)]
    pub retry_base_delay: Option<i64>,
    /// What no wait between two attempts exceeds.
    #[uniffi(default = None)]
    pub retry_max_delay: Option<i64>,
    /// The largest body that is read.
    #[uniffi(default = None)]
    pub max_response_bytes: Option<i64>,
    /// Allows `http://` to other machines.
    #[uniffi(default = None)]
    pub allow_insecure_http: Option<bool>,
    /// Trusts these certificates (PEM) besides the platform's.
    #[uniffi(default = None)]
    pub ca_pem: Option<String>,
    /// Sends everything through this proxy.
    #[uniffi(default = None)]
    pub proxy: Option<String>,
    /// Whether the environment's proxy variables count.
    #[uniffi(default = None)]
    pub proxy_from_env: Option<bool>,
    /// Names the program before the library in the `User-Agent`.
    #[uniffi(default = None)]
    pub user_agent: Option<String>,
    /// What to do about a create whose answer was lost.
    #[uniffi(default = None)]
    pub on_unknown: Option<NativeOnUnknown>,
}

fn count<T: TryFrom<i64>>(name: &str, value: i64) -> Result<T, NativeError> {
    T::try_from(value).map_err(|_| NativeError::invalid_argument(format!("{name} cannot be {value}")))
}

impl NativeOptions {
    /// Puts what is given into the builder.
    pub(crate) fn apply(self, mut builder: ClientBuilder) -> Result<ClientBuilder, NativeError> {
        if self.from_env {
            builder = builder.from_env();
        }
        if let Some(url) = self.management_url {
            builder = builder.management_url(url);
        }
        if let Some(time) = self.connect_timeout {
            builder = builder.connect_timeout(duration("the connect timeout", time)?);
        }
        if let Some(time) = self.read_timeout {
            builder = builder.read_timeout(duration("the read timeout", time)?);
        }
        if let Some(time) = self.timeout {
            builder = builder.timeout(duration("the timeout", time)?);
        }
        if let Some(retries) = self.max_retries {
            builder = builder.max_retries(count("the number of retries", retries)?);
        }
        if let Some(delay) = self.retry_base_delay {
            builder = builder.retry_base_delay(duration("the retry base delay", delay)?);
        }
        if let Some(delay) = self.retry_max_delay {
            builder = builder.retry_max_delay(duration("the retry max delay", delay)?);
        }
        if let Some(bytes) = self.max_response_bytes {
            builder = builder.max_response_bytes(count("the largest response", bytes)?);
        }
        if let Some(allow) = self.allow_insecure_http {
            builder = builder.allow_insecure_http(allow);
        }
        if let Some(pem) = self.ca_pem {
            builder = builder.ca_pem(pem);
        }
        if let Some(url) = self.proxy {
            builder = builder.proxy(url);
        }
        if let Some(from_env) = self.proxy_from_env {
            builder = builder.proxy_from_env(from_env);
        }
        if let Some(program) = self.user_agent {
            builder = builder.user_agent(program);
        }
        if let Some(on_unknown) = self.on_unknown {
            builder = builder.on_unknown(match on_unknown {
                NativeOnUnknown::Report => OnUnknown::Report,
                NativeOnUnknown::RevokeAndRetry => OnUnknown::RevokeAndRetry,
            });
        }
        Ok(builder)
    }
}
