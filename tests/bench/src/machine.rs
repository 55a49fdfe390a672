//! When and on what it was measured, in general words: nothing that tells which machine it is.

use serde_json::{Value, json};

pub fn describe() -> Value {
    let now = jiff::Timestamp::now();
    json!({
        "date": now.strftime("%Y-%m-%d").to_string(),
        "system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "processor": processor(),
    })
}

/// What Linux calls the processor.
fn processor() -> Option<String> {
    let information = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = information.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
