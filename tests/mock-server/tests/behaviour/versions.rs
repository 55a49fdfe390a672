//! What differs between server versions and is not in the recordings, or not on its own.

use netbird_mock::MockServer;
use netbird_mock::pat;
use netbird_mock::world::{ServerVersion, UserSeed, World};

use crate::support::{Answer, Fixture, OWNER, once, user};

fn fixture(server_version: ServerVersion) -> Fixture {
    Fixture::new(World { server_version, ..World::default() })
}

fn message(answer: &Answer) -> (u16, String) {
    let message = answer.json()["message"].as_str().unwrap_or_default().to_owned();
    (answer.status, message)
}

#[test]
fn an_unknown_pat_is_not_named_before_the_current_version() {
    let plain = pat::generate();
    for version in ServerVersion::ALL {
        let fixture = fixture(version);
        let headers = [("Authorization", &*format!("Token {plain}"))];
        let answer = once(&fixture.server.url(), "GET", &format!("/api/users/{OWNER}/tokens"), &headers, None);
        let expected = match version {
            ServerVersion::Current => {
                (404, format!("invalid token: pat: {} not found", pat::hash(&plain).to_lowercase()))
            }
            _ => (401, "token invalid".to_owned()),
        };
        assert_eq!(message(&answer), expected, "{version}");
    }
}

#[test]
fn nobody_is_a_current_user_on_0_40() {
    for (version, status) in [(ServerVersion::V0_40, 405), (ServerVersion::V0_59, 200), (ServerVersion::Current, 200)] {
        let fixture = fixture(version);
        let answer = fixture.call("GET", "/api/users/current", None);
        assert_eq!(answer.status, status, "{version}");
        assert_eq!(answer.body.is_empty(), status == 405, "{version}");
        let without_credential = once(&fixture.server.url(), "GET", "/api/users/current", &[], None);
        assert_eq!(without_credential.status, if status == 405 { 405 } else { 401 }, "{version}");
        let jwt = format!("Bearer {}", fixture.server.issue_jwt(OWNER, 60));
        let answer = once(&fixture.server.url(), "GET", "/api/users/current", &[("Authorization", &jwt)], None);
        assert_eq!(answer.status, status, "{version}");
    }
}

#[test]
fn request_ids_are_sent_by_the_current_version_only() {
    for version in ServerVersion::ALL {
        let sent = fixture(version).list().header("x-request-id").is_some();
        assert_eq!(sent, version == ServerVersion::Current, "{version}");
    }
}

#[test]
fn version_0_59_refuses_another_account_after_it_checked_the_body() {
    for (version, status) in [(ServerVersion::V0_40, 200), (ServerVersion::V0_59, 403), (ServerVersion::Current, 200)] {
        let fixture = Fixture::new(World {
            server_version: version,
            users: vec![UserSeed { account: Some("other".to_owned()), ..user("far", "user", true) }],
            ..World::default()
        });
        let target = format!("/api/users/{OWNER}/tokens?account=other");
        let answer = fixture.call("GET", &target, None);
        assert_eq!(answer.status, status, "{version}");
        if status == 403 {
            let refused = "failed to validate user permissions: user is not part of this account";
            assert_eq!(message(&answer), (403, refused.to_owned()));
        }
        let invalid = fixture.call("POST", &target, Some("{"));
        assert_eq!(message(&invalid), (400, "couldn't parse JSON request".to_owned()), "{version}");
    }
}

#[test]
fn a_user_is_updated_on_each_version_with_that_versions_roles_and_fields() {
    for version in ServerVersion::ALL {
        let fixture =
            Fixture::new(World { server_version: version, users: vec![user("bot", "user", true)], ..World::default() });
        let update = |role: &str| fixture.call("PUT", "/api/users/bot", Some(&format!(r#"{{"role":"{role}"}}"#)));
        let changed = update("billing_admin").json();
        assert_eq!(changed["role"], "billing_admin");
        let auditor = update("auditor");
        if version == ServerVersion::V0_40 {
            assert_eq!(changed["permissions"], serde_json::json!({"dashboard_view": "blocked"}));
            assert_eq!(changed.get("pending_approval"), None);
            assert_eq!(message(&auditor), (422, "invalid user role".to_owned()));
        } else {
            assert_eq!(changed.get("permissions"), None, "{version}");
            assert_eq!(changed["pending_approval"], false, "{version}");
            assert_eq!(auditor.json()["role"], "auditor", "{version}");
        }
    }
}

#[test]
fn a_world_cannot_have_roles_that_its_version_does_not_have() {
    for role in ["auditor", "network_admin"] {
        let server = |server_version| {
            MockServer::start(World { server_version, users: vec![user("a", role, true)], ..World::default() })
        };
        let error = server(ServerVersion::V0_40).expect_err("refused").to_string();
        let expected = format!(
            "user `a`: the role `{role}` is not one of owner, admin, user, billing_admin (server version 0.40)"
        );
        assert_eq!(error, expected);
        assert!(server(ServerVersion::V0_59).is_ok());
    }
}
