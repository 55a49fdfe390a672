//! The options of a login, once: name, default and check.

use std::fmt;
use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::credential::looks_like_credential;
use crate::endpoint::{self, Subject};
use crate::error::{Advice, Error, Result};
use crate::options::OptionValue;
use crate::quoted::holds_credential;
use crate::scope::Scope;

/// The client that NetBird's embedded identity provider has for programs.
const CLIENT_ID: &str = "netbird-cli";

/// `openid` gives the ID token, which is what the API accepts, and `offline_access` the refresh token.
const SCOPE: &str = "openid profile email offline_access";

macro_rules! options {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $default:expr;)*) => {
        /// How to log in, for [`start_login`](crate::start_login). The defaults fit a self-hosted server with the embedded
        /// identity provider. Each setter takes a value, or an `Option` of which `None` keeps the default.
        #[derive(Clone)]
        #[must_use]
        pub struct LoginOptions {
            $(pub(super) $name: $type,)*
            pub(super) scope_of_calls: Scope,
        }

        impl Default for LoginOptions {
            fn default() -> Self {
                LoginOptions { $($name: $default,)* scope_of_calls: Scope::default() }
            }
        }

        impl LoginOptions {
            /// The options' names, the same in every language but for its case.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            $(
                $(#[$doc])*
                pub fn $name(mut self, value: impl OptionValue<String>) -> Self {
                    if let Some(value) = value.into_option() {
                        self.$name = value.into();
                    }
                    self
                }
            )*
        }

        impl fmt::Debug for LoginOptions {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct("LoginOptions")$(.field(stringify!($name), &self.$name))*.finish_non_exhaustive()
            }
        }
    };
}

options! {
    /// The identity provider: the URL below which its `/.well-known/openid-configuration` is. Default: the management URL and
    /// `/oauth2`, where the embedded one is.
    issuer: Option<String> = None;
    /// The client that the identity provider knows this program as. It must be a public one that may use the device flow. Default:
    /// `netbird-cli`, which the embedded one has.
    client_id: String = CLIENT_ID.to_owned();
    /// The audience to ask for, where the identity provider needs one. Default: none is sent.
    audience: Option<String> = None;
    /// What to ask for, separated by spaces. Without `openid` there is no ID token and the login fails; without
    /// `offline_access` the session cannot be refreshed. Default: `openid profile email offline_access`.
    scope: String = SCOPE.to_owned();
    /// One host besides the issuer's that the identity provider's document may name endpoints on. Default: none.
    endpoint_host: Option<String> = None;
}

impl LoginOptions {
    /// [`start_login`](crate::start_login), and the login that it gives, end with `cancelled` once the token is cancelled, by any
    /// thread, within 50 ms.
    pub fn with_cancel(mut self, token: &CancelToken) -> Self {
        self.scope_of_calls = self.scope_of_calls.with_cancel(token);
        self
    }

    /// [`start_login`](crate::start_login), and the login that it gives, ask `interrupted` about every 20 ms, on the thread that
    /// waits, and end with `cancelled` once it says true.
    pub fn with_interrupt(mut self, interrupted: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.scope_of_calls.interrupt = Some(Arc::new(interrupted));
        self
    }

    /// Checks each option by itself. [`start_login`](crate::start_login) does this too; a front end calls it before it asks or
    /// reads anything.
    ///
    /// # Errors
    /// `invalid_argument`, naming the option.
    pub fn check(&self) -> Result<()> {
        // Whether it may be http:// depends on another option, and is checked with that.
        self.issuer.as_deref().map_or(Ok(()), |issuer| endpoint::check_url(issuer, Subject::Issuer, true).map(drop))?;
        let texts = [
            ("client_id", Some(&self.client_id)),
            ("audience", self.audience.as_ref()),
            ("scope", Some(&self.scope)),
            ("endpoint_host", self.endpoint_host.as_ref()),
        ];
        for (name, text) in texts {
            let Some(text) = text else { continue };
            let why = if text.trim().is_empty() {
                "is empty"
            } else if text.chars().any(char::is_control) {
                "has a control character in it"
            } else if looks_like_credential(text) || holds_credential(text) {
                "looks like a credential, which must not be sent here"
            } else {
                continue;
            };
            return Err(Error::invalid_argument(format!("{name} {why}: {}", what_to_give(name)))
                .with_advice(Advice::CorrectInput));
        }
        if self.endpoint_host.as_deref().is_some_and(|host| url::Host::parse(host).is_err()) {
            return Err(Error::invalid_argument(format!(
                "endpoint_host is not a host name: {}",
                what_to_give("endpoint_host")
            ))
            .with_advice(Advice::CorrectInput));
        }
        Ok(())
    }
}

fn what_to_give(name: &str) -> &'static str {
    match name {
        "client_id" => "give the id of a public client of the identity provider, or leave it out for netbird-cli",
        "audience" => "give the audience that the server accepts, or leave it out",
        "scope" => "give scopes separated by spaces, such as openid offline_access",
        _ => "give a host alone, like login.example.com, without https:// and without a path",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_embedded_provider_and_none_keeps_them() {
        let options = LoginOptions::default().client_id(None::<&str>).scope(None::<String>).issuer(None::<&str>);
        assert_eq!(options.client_id, "netbird-cli");
        assert_eq!(options.scope, "openid profile email offline_access");
        assert_eq!((options.issuer, options.audience, options.endpoint_host), (None, None, None));
        assert_eq!(LoginOptions::NAMES, ["issuer", "client_id", "audience", "scope", "endpoint_host"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name_and_never_shown() {
        let options = LoginOptions::default;
        let jwt = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";
        for (refused, name) in [
            (options().issuer("login.example.com"), "issuer"),
            (options().issuer("https://login.example.com?a=b"), "issuer"),
            (options().issuer("https://ada:hunter2@login.example.com"), "issuer"),
            (options().client_id(""), "client_id"),
            (options().client_id(jwt), "client_id"),
            (options().audience("a\nb"), "audience"),
            (options().scope(" "), "scope"),
            (options().endpoint_host("https://login.example.com"), "endpoint_host"),
            (options().endpoint_host("login.example.com/x"), "endpoint_host"),
        ] {
            let error = refused.check().expect_err(name);
            assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument);
            assert!(error.message().contains(name), "{error}");
            assert!(!error.message().contains("hunter2") && !error.message().contains(jwt), "{error}");
        }
        options().issuer("http://login.example.com").endpoint_host("[::1]").audience("netbird").check().unwrap();
    }
}
