//! Steps with dependencies, run as many at once as the machine has room for.

mod schedule;
mod step;
mod summary;

pub use schedule::run;
pub use step::{Context, Job, Step, select};
pub use summary::Mark;
