//! Users of different accounts do not see each other.

use netbird_mock::world::{UserSeed, World};

use crate::support::{Fixture, user};

fn fixture() -> Fixture {
    Fixture::new(World {
        users: vec![
            user("near", "user", true),
            UserSeed { account: Some("other".to_owned()), ..user("far", "user", true) },
        ],
        ..World::default()
    })
}

#[test]
fn tokens_of_another_account_are_refused() {
    let fixture = fixture();
    assert_eq!(fixture.call("GET", "/api/users/near/tokens", None).status, 200);
    let answer = fixture.call("GET", "/api/users/far/tokens", None);
    assert_eq!(answer.status, 403);
    assert_eq!(answer.body, "{\"message\":\"permission denied\",\"code\":403}\n");
}

#[test]
fn users_of_another_account_are_not_listed() {
    let users = fixture().call("GET", "/api/users", None).json();
    let ids: Vec<&str> = users.as_array().expect("a list").iter().filter_map(|user| user["id"].as_str()).collect();
    assert_eq!(ids, ["owner-1", "near"]);
}
