//! Python front end: converts types between Python and the core, and nothing else.
//!
//! Users import `netbird_tokens` (in `python/`), which re-exports what this module, `netbird_tokens._native`, defines.
#![deny(unsafe_code)]

mod arguments;
mod audit;
mod awaiting;
mod call;
mod cancel;
mod check;
mod client;
mod command;
mod credential;
mod error;
mod exit;
mod instant;
mod interrupt;
mod logging;
mod login;
mod mock;
mod options;
mod pickle;
mod repr;
mod requests;
mod restore;
mod rotation;
mod secret;
mod sequence;
mod session;
mod session_methods;
mod token;
mod user;
mod value;
mod vocabulary;
mod worker;

use pyo3::prelude::*;

/// The compiled half of the package netbird_tokens: import that instead.
// No object here can be changed once made, so threads need no lock around them.
#[pymodule(gil_used = false, name = "_native")]
mod native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::audit::Audit;
    #[pymodule_export]
    use crate::awaiting::AwaitedCall;
    #[pymodule_export]
    use crate::cancel::CancelToken;
    #[pymodule_export]
    use crate::client::Client;
    #[pymodule_export]
    use crate::credential::Credential;
    #[pymodule_export]
    use crate::login::{DeviceLogin, start_login};
    #[pymodule_export]
    use crate::mock::MockServer;
    #[pymodule_export]
    use crate::rotation::Rotation;
    #[pymodule_export]
    use crate::secret::Secret;
    #[pymodule_export]
    use crate::session::LoginSession;
    #[pymodule_export]
    use crate::token::{CreatedToken, Token, TokenList};
    #[pymodule_export]
    use crate::user::{User, UserList};

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "Python's name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use crate::command::run_command;
    #[pymodule_export]
    use crate::error::error_kinds;
    #[pymodule_export]
    use crate::restore::{restore_token, restore_tokens, restore_user, restore_users};
    #[pymodule_export]
    use crate::vocabulary::vocabulary;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::exit::init(module.py())
    }
}
