//! The server's clock moves everything that tells the time.

use netbird_mock::world::{TokenSeed, World};

use crate::support::{Fixture, OWNER};

fn at(clock: &str) -> Fixture {
    Fixture::new(World {
        clock: Some(clock.to_owned()),
        digits: Some(0),
        zone: Some("+05:30".to_owned()),
        ..World::default()
    })
}

#[test]
fn date_created_at_expiry_and_last_used_follow() {
    let fixture = at("2031-05-06T07:08:09Z");
    let target = format!("/api/users/{OWNER}/tokens");
    let answer = fixture.call("POST", &target, Some(r#"{"name":"n","expires_in":365}"#));
    assert!(answer.header("date").is_some_and(|date| date.starts_with("Tue, 06 May 2031 07:08:")));
    let token = &answer.json()["personal_access_token"];
    let text = |name: &str| token[name].as_str().expect("text").to_owned();
    assert!(text("created_at").starts_with("2031-05-06T12:38:"), "{token}");
    assert!(text("created_at").ends_with("+05:30"), "{token}");
    assert!(text("expiration_date").starts_with("2032-05-05T12:38:"), "a leap year: {token}");
    let stored = fixture.server.tokens(OWNER);
    let last_used = stored[0].last_used.clone().expect("it made the call");
    assert!(last_used.starts_with("2031-05-06T07:08:") && last_used.ends_with('Z'), "{last_used}");
    fixture.server.advance_clock(-86_400);
    assert!(fixture.server.now().starts_with("2031-05-05T07:08:"));
    let date = fixture.list().header("date").expect("a date").to_owned();
    assert!(date.starts_with("Mon, 05 May 2031"), "{date}");
    fixture.server.set_clock("2040-01-01T00:00:00+01:00").expect("a time");
    assert!(fixture.server.now().starts_with("2039-12-31T23:00:"));
    assert!(fixture.server.set_clock("yesterday").is_err());
}

#[test]
fn a_token_expires_when_its_time_comes() {
    let fixture = at("2031-05-06T07:08:09Z");
    let token = TokenSeed { expiration_date: Some("2031-05-06T08:00:00Z".to_owned()), ..TokenSeed::default() };
    let token = fixture.server.add_token(OWNER, token).expect("seeded");
    let list = || {
        let authorization = format!("Token {}", token.plain);
        let target = format!("/api/users/{OWNER}/tokens");
        crate::support::once(&fixture.server.url(), "GET", &target, &[("Authorization", &authorization)], None)
    };
    assert_eq!(list().status, 200);
    let used = || fixture.server.tokens(OWNER)[1].last_used.clone();
    let before = used();
    assert!(before.is_some());
    fixture.server.advance_clock(3600);
    let answer = list();
    assert_eq!(answer.status, 401);
    assert_eq!(answer.body, "{\"message\":\"token invalid\",\"code\":401}\n");
    assert_eq!(used(), before, "an expired token is not marked as used");
    fixture.server.advance_clock(-3600);
    assert_eq!(list().status, 200);
}

#[test]
fn ids_tell_the_clocks_time() {
    let early = at("2020-01-01T00:00:00Z").server.tokens(OWNER)[0].id.clone();
    let late = at("2030-01-01T00:00:00Z").server.tokens(OWNER)[0].id.clone();
    assert!(early < late, "{early} {late}");
}
