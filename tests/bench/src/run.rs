//! One run of the benchmarks: what its parts share.

use std::path::PathBuf;

/// What all parts need.
pub struct Run {
    /// The words before a command that keep it on one core.
    pub pin: Vec<String>,
    /// Whether this is one short round.
    pub quick: bool,
    /// The command-line tool.
    pub tool: Option<PathBuf>,
    /// Other languages' programs, by name.
    pub rows: Vec<(String, String)>,
}

impl Run {
    /// How often each client is measured.
    pub fn rounds(&self, most: usize) -> usize {
        if self.quick { 1 } else { most }
    }

    /// How many calls are made.
    pub fn calls(&self, calls: usize) -> usize {
        if self.quick { (calls / 20).max(20) } else { calls }
    }
}
