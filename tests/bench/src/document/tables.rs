//! The figures as Markdown tables.

use std::fmt::Write as _;

use serde_json::Value;

use super::list;
use crate::report::{entries, number, ratio};

/// All tables, each under a heading, with what is in the figures and no more.
pub fn markdown(figures: &Value) -> String {
    let mut out = machine(figures);
    section(&mut out, "List of 10 tokens, one call after the other", "list-of-10", list_of_10(figures));
    section(&mut out, "Other operations", "operations", operations(figures));
    section(&mut out, "Threads on one client, lists of 10", "threads", threads(figures));
    section(&mut out, "A server that waits 5 ms", "", slow(figures));
    section(&mut out, "HTTPS", "", tls(figures));
    section(&mut out, "Large lists", "", large(figures));
    section(&mut out, "Audits", "audit", audit(figures));
    section(&mut out, "System calls for each list of 10", "", syscalls(figures));
    section(&mut out, "From the start of a process", "", start(figures));
    section(&mut out, "Sizes", "", sizes(figures));
    out
}

fn machine(figures: &Value) -> String {
    let machine = &figures["machine"];
    let text = |key: &str| machine[key].as_str().unwrap_or("?");
    let pinned = if figures["pinned"] == true { "client and server share one core" } else { "on all cores" };
    let processor = machine["processor"].as_str().map(|name| format!(" ({name})")).unwrap_or_default();
    format!(
        "Measured on {} on {} {} cores{processor}, {}. One call after the other: {pinned}; threads and audits: all cores. \
         Medians of rounds in turning order.\n",
        text("date"),
        number(&machine["cores"], 0),
        text("architecture"),
        text("system"),
    )
}

/// A table: what its columns are called, and its rows.
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(head: &[&str]) -> Self {
        Table { head: head.iter().map(ToString::to_string).collect(), rows: Vec::new() }
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }
}

fn section(out: &mut String, title: &str, chart: &str, table: Table) {
    if table.rows.is_empty() {
        return;
    }
    // Writing to a String cannot fail.
    let _ = write!(out, "\n### {title}\n\n");
    if !chart.is_empty() {
        let _ = write!(out, "![{title}](benchmarks/{chart}.svg)\n\n");
    }
    let _ = writeln!(out, "| {} |", table.head.join(" | "));
    let _ = writeln!(out, "|---|{}", "---:|".repeat(table.head.len() - 1));
    for row in table.rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
}

fn list_of_10(figures: &Value) -> Table {
    let mut table = Table::new(&["client", "p50 µs", "p99 µs", "CPU µs", "/ floor", "/ Rust"]);
    let p50 = |name: &str| figures["latency"]["list10"][name]["p50_us"].as_f64();
    for row in list::rows(figures) {
        let label = if row.is_ours { format!("**{}**", row.label) } else { row.label };
        table.row([
            label,
            number(&row.figures["p50_us"], 1),
            number(&row.figures["p99_us"], 0),
            number(&row.figures["cpu_us"], 0),
            ratio(Some(row.p50), p50("floor")),
            ratio(Some(row.p50), p50("ours")),
        ]);
    }
    table
}

fn operations(figures: &Value) -> Table {
    let mut table = Table::new(&["p50 µs", "floor", "**Rust**", "/ floor", "reqwest::blocking", "ureq"]);
    for (operation, clients) in entries(&figures["latency"]).filter(|(operation, _)| *operation != "list10") {
        table.row([
            operation.to_owned(),
            number(&clients["floor"]["p50_us"], 1),
            number(&clients["ours"]["p50_us"], 1),
            ratio(clients["ours"]["p50_us"].as_f64(), clients["floor"]["p50_us"].as_f64()),
            number(&clients["reqwest::blocking"]["p50_us"], 1),
            number(&clients["ureq"]["p50_us"], 1),
        ]);
    }
    table
}

fn threads(figures: &Value) -> Table {
    let mut table = Table::new(&["threads", "client", "calls/s", "CPU µs for each"]);
    for (threads, clients) in entries(&figures["threads"]) {
        for (name, row) in entries(clients) {
            table.row([threads.to_owned(), ours(name), number(&row["calls_per_s"], 0), number(&row["cpu_us"], 0)]);
        }
    }
    for row in figures["rows"]["python"].as_array().into_iter().flatten() {
        if let Some(name) = row["row"].as_str().and_then(|name| name.strip_suffix(": list of 10, 16 threads")) {
            let name = if name == "ours" { "**Python**".to_owned() } else { format!("Python, {name}") };
            table.row(["16".to_owned(), name, number(&row["calls_per_s"], 0), number(&row["cpu_us"], 0)]);
        }
    }
    table
}

