//! From a client's options to connections: where the server is, and how requests get there.

use url::Url;

use crate::endpoint::{self, DEFAULT_MANAGEMENT_URL};
use crate::environment::{self, Variables};
use crate::error::{Error, Result};
use crate::options::ClientOptions;
use crate::proxy::ProxyChoice;
use crate::retry::RetryPolicy;
use crate::tls;
use crate::transport::{Transport, TransportSettings};

impl ClientOptions {
    /// The management URL that these options mean: the one that was given, with [`ClientOptions::from_env`] else the environment's,
    /// else that of NetBird's cloud; without `/api` and without a trailing slash. A program that keeps something for each server
    /// needs it before it has a credential.
    ///
    /// # Errors
    /// `invalid_argument` for a URL that cannot be used, `configuration` for variables that cannot be read or disagree.
    pub fn resolve_management_url(&self) -> Result<String> {
        self.management_url_with(&environment::variables)
    }

    fn management_url_with(&self, get: Variables<'_>) -> Result<String> {
        match self.given_management_url(get)? {
            Some(url) => Ok(url),
            None => self.default_management_url(),
        }
    }

    /// The management URL: the one that was given, or the environment's; `None` if there is neither.
    pub(crate) fn given_management_url(&self, get: Variables<'_>) -> Result<Option<String>> {
        let normalise = |url: &str| endpoint::normalise(url, self.allow_insecure_http);
        if let Some(url) = &self.management_url {
            return normalise(url).map(Some).map_err(|error| match self.sources.of("management_url") {
                Some(source) => error.from_source(source),
                None => error,
            });
        }
        match if self.from_env { environment::management_url(get)? } else { None } {
            Some((variable, url)) => normalise(&url).map(Some).map_err(|error| error.from_source(variable)),
            None => Ok(None),
        }
    }

    /// NetBird's cloud.
    pub(crate) fn default_management_url(&self) -> Result<String> {
        endpoint::normalise(DEFAULT_MANAGEMENT_URL, self.allow_insecure_http)
    }

    /// The connections to the server that this URL names. Answers may have this many bytes.
    pub(crate) fn transport(&self, url: &str, most_bytes: usize, get: Variables<'_>) -> Result<Transport> {
        let proxy = ProxyChoice {
            base_url: url,
            explicit: self.proxy.as_deref(),
            source: self.sources.of("proxy").unwrap_or("the proxy"),
            from_env: self.proxy_from_env,
            allow_insecure_http: self.allow_insecure_http,
        };
        let library = concat!("netbird-tokens/", env!("CARGO_PKG_VERSION"));
        Transport::new(TransportSettings {
            connect_timeout: self.connect_timeout,
            read_timeout: self.read_timeout,
            max_response_bytes: most_bytes,
            extra_roots: self.ca_pem.as_deref().map_or_else(|| Ok(Vec::new()), tls::certificates)?,
            proxy: proxy.choose(get)?,
            user_agent: self
                .user_agent
                .as_ref()
                .map_or_else(|| library.to_owned(), |program| format!("{program} {library}")),
            base_url: Url::parse(url).map_err(|_| Error::bug())?,
        })
    }

    /// How requests are sent again.
    pub(crate) fn retry_policy(&self) -> RetryPolicy {
        RetryPolicy {
            max_retries: self.max_retries,
            base_delay: self.retry_base_delay,
            max_delay: self.retry_max_delay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn what_was_given_comes_before_the_environment_and_that_before_the_cloud() {
        let get = |name: &str| (name == "NB_MANAGEMENT_URL").then(|| "https://env.example/api/".into());
        let url = |options: ClientOptions| options.management_url_with(&get).unwrap();
        let given = || ClientOptions::default().management_url("https://nb.example/api");
        assert_eq!(url(given()), "https://nb.example");
        assert_eq!(url(given().from_env()), "https://nb.example");
        assert_eq!(url(ClientOptions::default().from_env()), "https://env.example");
        assert_eq!(url(ClientOptions::default()), "https://api.netbird.io", "the environment is not looked at");
    }

    #[test]
    fn what_is_wrong_with_the_url_names_its_source() {
        let get = |name: &str| (name == "NETBIRD_API_URL").then(|| "http://nb.example".into());
        let error = ClientOptions::default().from_env().management_url_with(&get).unwrap_err();
        assert!(error.message().contains("NETBIRD_API_URL"), "{error}");
        let given = ClientOptions::default().management_url("nb.example").source("management_url", "--management-url");
        let error = given.management_url_with(&get).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("--management-url"), "{error}");
    }
}
