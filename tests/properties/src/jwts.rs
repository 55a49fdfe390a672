//! What is given for a JWT.

use netbird_tokens::{Credential, CredentialKind};

use crate::shown::assert_repeats_nothing_of;

/// A JWT has three parts of base64url, and an error repeats nothing of it.
pub fn check(data: &[u8]) {
    let Some(text) = crate::text::text(data) else { return };
    match Credential::bearer(text) {
        Ok(credential) => {
            assert_eq!(credential.kind(), CredentialKind::Bearer);
            let parts: Vec<&str> = text.split('.').collect();
            let base64url = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=');
            assert!(parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.chars().all(base64url)));
            if let Some(at) = credential.expires_at() {
                assert_eq!(at.to_string().parse(), Ok(at));
            }
            if text.starts_with("eyJ") {
                let pasted = Credential::detect(&format!("Bearer {text}\r\n"));
                assert!(pasted.is_ok_and(|detected| detected == credential));
            }
            let shown = format!("{credential:?}");
            assert_repeats_nothing_of(text, &shown);
        }
        Err(error) => assert_repeats_nothing_of(text, &error),
    }
}
