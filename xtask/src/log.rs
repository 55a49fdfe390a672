//! The steps' log files: their names, following one while it grows, and the parts worth showing after a failure.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The step `python: types` logs to `python-types.log`.
pub fn file_name(step: &str) -> String {
    let mut name: String =
        step.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' }).collect();
    while name.contains("--") {
        name = name.replace("--", "-");
    }
    format!("{name}.log")
}

/// The lines of a log that explain a failure, wherever they are, and its last lines.
pub fn failure_excerpt(path: &Path) -> String {
    const LIMIT: usize = 120;
    let text = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let mut found = Vec::new();
    // The conformance runner explains a failure in the indented lines that follow it.
    let mut explains = false;
    for line in text.lines() {
        explains = line.starts_with("FAIL ") || (explains && line.starts_with(' '));
        if explains || line.starts_with("[ERROR]") {
            found.push(line);
        }
    }
    let end = tail(path, 60);
    if found.is_empty() {
        return end;
    }
    let left_out = found.len().saturating_sub(LIMIT);
    found.truncate(LIMIT);
    let more = if left_out > 0 { format!("\n… and {left_out} more lines") } else { String::new() };
    format!("{}{more}\n----\n{end}", found.join("\n"))
}

/// The last lines of a log.
fn tail(path: &Path, lines: usize) -> String {
    let Ok(mut file) = File::open(path) else {
        return String::new();
    };
    let length = file.metadata().map(|data| data.len()).unwrap_or(0);
    let mut bytes = Vec::new();
    if file.seek(SeekFrom::Start(length.saturating_sub(64 * 1024))).and_then(|_| file.read_to_end(&mut bytes)).is_err()
    {
        return String::new();
    }
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// Prints a log while it grows.
pub struct Follow {
    stop: mpsc::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Follow {
    /// Starts printing, on a thread of its own.
    pub fn start(log: &Path) -> Self {
        let (stop, stopped) = mpsc::channel();
        let log = log.to_owned();
        let thread = thread::spawn(move || {
            let mut shown = 0;
            loop {
                let last = stopped.recv_timeout(Duration::from_millis(200)) != Err(mpsc::RecvTimeoutError::Timeout);
                if let Ok(bytes) = fs::read(&log)
                    && bytes.len() > shown
                {
                    print!("{}", String::from_utf8_lossy(&bytes[shown..]));
                    shown = bytes.len();
                }
                if last {
                    return;
                }
            }
        });
        Self { stop, thread }
    }

    /// Prints the rest and stops.
    pub fn stop(self) {
        // Both fail only if the thread has already ended.
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_names_are_file_names() {
        assert_eq!(file_name("python: 3.12 tests"), "python-3.12-tests.log");
    }

    #[test]
    fn a_failure_is_found_far_from_the_end() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let log = folder.path().join("log");
        let text = format!("ok    a\nFAIL  b\n  because\nok    c\n  not this\n{}", "ok    d\n".repeat(200));
        fs::write(&log, text).expect("written");
        let shown = failure_excerpt(&log);
        assert!(shown.starts_with("FAIL  b\n  because\n----\n"), "{shown}");
        assert!(!shown.contains("not this"), "{shown}");
    }

    #[test]
    fn without_a_marked_failure_the_last_lines_are_shown() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let log = folder.path().join("log");
        let lines: Vec<String> = (1..=100).map(|number| number.to_string()).collect();
        fs::write(&log, lines.join("\n")).expect("written");
        assert_eq!(failure_excerpt(&log), lines[40..].join("\n"));
        assert_eq!(failure_excerpt(&folder.path().join("no log")), "");
    }
}
