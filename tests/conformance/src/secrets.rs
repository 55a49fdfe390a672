//! Searches an adapter's output for credentials.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use sha2::{Digest, Sha256};

/// Shorter texts would match by accident.
const SHORTEST: usize = 10;

/// Texts that must not be printed, each with a name that a report can show.
#[derive(Clone, Default)]
pub struct Secrets {
    known: Vec<Secret>,
    /// From the first bytes of a trace to its place: one pass over the output finds all traces.
    index: HashMap<[u8; SHORTEST], Vec<(usize, usize)>>,
}

#[derive(Clone)]
struct Secret {
    name: String,
    text: String,
    /// What must not appear: the text itself, recognisable parts of it, and the server's hash of it.
    traces: Vec<(&'static str, String)>,
}

/// A secret that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The secret's name.
    pub name: String,
    /// `the text`, `a part`, `the hash`.
    pub what: &'static str,
    /// What was found, to report the same leak only once. Must not be shown.
    pub trace: String,
}

impl Secrets {
    /// Remembers a secret. Texts of fewer than ten bytes are ignored.
    pub fn add(&mut self, name: &str, text: &str) {
        let text = text.trim();
        if text.len() < SHORTEST || self.known.iter().any(|secret| secret.text == text) {
            return;
        }
        let traces = traces(text);
        for (at, (_, trace)) in traces.iter().enumerate() {
            if let Some(start) = trace.as_bytes().first_chunk::<SHORTEST>() {
                self.index.entry(*start).or_default().push((self.known.len(), at));
            }
        }
        self.known.push(Secret { name: name.to_owned(), text: text.to_owned(), traces });
    }

    /// Adds every secret of `other`.
    pub fn merge(&mut self, other: &Self) {
        for secret in &other.known {
            self.add(&secret.name, &secret.text);
        }
    }

    /// The secrets that appear in `output`.
    #[must_use]
    pub fn leaks(&self, output: &str) -> Vec<Leak> {
        // Of each secret the first of its traces: the whole text rather than a part.
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        let bytes = output.as_bytes();
        for at in 0..bytes.len() {
            let rest = &bytes[at..];
            let Some(start) = rest.first_chunk::<SHORTEST>() else { break };
            for &(secret, trace) in self.index.get(start).into_iter().flatten() {
                if rest.starts_with(self.known[secret].traces[trace].1.as_bytes()) {
                    let best = first.entry(secret).or_insert(trace);
                    *best = trace.min(*best);
                }
            }
        }
        let leak = |(secret, trace): (usize, usize)| {
            let Secret { name, traces, .. } = &self.known[secret];
            let (what, trace) = &traces[trace];
            Leak { name: name.clone(), what, trace: trace.clone() }
        };
        first.into_iter().map(leak).collect()
    }

    /// `text` with every secret replaced by its name, so that a report can be shown to anybody.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for secret in &self.known {
            for (_, trace) in &secret.traces {
                if out.contains(trace.as_str()) {
                    out = out.replace(trace.as_str(), &format!("<{}>", secret.name));
                }
            }
        }
        out
    }
}

fn traces(text: &str) -> Vec<(&'static str, String)> {
    let mut traces = vec![("the text", text.to_owned())];
    // JSON escapes some characters.
    let quoted = serde_json::Value::from(text).to_string();
    let quoted = quoted.trim_matches('"');
    if quoted != text {
        traces.push(("the text", quoted.to_owned()));
    }
    if let Some(body) = text.strip_prefix("nbp_") {
        // Any ten consecutive characters of the secret part: too many for an accident.
        let characters: Vec<char> = body.chars().collect();
        for window in characters.windows(SHORTEST) {
            let mut distinct = window.to_vec();
            distinct.sort_unstable();
            distinct.dedup();
            if distinct.len() > 3 {
                traces.push(("a part", window.iter().collect()));
            }
        }
        let digest = Sha256::digest(text.as_bytes());
        for hash in [STANDARD.encode(digest), URL_SAFE.encode(digest)] {
            let bare = hash.trim_end_matches('=').to_owned();
            traces.push(("the hash", bare.to_lowercase()));
            traces.push(("the hash", bare));
        }
    } else if text.starts_with("eyJ") {
        for part in text.split('.').skip(1) {
            if part.len() >= SHORTEST {
                traces.push(("a part", part.to_owned()));
            }
        }
    }
    traces
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAT: &str = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";

    fn leaks(output: &str) -> Vec<&'static str> {
        let mut secrets = Secrets::default();
        secrets.add("pat", PAT);
        secrets.leaks(output).into_iter().map(|leak| leak.what).collect()
    }

    #[test]
    fn finds_the_text_a_part_and_the_hash_in_both_cases() {
        assert_eq!(leaks(&format!("token {PAT}!")), ["the text"]);
        assert_eq!(leaks("starts with abcdefghij"), ["a part"]);
        assert_eq!(leaks("pat: 89uDSKaqxfZQMJlbQrA2J63a3pfp8TlAzFbobDygwZY= not found"), ["the hash"]);
        assert_eq!(leaks("pat: 89udskaqxfzqmjlbqra2j63a3pfp8tlazfbobdygwzy= not found"), ["the hash"]);
        assert!(leaks("nbp_**** is fine, and so is nbp_abcd").is_empty());
    }

    #[test]
    fn finds_parts_of_a_jwt_but_not_its_usual_head() {
        let mut secrets = Secrets::default();
        secrets.add("jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlc2ln");
        assert!(secrets.leaks("eyJhbGciOiJIUzI1NiJ9").is_empty());
        assert_eq!(secrets.leaks("{c2lnbmF0dXJlc2ln}").len(), 1);
    }

    #[test]
    fn redacts() {
        let mut secrets = Secrets::default();
        secrets.add("pat", PAT);
        assert!(!secrets.redact(&format!("<{PAT}>")).contains("abcdefghij"));
    }
}
