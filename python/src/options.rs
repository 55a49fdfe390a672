//! The options of a client: those of Python's constructors and of logins, and the core's.

/// Calls `$then` with the names of all options, in the order in which `help()` shows them, and what follows.
///
/// Adding an option is adding its name here and a line in `ClientArguments::fill`.
macro_rules! with_options {
    ($then:ident { $($rest:tt)* }) => {
        $then! {
            {
                pat bearer credential token_file management_url connect_timeout read_timeout timeout max_retries
                retry_base_delay retry_max_delay max_response_bytes allow_insecure_http ca_pem proxy proxy_from_env
                user_agent on_unknown
            }
            $($rest)*
        }
    };
}
pub(crate) use with_options;

use netbird_tokens::ClientOptions;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arguments::{count, duration, flag, on_unknown, optional, path, pem, text};
use crate::logging;

macro_rules! arguments_struct {
    ({ $($option:ident)* }) => {
        /// What a constructor was given, by the option's name.
        pub(crate) struct ClientArguments<'a, 'py> {
            $(pub(crate) $option: Option<&'a Bound<'py, PyAny>>,)*
        }

        impl<'a, 'py> ClientArguments<'a, 'py> {
            /// What a function was given as further keywords. Gives the name of one that is no option. None counts as not given.
            fn from_keywords(keywords: &'a [Keyword<'py>]) -> Result<Self, &'a str> {
                let mut arguments = ClientArguments { $($option: None),* };
                for (name, value) in keywords {
                    let value = Some(value).filter(|value| !value.is_none());
                    match name.as_str() {
                        $(stringify!($option) => arguments.$option = value,)*
                        name => return Err(name),
                    }
                }
                Ok(arguments)
            }
        }
    };
}
with_options!(arguments_struct {});

/// A keyword and its value.
type Keyword<'py> = (String, Bound<'py, PyAny>);

/// The core's options for a function that logs in or takes a session up, and takes those of a client as further keywords.
pub(crate) fn from_keywords(
    function: &str,
    management_url: Option<&Bound<'_, PyAny>>,
    from_env: Option<&Bound<'_, PyAny>>,
    keywords: Option<&Bound<'_, PyDict>>,
) -> PyResult<ClientOptions> {
    let keywords = keywords.into_iter().flat_map(|keywords| keywords.iter());
    let keywords: Vec<Keyword<'_>> =
        keywords.map(|(name, value)| Ok((name.extract()?, value))).collect::<PyResult<_>>()?;
    let arguments = ClientArguments::from_keywords(&keywords)
        .map_err(|name| PyTypeError::new_err(format!("{function}() got an unexpected keyword argument '{name}'")))?;
    let options = ClientOptions::default();
    let options = if optional("from_env", from_env, flag)?.unwrap_or_default() { options.from_env() } else { options };
    let given = ClientArguments { management_url, ..arguments };
    Ok(given.fill(options)?.observer(logging::observe))
}

impl ClientArguments<'_, '_> {
    /// The core's options, with what was given.
    pub(crate) fn fill(self, options: ClientOptions) -> PyResult<ClientOptions> {
        macro_rules! given {
            ($option:ident, $read:path) => {
                optional(stringify!($option), self.$option, $read)?
            };
        }
        Ok(options
            .credential(crate::credential::one(self.pat, self.bearer, self.credential)?)
            .token_file(given!(token_file, path))
            .management_url(given!(management_url, text))
            .connect_timeout(given!(connect_timeout, duration))
            .read_timeout(given!(read_timeout, duration))
            .timeout(given!(timeout, duration))
            .max_retries(given!(max_retries, count::<u32>))
            .retry_base_delay(given!(retry_base_delay, duration))
            .retry_max_delay(given!(retry_max_delay, duration))
            .max_response_bytes(given!(max_response_bytes, count::<usize>))
            .allow_insecure_http(given!(allow_insecure_http, flag))
            .ca_pem(given!(ca_pem, pem))
            .proxy(given!(proxy, text))
            .proxy_from_env(given!(proxy_from_env, flag))
            .user_agent(given!(user_agent, text))
            .on_unknown(given!(on_unknown, on_unknown)))
    }
}
