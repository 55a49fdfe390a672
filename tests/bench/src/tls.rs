//! HTTPS with a CA of the server's own: on a connection that stays open, and with a handshake for each call.

use std::time::Instant;

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::clients::{self, TLS_NAMES};
use crate::rounds::{alternate, case_on};
use crate::run::Run;
use crate::server::{Kind, PAT, Server};

pub fn part(run: &Run) -> Result<Value> {
    let open = Server::of_kind(&run.pin, &Kind { tls: true, ..Kind::default() })?;
    let closing = Server::of_kind(&run.pin, &Kind { tls: true, closes: true, ..Kind::default() })?;
    let (many, some) = (run.calls(3_000).to_string(), run.calls(300).to_string());
    let mut figures = Map::new();
    for (name, server, kind, rest) in [
        ("keep-alive", &open, "latency", ["list10", &many]),
        ("resumed session", &closing, "latency", ["list10", &some]),
        ("full handshake", &open, "new-client", ["list10", &some]),
    ] {
        let row = alternate(&TLS_NAMES, run.rounds(3), |client| case_on(server, &run.pin, kind, client, &rest))?;
        figures.insert(name.into(), row);
    }
    Ok(figures.into())
}

/// One list from each of so many new clients: nothing is left of an earlier connection.
pub fn new_clients(name: &str, url: &str, calls: usize) -> Result<Value> {
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        let began = Instant::now();
        clients::make(name, url, PAT)?.list("list-10")?;
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    Ok(json!({ "p50_us": times[calls / 2], "p99_us": times[calls * 99 / 100] }))
}
