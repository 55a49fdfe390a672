//! Logging in by the OAuth2 device flow (RFC 8628): a person approves in a browser, and the program gets a session.

mod answer;
mod device;
mod device_login;
mod discovery;
mod fields;
mod form;
mod held;
mod options;
mod pace;
mod provider;
mod record;
mod session;
mod start;
mod tokens;

#[cfg(feature = "async")]
pub use device_login::start_login_async;
pub use device_login::{DeviceLogin, start_login};
pub use options::LoginOptions;
pub use session::LoginSession;
