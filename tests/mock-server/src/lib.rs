//! A faithful NetBird token server for tests: stateful, over real sockets, with fault injection.
//!
//! ```
//! use netbird_mock::MockServer;
//! use netbird_mock::world::{UserSeed, World};
//!
//! let server = MockServer::start(World {
//!     users: vec![UserSeed {
//!         id: "ada".to_owned(),
//!         role: "owner".to_owned(),
//!         ..UserSeed::default()
//!     }],
//!     ..World::default()
//! })?;
//! let token = server.add_token("ada", Default::default())?;
//! assert!(netbird_mock::pat::is_well_formed(&token.plain));
//! // … requests to server.url() with the header `Authorization: Token <token.plain>` …
//! assert!(server.requests().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`world`] describes what a test can set up, [`MockServer`] what it can do while the server runs. The control API offers
//! the same over HTTP, and [`cli`] runs both as a program.

mod auth;
pub mod cli;
mod connection;
mod control;
mod errors;
mod faults;
mod gojson;
mod handlers;
mod http;
mod identity;
mod jwt;
mod limiter;
mod link;
mod listener;
pub mod log;
pub mod pat;
mod paths;
mod permissions;
mod random;
mod routes;
mod seed;
mod server;
mod setup;
mod shared;
mod state;
mod time;
mod tls;
mod tokens;
mod users;
pub mod world;
pub mod xid;

pub use listener::Ports;
pub use server::MockServer;
