//! References that need no server.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::variables::Source;

/// Resolves `repeat:…`, `http_date:…` and `unused.url`.
pub struct Constants;

impl Source for Constants {
    fn lookup(&mut self, name: &str) -> Result<Value> {
        let (word, rest) = name.split_once(':').unwrap_or((name, ""));
        match word {
            "repeat" => {
                let (text, times) = rest.rsplit_once(':').context("as `repeat:TEXT:TIMES`")?;
                Ok(Value::String(text.repeat(times.parse()?)))
            }
            "http_date" => {
                let seconds: i64 = rest.parse().context("as `http_date:SECONDS`")?;
                let then = jiff::Timestamp::now().checked_add(jiff::Span::new().try_seconds(seconds)?)?;
                let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&then)?;
                Ok(Value::String(text))
            }
            "unused.url" => {
                let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
                Ok(Value::String(format!("http://{}", listener.local_addr()?)))
            }
            _ => bail!("unknown reference ${{{name}}}"),
        }
    }
}
