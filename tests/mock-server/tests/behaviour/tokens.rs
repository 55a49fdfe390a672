//! Seeded tokens, and the rules for creating new ones.

use netbird_mock::pat;
use netbird_mock::world::{TokenSeed, UserSeed, World};
use netbird_mock::xid::is_xid;
use serde_json::json;

use crate::support::{Fixture, OWNER, once, user};

fn world(json: serde_json::Value) -> World {
    serde_json::from_value(json).expect("a world")
}

#[test]
fn a_seeded_token_is_written_in_the_servers_zone_and_digits() {
    let fixture = Fixture::new(world(json!({
        "zone": "-02:00",
        "digits": 3,
        "users": [{"id": "bot", "role": "user", "is_service_user": true, "tokens": [
            {
                "id": "ch8i54g6lnn4g9hqv7n0",
                "name": "t<1>",
                "created_at": "2026-01-01T00:00:00.123456789Z",
                "expiration_date": "2026-01-31T01:00:00.100+01:00",
                "last_used": "2026-01-02T03:04:05.999999Z",
                "created_by": "somebody"
            },
            {"id": "t2", "created_at": "2026-01-01T00:00:00Z", "raw": {
                "created_at": "2026-01-01T00:00:00.1234567+02:30",
                "last_used": "0001-01-01T00:00:00Z",
                "surprise": [1, {"a": null}]
            }}
        ]}]
    })));
    assert_eq!(
        fixture.call("GET", "/api/users/bot/tokens", None).body,
        concat!(
            r#"[{"created_at":"2025-12-31T22:00:00.123-02:00","created_by":"somebody","#,
            r#""expiration_date":"2026-01-30T22:00:00.1-02:00","id":"ch8i54g6lnn4g9hqv7n0","#,
            r#""last_used":"2026-01-02T03:04:05.999Z","name":"t\u003c1\u003e"},"#,
            r#"{"created_at":"2026-01-01T00:00:00.1234567+02:30","created_by":"bot","#,
            r#""expiration_date":"2026-01-30T22:00:00-02:00","id":"t2","last_used":"0001-01-01T00:00:00Z","#,
            r#""name":"","surprise":[1,{"a":null}]}]"#,
            "\n"
        )
    );
}

#[test]
fn one_unusual_token_is_listed_among_ordinary_ones() {
    let fixture = Fixture::new(world(json!({
        "zone": "+01:00",
        "users": [{"id": "bot", "role": "user", "is_service_user": true, "tokens": [
            {"id": "t1", "created_at": "2026-01-01T00:00:00Z"},
            {"id": "t2", "created_at": "2026-01-01T00:00:00Z", "expiration_date": "9999-12-31T23:59:59Z"},
            {"id": "t3", "created_at": "2026-01-01T00:00:00Z", "omit": ["created_by", "expiration_date"], "raw": {"name": 7}},
            {"id": "t4", "created_at": "2026-01-01T00:00:00Z"}
        ]}]
    })));
    let ordinary = |id: &str| {
        json!({
            "created_at": "2026-01-01T01:00:00+01:00", "created_by": "bot",
            "expiration_date": "2026-01-31T01:00:00+01:00", "id": id, "name": ""
        })
    };
    let mut forever = ordinary("t2");
    forever["expiration_date"] = json!("9999-12-31T23:59:59Z");
    let odd = json!({"created_at": "2026-01-01T01:00:00+01:00", "id": "t3", "name": 7});
    let expected = json!([ordinary("t1"), forever, odd, ordinary("t4")]);
    assert_eq!(fixture.call("GET", "/api/users/bot/tokens", None).json(), expected);
    assert_eq!(fixture.server.tokens("bot")[1].expiration_date, "9999-12-31T23:59:59Z");
}

#[test]
fn a_token_that_expires_beyond_the_clocks_range_authenticates() {
    let fixture = Fixture::new(World { clock: Some("9999-12-30T00:00:00Z".to_owned()), ..World::default() });
    let expiration_date = Some("9999-12-31T23:59:59Z".to_owned());
    let token = fixture.server.add_token(OWNER, TokenSeed { expiration_date, ..TokenSeed::default() });
    let authorization = format!("Token {}", token.expect("seeded").plain);
    let target = format!("/api/users/{OWNER}/tokens");
    let url = fixture.server.url();
    assert_eq!(once(&url, "GET", &target, &[("Authorization", &authorization)], None).status, 200);
}

