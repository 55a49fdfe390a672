//! The clients of all languages that list 10 tokens one call after the other, fastest first.

use serde_json::Value;

use crate::report::entries;

/// One client's row.
pub struct Row<'a> {
    pub label: String,
    pub is_ours: bool,
    pub figures: &'a Value,
    pub p50: f64,
}

pub fn rows(figures: &Value) -> Vec<Row<'_>> {
    let rust = entries(&figures["latency"]["list10"]).map(|(name, figures)| {
        let label = match name {
            "floor" => "raw socket and serde (the floor)",
            "ours" => "Rust",
            other => other,
        };
        (label.to_owned(), name == "ours", figures)
    });
    let others = entries(&figures["rows"]).flat_map(|(language, rows)| {
        let rows = rows.as_array().into_iter().flatten();
        rows.filter_map(move |row| {
            let (label, is_ours) = label(language, row["row"].as_str()?)?;
            Some((label, is_ours, row))
        })
    });
    let mut rows: Vec<Row<'_>> = rust
        .chain(others)
        .filter_map(|(label, is_ours, figures)| Some(Row { label, is_ours, figures, p50: figures["p50_us"].as_f64()? }))
        .collect();
    rows.sort_by(|a, b| a.p50.total_cmp(&b.p50));
    rows
}

/// How the document calls a row of another language's program, and whether it is this project's; nothing for a row of
/// something else.
fn label(language: &str, row: &str) -> Option<(String, bool)> {
    Some(match (language, row) {
        ("c", "C: list of 10") => ("C".to_owned(), true),
        ("swift", "swift list10") => ("Swift".to_owned(), true),
        ("kotlin", "kotlin, blocking: list of 10") => ("Kotlin, blocking".to_owned(), true),
        ("kotlin", "kotlin, suspending: list of 10") => ("Kotlin, suspending".to_owned(), true),
        ("python", "ours: list of 10") => ("Python".to_owned(), true),
        ("python", row) => (format!("Python, {}", row.strip_suffix(": list of 10")?), false),
        _ => return None,
    })
}