fn slow(figures: &Value) -> Table {
    let mut table = Table::new(&["list of 10", "p50 ms", "p99 ms", "CPU µs"]);
    for (name, row) in entries(&figures["slow"]) {
        let ms = |figure: &str| row[figure].as_f64().map_or_else(|| "-".to_owned(), |us| format!("{:.2}", us / 1e3));
        table.row([ours(name), ms("p50_us"), ms("p99_us"), number(&row["cpu_us"], 0)]);
    }
    table
}

fn tls(figures: &Value) -> Table {
    let mut table = Table::new(&["list of 10", "**Rust** p50 µs", "reqwest::blocking p50 µs", "ratio"]);
    for (name, clients) in entries(&figures["tls"]) {
        let (ours, theirs) = (&clients["ours"]["p50_us"], &clients["reqwest::blocking"]["p50_us"]);
        table.row([name.to_owned(), number(ours, 1), number(theirs, 1), ratio(ours.as_f64(), theirs.as_f64())]);
    }
    table
}

fn large(figures: &Value) -> Table {
    let mut table = Table::new(&["tokens", "client", "ms", "peak memory MB", "/ body"]);
    for (length, row) in entries(&figures["large"]) {
        for (name, figures) in entries(&row["clients"]) {
            let peak = figures["peak_bytes"].as_f64();
            table.row([
                length.to_owned(),
                ours(name),
                number(&figures["ms"], 2),
                peak.map_or_else(|| "-".to_owned(), |bytes| format!("{:.1}", bytes / 1e6)),
                ratio(peak, row["body_bytes"].as_f64()),
            ]);
        }
    }
    for row in figures["rows"]["python"].as_array().into_iter().flatten() {
        if let Some(name) = row["row"].as_str().and_then(|name| name.strip_suffix(": list of 100 000")) {
            let name = name.replacen("ours", "**Python**", 1);
            let grew = row["grew_mib"].as_f64().map(|mib| mib * 1.048_576);
            let grew = grew.map_or_else(|| "-".to_owned(), |mb| format!("{mb:.1}"));
            table.row(["100000".to_owned(), name, number(&row["ms"], 2), grew, "-".to_owned()]);
        }
    }
    table
}

fn audit(figures: &Value) -> Table {
    let head =
        ["users, 20 tokens each", "32 raw sockets ms", "**Rust** ms", "/ raw sockets", "/ ideal", "peak memory MB"];
    let mut table = Table::new(&head);
    for (users, row) in entries(&figures["audit"]) {
        let (ours, floor) = (&row["ours"], row["floor"]["ms"].as_f64());
        let peak = ours["peak_bytes"].as_f64();
        table.row([
            users.to_owned(),
            number(&row["floor"]["ms"], 0),
            number(&ours["ms"], 0),
            ratio(ours["ms"].as_f64(), floor),
            ratio(ours["ms"].as_f64(), ours["ideal_ms"].as_f64()),
            peak.map_or_else(|| "-".to_owned(), |bytes| format!("{:.1}", bytes / 1e6)),
        ]);
    }
    table
}

fn syscalls(figures: &Value) -> Table {
    let mut table = Table::new(&["client", "in all", "which"]);
    for (name, row) in entries(&figures["syscalls"]).filter(|(name, _)| *name != "skipped") {
        let each: Vec<String> = entries(&row["each"])
            .filter(|(_, count)| count.as_f64() >= Some(0.05))
            .map(|(syscall, count)| format!("{syscall} {}", number(count, 2)))
            .collect();
        table.row([ours(name), number(&row["total"], 1), each.join(", ")]);
    }
    table
}

fn start(figures: &Value) -> Table {
    let mut table = Table::new(&["what", "ms"]);
    for (name, row) in entries(&figures["first_call"]) {
        table.row([format!("first list of 10, {}", ours(name)), number(&row["ms"], 2)]);
    }
    for (name, row) in entries(&figures["start"]).filter(|(name, _)| *name != "skipped") {
        table.row([format!("`{name}`, to the end of the process"), number(&row["p50_ms"], 2)]);
    }
    for row in figures["rows"]["python"].as_array().into_iter().flatten() {
        if let Some(name) = row["row"].as_str().and_then(|name| name.strip_suffix(": import")) {
            let name = if name == "ours" { "`import netbird_tokens`" } else { name };
            table.row([format!("Python import: {name}"), number(&row["import_ms"], 1)]);
        }
    }
    table
}

fn sizes(figures: &Value) -> Table {
    let mut table = Table::new(&["file", "MB"]);
    for (name, size) in entries(&figures["sizes"]) {
        table.row([
            name.to_owned(),
            size.as_f64().map_or_else(|| "-".to_owned(), |bytes| format!("{:.2}", bytes / 1e6)),
        ]);
    }
    table
}

fn ours(name: &str) -> String {
    if name == "ours" { "**Rust**".to_owned() } else { name.to_owned() }
}
