//! Everything that depends on the time follows the server's clock.

use netbird_mock::world::{TokenSeed, World};

use crate::support::{Fixture, OWNER, once};

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
fn a_token_expires_at_its_time() {
    let fixture = at("2031-05-06T07:08:09Z");
    let token = TokenSeed { expiration_date: Some("2031-05-06T08:00:00Z".to_owned()), ..TokenSeed::default() };
    let token = fixture.server.add_token(OWNER, token).expect("seeded");
    let list = || {
        let authorization = format!("Token {}", token.plain);
        let target = format!("/api/users/{OWNER}/tokens");
        once(&fixture.server.url(), "GET", &target, &[("Authorization", &authorization)], None)
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
fn ids_contain_the_clocks_time() {
    let early = at("2020-01-01T00:00:00Z").server.tokens(OWNER)[0].id.clone();
    let late = at("2030-01-01T00:00:00Z").server.tokens(OWNER)[0].id.clone();
    assert!(early < late, "{early} {late}");
}

#[test]
fn a_coarse_clock_stamps_whole_minutes_only() {
    let fixture = Fixture::new(World {
        clock: Some("2031-05-06T07:08:30.25Z".to_owned()),
        clock_step_secs: Some(60),
        ..World::default()
    });
    let create = |name: &str| {
        let body = format!(r#"{{"name":"{name}","expires_in":1}}"#);
        let answer = fixture.call("POST", &format!("/api/users/{OWNER}/tokens"), Some(&body));
        let token = answer.json()["personal_access_token"].clone();
        (token["created_at"].clone(), token["expiration_date"].clone(), answer)
    };
    let (created, expires, answer) = create("coarse");
    assert_eq!((created, expires), ("2031-05-06T07:08:00Z".into(), "2031-05-07T07:08:00Z".into()));
    assert_eq!(fixture.server.tokens(OWNER)[0].last_used.as_deref(), Some("2031-05-06T07:08:00Z"));
    let date = answer.header("date").expect("a date");
    assert!(date > "Tue, 06 May 2031 07:08:29 GMT", "the header is exact: {date}");

    fixture.server.set_clock_step(1);
    let (created, ..) = create("whole seconds");
    let created = created.as_str().expect("text");
    assert!(created > "2031-05-06T07:08:29Z" && created.len() == 20, "{created}");

    fixture.server.set_clock_step(0);
    fixture.server.set_clock("2031-05-06T07:08:30.25Z").expect("a time");
    let (created, ..) = create("exact");
    assert!(created.as_str().is_some_and(|created| created.len() > 20), "{created}");
}

#[test]
fn a_token_still_expires_at_the_exact_time_of_a_coarse_clock() {
    let fixture = Fixture::new(World {
        clock: Some("2031-05-06T07:08:00Z".to_owned()),
        clock_step_secs: Some(3600),
        ..World::default()
    });
    let body = r#"{"name":"n","expires_in":1}"#;
    let created = fixture.call("POST", &format!("/api/users/{OWNER}/tokens"), Some(body)).json();
    assert_eq!(created["personal_access_token"]["expiration_date"], "2031-05-07T07:00:00Z");
    let authorization = format!("Token {}", created["plain_token"].as_str().expect("a token"));
    let status = || {
        let headers = [("Authorization", authorization.as_str())];
        once(&fixture.server.url(), "GET", &format!("/api/users/{OWNER}/tokens"), &headers, None).status
    };
    fixture.server.set_clock("2031-05-07T06:59:00Z").expect("a time");
    assert_eq!(status(), 200);
    fixture.server.set_clock("2031-05-07T07:00:01Z").expect("a time");
    assert_eq!(status(), 401);
}
