//! The audit's page, without a browser: it is well-formed, loads nothing, and shows what the server says as text.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use netbird_mock::world::{Fault, TokenSeed, UserSeed, World};
use sha2::{Digest as _, Sha256};

use crate::support::{ALICE, BOT, Server, answer, run};

const HOSTILE: &str = "</td></svg></style><script>alert(\"1\")</script><img src=x onerror='alert(2)'>&lt;\u{202e}";

fn page(server: &Server) -> String {
    run(server.with_token("laptop").args(["audit", "-o", "html", "--expiring-within", "1d"])).ok().out
}

fn hostile() -> Server {
    let users = vec![UserSeed {
        id: format!("id{HOSTILE}").replace('/', "|"),
        name: HOSTILE.to_owned(),
        role: "user".to_owned(),
        is_service_user: true,
        tokens: vec![TokenSeed { id: None, name: HOSTILE.to_owned(), ..TokenSeed::default() }],
        ..UserSeed::default()
    }];
    Server::with(World { users, ..World::default() })
}

/// A start tag: its name and its attributes.
#[derive(Debug)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// The start tags of a page. Panics where it is not well-formed: every element is closed in its place, attributes are quoted,
/// and no text has a bare `<`, `>` or `&`.
fn tags(page: &str) -> Vec<Tag> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").expect("it begins with the type");
    let (mut open, mut tags) = (Vec::new(), Vec::new());
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        match open.last().map(String::as_str) {
            Some("style" | "script") => {}
            _ => check_text(text),
        }
        let end = rest[at..].find('>').unwrap() + at;
        let inside = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let is_empty = inside.ends_with('/');
        let tag = tag_of(inside.trim_end_matches('/'));
        if matches!(tag.name.as_str(), "style" | "script") {
            let end = rest.find(&format!("</{}>", tag.name)).unwrap();
            rest = &rest[end..];
        }
        if !is_empty {
            open.push(tag.name.clone());
        }
        tags.push(tag);
    }
    assert_eq!((open, rest.trim()), (Vec::new(), ""));
    tags
}

fn check_text(text: &str) {
    assert!(!text.contains('>'), "{text:.200}");
    for (at, _) in text.match_indices('&') {
        let entity = text[at + 1..].split(';').next().unwrap();
        assert!(["amp", "lt", "gt", "quot", "#39"].contains(&entity), "{text:.200}");
    }
}

fn tag_of(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()), "{inside}");
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let (key, value) = rest.split_once("=\"").unwrap_or_else(|| panic!("{inside}"));
        let (value, after) = value.split_once('"').unwrap_or_else(|| panic!("{inside}"));
        check_text(value);
        attributes.push((key.trim_start().to_owned(), value.to_owned()));
        rest = after;
    }
    Tag { name: name.to_owned(), attributes }
}

/// The content of the element of this name, of which there is one.
fn content<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("<{name}>")).unwrap();
    rest.split_once(&format!("</{name}>")).unwrap().0
}

#[test]
fn the_page_is_well_formed_and_loads_nothing() {
    for server in [Server::start(), hostile()] {
        let page = page(&server);
        for tag in tags(&page) {
            for (name, value) in &tag.attributes {
                assert!(!name.starts_with("on") && !["src", "style", "action", "srcset"].contains(&&**name), "{tag:?}");
                assert!(name != "href" || value.starts_with('#'), "{tag:?}");
            }
            let may_be_here = !["link", "img", "iframe", "object", "embed", "base", "form"].contains(&&*tag.name);
            assert!(may_be_here && (tag.name != "meta" || tag.get("http-equiv") != Some("refresh")), "{tag:?}");
        }
        let style = content(&page, "style");
        assert!(!style.contains("@import") && style.matches("url(").count() == style.matches("url(#").count());
        let script = content(&page, "script");
        for word in ["fetch", "XMLHttpRequest", "innerHTML", "eval", "import", "document.write", "http"] {
            assert!(!script.contains(word), "{word}");
        }
    }
}

#[test]
fn the_policy_allows_this_style_and_this_script_only() {
    let page = page(&Server::start());
    let tags = tags(&page);
    let policy = tags.iter().find(|tag| tag.get("http-equiv") == Some("Content-Security-Policy")).unwrap();
    let digest = |name: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(content(&page, name))));
    let expected = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        digest("style"),
        digest("script")
    );
    assert_eq!(policy.get("content"), Some(expected.as_str()), "put the digests into the page's policy");
}

#[test]
fn every_token_is_a_bar_and_a_row_with_its_state() {
    let page = page(&Server::start());
    let tags = tags(&page);
    let count = |class: &str| tags.iter().filter(|tag| tag.get("class") == Some(class)).count();
    // `old` is expired, `laptop` healthy, `pipeline` never used: a bar and a row of each.
    assert_eq!((count("t x"), count("t h"), count("t n")), (1, 1, 1));
    assert_eq!((count("x"), count("h"), count("n")), (1, 1, 1));
    assert!(page.contains("<title>NetBird token audit, 20"), "{page:.500}");
    for text in ["today", "alice", "laptop", "2020-02-01", "expires in ", "expired", "of 3 other people are not part"] {
        assert!(page.contains(text), "{text}");
    }
    assert_eq!(page.matches("Only a token's owner").count(), 1);
}

#[test]
fn filters_need_no_script() {
    let page = page(&Server::start());
    let tags = tags(&page);
    let ids: BTreeSet<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
    let links: Vec<&str> = tags.iter().filter_map(|tag| tag.get("href")).collect();
    assert!(links.len() > 6 && links.iter().all(|link| ids.contains(&link[1..])), "{links:?}");
    let labels: Vec<&str> = tags.iter().filter_map(|tag| tag.get("for")).collect();
    assert_eq!(labels, ["s-a", "s-x", "s-s", "s-u", "s-n", "s-h"]);
    assert!(labels.iter().all(|label| ids.contains(label)));
    let style = content(&page, "style");
    for id in &labels[1..] {
        assert!(style.contains(&format!("body:has(#{id}:checked)")), "{id}");
    }
}

#[test]
fn what_the_server_says_stays_text() {
    let page = page(&hostile());
    assert!(!page.contains("<img") && !page.contains("alert(\"1\")") && !page.contains('\u{202e}'));
    assert!(page.contains("&lt;/td&gt;&lt;/svg&gt;&lt;/style&gt;&lt;script&gt;alert(&quot;1&quot;)"), "{page}");
    assert_eq!(page.matches("<script>").count(), 1);
}

#[test]
fn what_is_missing_is_on_the_page() {
    let server = Server::start();
    server.0.push_fault(Fault {
        method: None,
        target_contains: Some(format!("{BOT}/tokens")),
        skip: 0,
        times: Some(0),
        action: answer(500, "<b>the disk is full</b>"),
    });
    let ran = run(server.with_token("laptop").args(["audit", "-o", "html", "--max-retries", "0"]));
    assert_eq!(ran.status, 62, "{ran:?}");
    tags(&ran.out);
    assert!(ran.out.contains("This audit is incomplete:") && ran.out.contains("not listed"), "{}", ran.out);
    assert!(ran.out.contains(ALICE.rsplit('|').next().unwrap()));
}
