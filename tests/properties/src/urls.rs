//! Management URLs and proxies. The first line is a management URL, the second one a proxy.

use netbird_tokens::{Client, Credential};

use crate::shown::{assert_no_pat_in, assert_repeats_nothing_of};

/// A management URL that is accepted is a clean `https` URL, or `http` to this machine, and stays as it is when it is given
/// again. Neither it nor a proxy's password is repeated in an error.
pub fn check(data: &[u8]) {
    let Some(text) = crate::text::text(data) else { return };
    let (url, proxy) = text.split_once('\n').map_or((text, None), |(url, proxy)| (url, Some(proxy)));
    let client = |url: &str| {
        let credential = Credential::pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm")?;
        Client::builder().credential(credential).management_url(url).proxy(proxy).proxy_from_env(false).build()
    };
    match client(url) {
        Ok(made) => {
            let base = made.management_url();
            assert!(base.starts_with("https://") || is_this_machine(base), "{base}");
            assert!(!base.ends_with('/') && !base.ends_with("/api"), "{base}");
            assert!(!base.contains(['@', '?', '#', ' ', '\n']) && !base.contains(char::is_control), "{base}");
            let base = base.to_owned();
            for again in [base.clone(), format!("{base}/"), format!("{base}/api"), format!(" {base}/api/\r\n")] {
                let again = client(&again).expect("what was accepted is accepted again");
                assert_eq!(again.management_url(), base);
            }
        }
        Err(error) => {
            assert_no_pat_in(&error);
            for part in [Some(url), proxy].into_iter().flatten().filter_map(user_info) {
                assert_repeats_nothing_of(part, &error);
            }
        }
    }
}

fn is_this_machine(url: &str) -> bool {
    ["http://localhost", "http://127.", "http://[::1]"].iter().any(|start| url.starts_with(start))
}

/// What may be a user name and a password in a URL.
fn user_info(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest[..end].rfind('@').map(|at| &rest[..at])
}