#[test]
fn a_created_token_can_be_used_read_and_deleted() {
    let fixture = Fixture::new(world(json!({"users": [{"id": "bot", "role": "admin", "is_service_user": true}]})));
    let created = fixture.call("POST", "/api/users/bot/tokens", Some(r#"{"name":"n","expires_in":1}"#)).json();
    let plain = created["plain_token"].as_str().expect("a token").to_owned();
    let id = created["personal_access_token"]["id"].as_str().expect("an id").to_owned();
    assert!(pat::is_well_formed(&plain) && is_xid(&id));
    assert_eq!(fixture.server.plain_of(&id).as_deref(), Some(plain.as_str()));
    let stored = fixture.server.tokens("bot");
    assert_eq!((stored[0].hash.as_str(), stored[0].created_by.as_str()), (pat::hash(&plain).as_str(), OWNER));
    assert_eq!(stored[0].last_used, None);
    let target = format!("/api/users/bot/tokens/{id}");
    let own = [("Authorization", &*format!("Token {plain}"))];
    let url = fixture.server.url();
    let got = once(&url, "GET", &target, &own, None).json();
    assert_eq!(got["last_used"].as_str(), fixture.server.tokens("bot")[0].last_used.as_deref());
    assert!(got["last_used"].is_string());
    assert_eq!(once(&url, "DELETE", &target, &own, None).body, "{}\n");
    assert_eq!(once(&url, "GET", &target, &own, None).status, 404);
    assert_eq!(fixture.server.plain_of(&id), None);
    assert!(fixture.server.tokens("bot").is_empty() && fixture.server.tokens("nobody").is_empty());
}

#[test]
fn checks_come_in_the_servers_order() {
    let fixture = Fixture::new(world(json!({"users": [{"id": "lowly", "role": "user"}]})));
    let jwt = format!("Bearer {}", fixture.server.issue_jwt("lowly", 60));
    let create = |target: &str, body: &str| {
        let answer = once(&fixture.server.url(), "POST", target, &[("Authorization", &jwt)], Some(body));
        answer.json()["message"].as_str().expect("a message").to_owned()
    };
    let nobody = "/api/users/nobody/tokens";
    assert_eq!(create(nobody, "["), "couldn't parse JSON request");
    assert_eq!(create(nobody, r#"{"expires_in":0}"#), "token name can't be empty");
    assert_eq!(create(nobody, r#"{"name":"n","expires_in":366}"#), "expiration has to be between 1 and 365");
    assert_eq!(create(nobody, r#"{"name":"n","expires_in":1}"#), "permission denied");
}

#[test]
fn invalid_worlds_are_refused_with_a_reason() {
    let token = |json: serde_json::Value| json!({"users": [{"id": "a", "role": "user", "tokens": [json]}]});
    for (wrong, reason) in [
        (json!({"digits": 10}), "digits: 10 is more than 9"),
        (json!({"clock": "now"}), "clock: `now` is not an RFC 3339 time"),
        (json!({"zone": "CET"}), "zone: `CET` is neither `Z` nor like `+01:00`"),
        (json!({"rate_limit": {"rpm": 0, "burst": 1}}), "rate_limit: rpm and burst must be at least 1"),
        (json!({"users": [{"id": "", "role": "user"}]}), "user ``: the id is empty"),
        (json!({"users": [{"id": "a", "role": "user"}, {"id": "a", "role": "user"}]}), "user `a`: the id is taken"),
        (
            json!({"users": [{"id": "a", "role": "king"}]}),
            concat!(
                "user `a`: the role `king` is not one of owner, admin, network_admin, auditor, user, billing_admin ",
                "(server version current)"
            ),
        ),
        (
            token(json!({"name": "t", "plain": "nbp_secret"})),
            "user `a`, token `t`: the plain text is not a PAT: its length, prefix or checksum is wrong",
        ),
        (token(json!({"created_at": "x"})), "created_at: `x` is not an RFC 3339 time"),
        (token(json!({"id": ""})), "user `a`, token ``: the id is empty or taken"),
    ] {
        let error = netbird_mock::MockServer::start(world(wrong)).expect_err(reason);
        assert_eq!(error.to_string(), reason);
    }
}

#[test]
fn a_user_with_an_invalid_token_is_not_added() {
    let fixture = Fixture::new(World::default());
    let seed = |plain: &str| UserSeed {
        tokens: vec![TokenSeed::default(), TokenSeed { plain: Some(plain.to_owned()), ..TokenSeed::default() }],
        ..user("bot", "user", true)
    };
    assert!(fixture.server.add_user(seed(&fixture.plain)).is_err(), "the text is taken");
    assert_eq!(fixture.call("GET", "/api/users/bot/tokens", None).status, 404);
    assert_eq!(fixture.server.add_user(seed(&pat::generate())).as_deref(), Ok("bot"));
    assert_eq!(fixture.server.tokens("bot").len(), 2);
    assert!(fixture.server.add_token("nobody", TokenSeed::default()).is_err());
}
