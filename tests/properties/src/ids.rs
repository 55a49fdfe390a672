//! Ids in paths. The first line is a user id, the rest a token id.

use netbird_tokens::{Client, Credential, ErrorKind};
use percent_encoding::percent_decode_str;

use crate::responder::Responder;
use crate::shown::assert_no_pat_in;

/// An id is refused before anything is sent, or reaches the server as one segment of the path that means exactly it.
pub fn check(data: &[u8]) {
    let Some(text) = crate::text::text(data) else { return };
    let (user, token) = text.split_once('\n').unwrap_or(("user", text));
    let server = Responder::get();
    let _turn = server.answer_with(&[]);
    let error = client().delete_token(token, Some(user)).expect_err("the server refuses everything");
    assert_no_pat_in(&error);
    let exchanges = server.exchanges();
    if error.kind() == ErrorKind::InvalidArgument {
        assert!(exchanges.is_empty(), "{exchanges:?}");
        return;
    }
    assert_eq!(exchanges.len(), 1, "{error}");
    let path = &exchanges[0].path;
    let segments: Vec<&str> = path.split('/').collect();
    let ["", "api", "users", user_segment, "tokens", token_segment] = segments.as_slice() else {
        panic!("{path} has other segments");
    };
    for (segment, id) in [(user_segment, user), (token_segment, token)] {
        assert!(!matches!(id, "" | "." | "..") && !id.contains('/') && !id.contains(char::is_control), "{id:?}");
        assert!(segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte)), "{segment}");
        assert_eq!(percent_decode_str(segment).decode_utf8().as_deref(), Ok(id));
    }
    crate::shown::assert_no_pat(path);
}

fn client() -> &'static Client {
    static CLIENT: std::sync::OnceLock<Client> = std::sync::OnceLock::new();
    CLIENT.get_or_init(|| {
        Client::builder()
            .management_url(Responder::get().url.clone())
            .credential(Credential::pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm").expect("it is a PAT"))
            .max_retries(0)
            .proxy_from_env(false)
            .build()
            .expect("the options are right")
    })
}
