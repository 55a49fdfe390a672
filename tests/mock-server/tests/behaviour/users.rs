//! Users: listing, creating, updating and deleting them.

use netbird_mock::world::{UserSeed, World};

use crate::support::{Fixture, OWNER, once, user};

fn fixture() -> Fixture {
    Fixture::new(World {
        users: vec![
            UserSeed {
                last_login: Some("2026-01-01T01:00:00.50+01:00".to_owned()),
                email: "g@example.com".to_owned(),
                ..user("google-oauth2|1", "user", false)
            },
            user("bot", "auditor", true),
        ],
        ..World::default()
    })
}

#[test]
fn a_person_has_all_fields() {
    let users = fixture().call("GET", "/api/users?service_user=0", None).body;
    assert!(
        users.contains(concat!(
            r#"{"auto_groups":[],"email":"g@example.com","id":"google-oauth2|1","is_blocked":false,"is_current":false,"#,
            r#""is_service_user":false,"issued":"api","last_login":"2026-01-01T00:00:00.5Z","name":"google-oauth2|1","#,
            r#""pending_approval":false,"role":"user","status":"active"}"#
        )),
        "{users}"
    );
}

#[test]
fn the_filter_accepts_what_go_accepts_as_a_bool() {
    let fixture = fixture();
    let count = |query: &str| {
        let answer = fixture.call("GET", &format!("/api/users{query}"), None);
        (answer.status, answer.json().as_array().map(Vec::len))
    };
    for query in ["?service_user=true", "?service_user=T", "?service_user=1", "?a=b&service_user=%54RUE"] {
        assert_eq!(count(query), (200, Some(1)), "{query}");
    }
    for query in ["?service_user=false", "?service_user=F", "?service_user=0"] {
        assert_eq!(count(query), (200, Some(2)), "{query}");
    }
    for query in ["", "?", "?service_user=", "?service_user", "?Service_user=true"] {
        assert_eq!(count(query), (200, Some(3)), "{query}");
    }
    for query in ["?service_user=yes", "?service_user=tRUE", "?service_user=+"] {
        assert_eq!(count(query), (422, None), "{query}");
    }
}

#[test]
fn a_person_with_the_role_user_sees_only_itself() {
    let fixture = fixture();
    let jwt = format!("Bearer {}", fixture.server.issue_jwt("google-oauth2|1", 60));
    let list = |target: &str| once(&fixture.server.url(), "GET", target, &[("Authorization", &jwt)], None);
    let users = list("/api/users").json();
    assert_eq!(users.as_array().map(Vec::len), Some(1));
    assert_eq!((&users[0]["id"], &users[0]["is_current"]), (&"google-oauth2|1".into(), &true.into()));
    assert_eq!(list("/api/users?service_user=true").body, "[]\n");
}

#[test]
fn users_are_created_updated_and_deleted() {
    let fixture = fixture();
    let create = |body: &str| fixture.call("POST", "/api/users", Some(body));
    let message =
        |answer: crate::support::Answer| (answer.status, answer.json()["message"].as_str().map(str::to_owned));
    let refused = |status, text: &str| (status, Some(text.to_owned()));
    assert_eq!(
        message(create(r#"{"role":"owner","is_service_user":true}"#)),
        refused(422, "can't create a service user with owner role")
    );
    assert_eq!(message(create(r#"{"role":"King","is_service_user":true}"#)), refused(422, "unknown user role king"));
    assert_eq!(message(create("{")), refused(400, "couldn't parse JSON request"));
    let made =
        create(r#"{"role":"user","is_service_user":true,"name":"x","email":"ignored","auto_groups":["g1"]}"#).json();
    assert_eq!((&made["email"], &made["auto_groups"][0]), (&"".into(), &"g1".into()));
    let id = made["id"].as_str().expect("an id");
    let token = fixture.server.add_token(id, Default::default()).expect("seeded");
    let target = format!("/api/users/{id}");
    let changed = fixture.call("PUT", &target, Some(r#"{"role":"admin","auto_groups":[],"is_blocked":true}"#)).json();
    assert_eq!((&changed["role"], &changed["status"]), (&"admin".into(), &"blocked".into()));
    let unknown = fixture.call("PUT", "/api/users/nobody", Some(r#"{"role":"admin"}"#));
    assert_eq!(message(unknown), refused(404, "user: nobody not found"));
    assert_eq!(fixture.call("DELETE", &target, None).body, "{}\n");
    assert_eq!(message(fixture.call("DELETE", &target, None)), refused(404, &format!("user: {id} not found")));
    assert_eq!(fixture.server.plain_of(&token.id), None, "its tokens were deleted too");
    assert_eq!(fixture.call("DELETE", &format!("/api/users/{OWNER}"), None).status, 403);
}

#[test]
fn an_auditor_may_not_change_users() {
    let fixture = fixture();
    let token = fixture.server.add_token("bot", Default::default()).expect("seeded");
    let authorization = format!("Token {}", token.plain);
    let headers = [("Authorization", authorization.as_str())];
    let url = fixture.server.url();
    for (method, target, body) in [
        ("POST", "/api/users", Some(r#"{"role":"user","is_service_user":true}"#)),
        ("PUT", "/api/users/bot", Some(r#"{"role":"admin"}"#)),
        ("DELETE", "/api/users/bot", None),
    ] {
        let answer = once(&url, method, target, &headers, body);
        assert_eq!(answer.body, "{\"message\":\"permission denied\",\"code\":403}\n", "{method}");
    }
}
