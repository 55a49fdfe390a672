//! What is kept about a login in a file. The tokens are in it only if they are not in the keyring.

use netbird_tokens::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::arguments::LoginStore;
use crate::secret_output::SecretText;

/// The form of the file. A newer program may write another one.
const VERSION: u32 = 1;

/// A login that is kept.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) management_url: String,
    pub(super) store: LoginStore,
    pub(super) expires_at: Timestamp,
    /// When a refresh failed that was not followed by one that succeeded.
    pub(super) refresh_failed_at: Option<Timestamp>,
    /// What [`netbird_tokens::LoginSession::export`] gave. `None` if it is in the keyring.
    pub(super) session: Option<Secret>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Form<'a> {
    version: u32,
    management_url: String,
    store: LoginStore,
    expires_at: String,
    refresh_failed_at: Option<String>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    session: Option<&'a RawValue>,
}

impl Record {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // Without serde's own words, which repeat parts of the text.
        let form: Form<'_> = serde_json::from_str(text)
            .map_err(|error| format!("it has another form at line {}, column {}", error.line(), error.column()))?;
        if form.version != VERSION {
            return Err(format!("it has version {}, and this program knows version {VERSION}", form.version));
        }
        if form.session.is_some() != (form.store == LoginStore::File) {
            return Err("it has another form: the login is not where it says".to_owned());
        }
        let time = |text: String| text.parse().map_err(|_| "a time in it is not in RFC 3339".to_owned());
        Ok(Record {
            management_url: form.management_url,
            store: form.store,
            expires_at: time(form.expires_at)?,
            refresh_failed_at: form.refresh_failed_at.map(time).transpose()?,
            session: form.session.map(|session| Secret::new(session.get())),
        })
    }

    pub(super) fn text(&self) -> SecretText {
        let session = self.session.as_ref();
        let form = Form {
            version: VERSION,
            management_url: self.management_url.clone(),
            store: self.store,
            expires_at: self.expires_at.to_string(),
            refresh_failed_at: self.refresh_failed_at.map(|time| time.to_string()),
            session: session.map(|text| serde_json::from_str(text.expose()).expect("the library writes JSON")),
        };
        SecretText::json(&form, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(store: LoginStore, session: Option<&str>) -> Record {
        Record {
            management_url: "https://nb.example".to_owned(),
            store,
            expires_at: "2026-12-31T12:00:00Z".parse().unwrap(),
            refresh_failed_at: None,
            session: session.map(Secret::new),
        }
    }

    #[test]
    fn it_reads_what_it_wrote() {
        for (store, session) in [(LoginStore::Keyring, None), (LoginStore::File, Some("{\"id_token\":\"a.b.c\"}"))] {
            let text = record(store, session).text();
            let read = Record::parse(std::str::from_utf8(text.as_bytes()).unwrap()).unwrap();
            assert_eq!((read.store, read.management_url.as_str()), (store, "https://nb.example"));
            assert_eq!(read.session.as_ref().map(Secret::expose), session);
        }
    }

    #[test]
    fn what_it_cannot_mean_is_refused_without_repeating_it() {
        let text = record(LoginStore::File, Some("{\"id_token\":\"eyJ.s.x\"}")).text();
        let text = std::str::from_utf8(text.as_bytes()).unwrap();
        for (old, new) in [
            ("\"version\": 1", "\"version\": 2"),
            ("\"store\": \"file\"", "\"store\": \"keyring\""),
            ("2026-12-31", "soon"),
            ("\"session\"", "\"sessions\""),
        ] {
            assert!(text.contains(old));
            let why = Record::parse(&text.replace(old, new)).unwrap_err();
            assert!(!why.contains("eyJ"), "{why}");
        }
    }
}
