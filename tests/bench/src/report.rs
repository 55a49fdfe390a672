//! The figures as tables for a person.

use std::fmt::Write as _;

use serde_json::Value;

use crate::clients::NAMES;

/// All tables.
pub fn tables(figures: &Value) -> String {
    let mut out = String::new();
    let pinned =
        if figures["pinned"] == true { "client and server pinned to one core" } else { "NOT pinned: no taskset here" };
    head(&mut out, &format!("Latency of one call, one after the other ({pinned}; medians of rounds)"));
    line(&mut out, &["call", "client", "p50 us", "p99 us", "CPU us", "p50 / floor", "p50 / reqwest::blocking"]);
    for (operation, clients) in entries(&figures["latency"]) {
        let p50 = |name: &str| clients[name]["p50_us"].as_f64();
        for name in NAMES {
            let row = &clients[name];
            line(
                &mut out,
                &[
                    operation,
                    name,
                    &number(&row["p50_us"], 1),
                    &number(&row["p99_us"], 1),
                    &number(&row["cpu_us"], 1),
                    &ratio(p50(name), p50("floor")),
                    &ratio(p50(name), p50("reqwest::blocking")),
                ],
            );
        }
    }

    head(&mut out, "Time from the start of the process to the first list of 10");
    line(&mut out, &["client", "ms"]);
    for name in NAMES {
        line(&mut out, &[name, &number(&figures["first_call"][name]["ms"], 2)]);
    }

    head(&mut out, "A server that waits 5 ms, and HTTPS: list of 10");
    line(&mut out, &["what", "client", "p50 us", "p99 us", "CPU us"]);
    let slow = ("5 ms", &figures["slow"]);
    for (what, clients) in std::iter::once(slow).chain(entries(&figures["tls"])) {
        for (name, row) in entries(clients) {
            let cells = ["p50_us", "p99_us", "cpu_us"].map(|figure| number(&row[figure], 1));
            line(&mut out, &[what, name, &cells[0], &cells[1], &cells[2]]);
        }
    }

    head(&mut out, "System calls for each list of 10; milliseconds from the start of a process to its end");
    for (name, row) in entries(&figures["syscalls"]).filter(|(name, _)| *name != "skipped") {
        line(&mut out, &[name, &number(&row["total"], 1), &row["each"].to_string()]);
    }
    for (name, row) in entries(&figures["start"]).filter(|(name, _)| *name != "skipped") {
        line(&mut out, &[name, &number(&row["p50_ms"], 2), &number(&row["p90_ms"], 2)]);
    }

    head(&mut out, "Large lists: time, and the most memory beside the body's size");
    line(&mut out, &["tokens", "body bytes", "client", "ms", "peak bytes", "peak / body"]);
    for (length, row) in entries(&figures["large"]) {
        for (name, figures) in entries(&row["clients"]) {
            line(
                &mut out,
                &[
                    length,
                    &number(&row["body_bytes"], 0),
                    name,
                    &number(&figures["ms"], 2),
                    &number(&figures["peak_bytes"], 0),
                    &ratio(figures["peak_bytes"].as_f64(), row["body_bytes"].as_f64()),
                ],
            );
        }
    }

    head(&mut out, "Threads on one client, lists of 10 (client and server share all cores)");
    line(&mut out, &["threads", "client", "calls/s", "CPU us/call"]);
    for (threads, clients) in entries(&figures["threads"]) {
        for (name, row) in entries(clients) {
            line(&mut out, &[threads, name, &number(&row["calls_per_s"], 0), &number(&row["cpu_us"], 1)]);
        }
    }

    head(&mut out, "Audit: 20 tokens a user, a server that waits 5 ms before each answer, 32 requests at a time");
    line(
        &mut out,
        &["users", "one alone ms", "ideal ms", "32 raw sockets ms", "ours ms", "ours / ideal", "peak bytes"],
    );
    for (users, row) in entries(&figures["audit"]) {
        let ours = &row["ours"];
        line(
            &mut out,
            &[
                users,
                &number(&ours["alone_ms"], 2),
                &number(&ours["ideal_ms"], 1),
                &number(&row["floor"]["ms"], 1),
                &number(&ours["ms"], 1),
                &ratio(ours["ms"].as_f64(), ours["ideal_ms"].as_f64()),
                &number(&ours["peak_bytes"], 0),
            ],
        );
    }

    let floor = figures["latency"]["list10"]["floor"]["p50_us"].as_f64();
    let ours = figures["latency"]["list10"]["ours"]["p50_us"].as_f64();
    for (name, rows) in entries(&figures["rows"]) {
        head(&mut out, &format!("Rows of {name}"));
        for row in rows.as_array().into_iter().flatten() {
            let mut cells = vec![row["row"].as_str().unwrap_or("?").to_owned()];
            for (figure, value) in entries(row).filter(|(figure, _)| *figure != "row") {
                let text = value.as_str().map_or_else(|| number(value, 1), str::to_owned);
                cells.push(format!("{figure} {text}"));
            }
            if let Some(p50) = row["p50_us"].as_f64() {
                cells.push(format!("/floor {}", ratio(Some(p50), floor)));
                cells.push(format!("/Rust {}", ratio(Some(p50), ours)));
            }
            let _ = writeln!(out, "  {}", cells.join("  "));
        }
    }

    if entries(&figures["sizes"]).next().is_some() {
        head(&mut out, "Sizes");
        for (name, size) in entries(&figures["sizes"]) {
            line(&mut out, &[name, &number(size, 0)]);
        }
    }
    out
}

pub fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let mut entries: Vec<_> =
        value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value)).collect();
    // Numbers by size, the rest as they came.
    entries.sort_by_key(|(key, _)| key.parse::<u64>().unwrap_or(0));
    entries.into_iter()
}

fn head(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "\n{text}");
}

fn line(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>18}")).collect();
    let _ = writeln!(out, "{}", cells.join(" "));
}

pub fn number(value: &Value, digits: usize) -> String {
    value.as_f64().map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

pub fn ratio(a: Option<f64>, b: Option<f64>) -> String {
    match (a, b) {
        (Some(a), Some(b)) if b > 0.0 => format!("{:.2}", a / b),
        _ => "-".to_owned(),
    }
}
