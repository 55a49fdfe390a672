//! The runner's own tests. The scenarios of `must_fail` each fail for one reason, and the runner must name that one.

mod interruption;
mod live;
mod live_scenarios;
mod must_fail;
mod operations;
mod reports;
mod scenario_files;
mod skips;
mod support;
mod versions;
