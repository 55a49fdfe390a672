//! An empty server and its first owner.

use netbird_mock::MockServer;
use netbird_mock::world::World;

use crate::support::once;

#[test]
fn the_first_owner_is_created_once() {
    let server = MockServer::start(World::default()).expect("it starts");
    let url = server.url();
    let setup = |body: &str| {
        let answer = once(&url, "POST", "/api/setup", &[], Some(body));
        let message = answer.json()["message"].as_str().unwrap_or_default().to_owned();
        (answer.status, message)
    };
    let refused = |status, message: &str| (status, message.to_owned());
    assert_eq!(once(&url, "GET", "/api/instance", &[], None).body, "{\"setup_required\":true}\n");
    assert_eq!(setup("x"), refused(400, "invalid request body"));
    assert_eq!(setup("{}"), refused(422, "email is required"));
    assert_eq!(setup(r#"{"email":"a"}"#), refused(422, "invalid email format"));
    assert_eq!(setup(r#"{"email":"a@b.c"}"#), refused(422, "name is required"));
    assert_eq!(setup(r#"{"email":"a@b.c","name":"A"}"#), refused(422, "password is required"));
    assert_eq!(
        setup(r#"{"email":"a@b.c","name":"A","password":"short"}"#),
        refused(422, "password must be at least 8 characters")
    );
    assert_eq!(
        setup(r#"{"email":"a@b.c","name":"A","password":"passw0rd!","create_pat":true,"pat_expire_in":366}"#),
        refused(422, "pat_expire_in must be between 1 and 365")
    );
    let body = r#"{"email":"a@b.c","name":"A","password":"passw0rd!","create_pat":true}"#;
    let made = once(&url, "POST", "/api/setup", &[], Some(body));
    assert_eq!((made.status, made.header("cache-control")), (200, Some("no-store")));
    let made = made.json();
    let authorization = format!("Token {}", made["personal_access_token"].as_str().expect("a token"));
    let current = once(&url, "GET", "/api/users/current", &[("Authorization", &authorization)], None).json();
    assert_eq!((&current["id"], &current["role"]), (&made["user_id"], &"owner".into()));
    let id = made["user_id"].as_str().expect("an id");
    assert_eq!(server.tokens(id)[0].name, "setup-token");
    assert_eq!(setup(body), refused(412, "setup already completed"));
    assert_eq!(once(&url, "GET", "/api/instance", &[], None).body, "{\"setup_required\":false}\n");
}
