//! The fault campaign: stories of random calls over broken connections, played against a mock server and compared with what
//! the server did. `docs/proof.md` says what that proves.

mod actor;
pub mod call;
pub mod campaign;
pub mod check;
pub mod driver;
mod exchange;
pub mod generate;
mod http;
pub mod link;
pub mod logs;
pub mod play;
mod scene;
pub mod shrink;
pub mod story;
pub mod tell;
pub mod wire;
pub mod world;
