//! Sessions of a login, as they are kept.

use netbird_tokens::{Client, ClientOptions, LoginSession};

use crate::shown::assert_repeats_nothing_of;

/// A session that was read is the same when it is exported and read again, and can be used; an error repeats nothing of the text.
pub fn check(data: &[u8]) {
    let Some(text) = crate::text::text(data) else { return };
    let options = || ClientOptions::default().proxy_from_env(false);
    let restored = match LoginSession::restore(text, options()) {
        Ok(session) => session,
        Err(error) => return assert_repeats_nothing_of(text, &error),
    };
    let exported = restored.export();
    let again = LoginSession::restore(exported.expose(), options()).expect("what was exported can be restored");
    assert_eq!(again.management_url(), restored.management_url());
    assert_eq!(again.issuer(), restored.issuer());
    assert_eq!(again.credential().expires_at(), restored.credential().expires_at());
    let client = Client::builder().credential(restored.credential()).proxy_from_env(false).build();
    assert_eq!(client.expect("its token can be sent").management_url(), restored.management_url());
    let token = exported.expose().split("\"id_token\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let shown = format!("{restored:?} {:?} {exported:?} {exported}", restored.credential());
    assert!(token.is_some_and(|token| !shown.contains(token)), "its token is shown");
}
