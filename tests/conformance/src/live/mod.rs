//! Running scenarios against a real server, over HTTP alone.
//!
//! Each scenario gets service users and tokens of its own, made through the server's API before it runs and removed
//! afterwards. The scenario keeps naming them by the ids of its `server`; the runner puts the server's ids in their place.

mod api;
mod ids;
mod made;
mod obstacle;
mod place;
mod session;
mod target;

pub use api::Api;
pub use made::Made;
pub use obstacle::{Obstacle, obstacle};
pub use place::Place;
pub use session::{not_live, run};
pub use target::{Session, Target};
