//! The kept figures as a document: tables and charts, made from the newest JSON file and never written by hand.

mod chart;
mod list;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::report::entries;
use chart::{Bar, Chart};

/// What is between these two lines is made from the figures.
const BEGIN: &str = "<!-- figures: made by `cargo xtask bench --render` -->\n";
const END: &str = "<!-- end of the figures -->\n";

/// Writes the tables and charts of the newest figures into a folder that has `benchmarks.md`, and `benchmarks/` with the figures.
pub fn write(docs: &Path) -> Result<()> {
    for (path, content) in files(docs)? {
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The files with their content, as it must be.
fn files(docs: &Path) -> Result<Vec<(PathBuf, String)>> {
    let kept = newest(&docs.join("benchmarks"))?;
    let figures: Value = serde_json::from_slice(&fs::read(&kept)?).with_context(|| kept.display().to_string())?;
    let page = docs.join("benchmarks.md");
    let text = fs::read_to_string(&page)?;
    let (before, rest) = text.split_once(BEGIN).context("benchmarks.md has no line where the figures begin")?;
    let (_, after) = rest.split_once(END).context("benchmarks.md has no line where the figures end")?;
    let mut files = vec![(page, format!("{before}{BEGIN}\n{}\n{END}{after}", tables::markdown(&figures)))];
    for (name, chart) in charts(&figures) {
        if let Some(svg) = chart.svg() {
            files.push((docs.join("benchmarks").join(name).with_extension("svg"), svg));
        }
    }
    Ok(files)
}

/// The file with the latest date in its name.
fn newest(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let files = entries.flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|end| end == "json")).max().context("there are no kept figures")
}

fn charts(figures: &Value) -> Vec<(&'static str, Chart)> {
    let list = list::rows(figures);
    let list = list.into_iter().map(|row| Bar { label: row.label, value: row.p50, is_ours: row.is_ours }).collect();
    let operations = entries(&figures["latency"]).filter(|(operation, _)| *operation != "list10");
    let audits = entries(&figures["audit"]).map(|(users, row)| {
        let bars = [
            ("ideal", &row["ours"]["ideal_ms"]),
            ("32 raw sockets", &row["floor"]["ms"]),
            ("Rust", &row["ours"]["ms"]),
        ];
        (format!("{users} users"), bars.into_iter().filter_map(|(label, value)| bar(label, value)).collect())
    });
    vec![
        (
            "list-of-10",
            Chart { title: "List of 10 tokens, p50", unit: "µs", digits: 1, groups: vec![(String::new(), list)] },
        ),
        (
            "operations",
            Chart {
                title: "One token: get, create, delete, p50",
                unit: "µs",
                digits: 1,
                groups: operations.map(|(name, clients)| (name.to_owned(), bars(clients, "p50_us"))).collect(),
            },
        ),
        (
            "threads",
            Chart {
                title: "Lists of 10 from threads on one client",
                unit: "calls/s",
                digits: 0,
                groups: entries(&figures["threads"])
                    .map(|(count, clients)| (format!("{count} threads"), bars(clients, "calls_per_s")))
                    .collect(),
            },
        ),
        (
            "audit",
            Chart {
                title: "Audit on a server that waits 5 ms, 32 requests at a time",
                unit: "ms",
                digits: 0,
                groups: audits.collect(),
            },
        ),
    ]
}

/// A bar for each client that has the figure.
fn bars(clients: &Value, figure: &str) -> Vec<Bar> {
    entries(clients).filter_map(|(name, row)| bar(if name == "ours" { "Rust" } else { name }, &row[figure])).collect()
}

fn bar(label: &str, value: &Value) -> Option<Bar> {
    Some(Bar { label: label.to_owned(), value: value.as_f64()?, is_ours: label == "Rust" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_shows_the_newest_figures() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        for (path, expected) in files(&docs).expect("the figures can be shown") {
            let content = fs::read_to_string(&path).unwrap_or_default();
            assert!(content == expected, "{} is out of date: run `cargo xtask bench --render`", path.display());
        }
    }

    #[test]
    fn the_latest_date_is_the_newest() {
        let folder = std::env::temp_dir().join(format!("netbird-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for name in ["2026-11-09.json", "2026-11-25.json", "2026-12.svg"] {
            fs::write(folder.join(name), "{}").unwrap();
        }
        assert_eq!(newest(&folder).unwrap(), folder.join("2026-11-25.json"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
