//! Logging in by the OAuth2 device flow (RFC 8628): a person approves in a browser, and the program gets a session.

mod device_login;
mod options;
mod session;

pub use device_login::{DeviceLogin, start_login};
#[cfg(feature = "async")]
pub use device_login::start_login_async;
pub use options::LoginOptions;
pub use session::LoginSession;
