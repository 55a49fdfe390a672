//! The parts of the benchmarks.

/// What is measured; the measuring program knows what each means.
pub const PARTS: [&str; 10] =
    ["latency", "first_call", "large", "rows", "threads", "slow", "tls", "syscalls", "start", "audit"];
