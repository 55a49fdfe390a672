//! The world of a server that was started without one.

use crate::users::new_person_id;
use crate::world::{IdentityProvider, ServerVersion, TokenSeed, UserSeed, World};

/// An example world: an owner, a person with the role `user`, and two service users, with tokens that are in use, unused,
/// about to expire and expired.
#[must_use]
pub fn example_world() -> World {
    example_world_of(ServerVersion::default())
}

/// The [`example_world`] of a server of this version, with only the roles that it has.
#[must_use]
pub fn example_world_of(server_version: ServerVersion) -> World {
    let reader = if server_version > ServerVersion::V0_40 { "auditor" } else { "user" };
    let now = jiff::Timestamp::now();
    let in_days = |days: i64| Some(crate::time::add_days(now, days).to_string());
    let token = |name: &str, created: i64, expires: i64, used: Option<i64>| TokenSeed {
        name: name.to_owned(),
        created_at: in_days(created),
        expiration_date: in_days(expires),
        last_used: used.and_then(in_days),
        ..TokenSeed::default()
    };
    let user = |id: &str, name: &str, role: &str, tokens| UserSeed {
        id: id.to_owned(),
        name: name.to_owned(),
        role: role.to_owned(),
        tokens,
        ..UserSeed::default()
    };
    World {
        server_version,
        identity_provider: Some(IdentityProvider::default()),
        users: vec![
            UserSeed {
                email: "ada@example.com".to_owned(),
                ..user(
                    &new_person_id(),
                    "Ada",
                    "owner",
                    vec![token("laptop", -5, 85, Some(-1)), token("never used", -3, 27, None)],
                )
            },
            UserSeed { email: "grace@example.com".to_owned(), ..user(&new_person_id(), "Grace", "user", Vec::new()) },
            UserSeed {
                is_service_user: true,
                ..user(
                    "3f1c2a9e-6f0b-4f3e-9d3a-5b0c6d7e8f01",
                    "deploy-bot",
                    "admin",
                    vec![token("deploy", -20, 70, Some(-1)), token("last year's", -400, -35, Some(-90))],
                )
            },
            UserSeed {
                is_service_user: true,
                ..user(
                    "7b8e4d52-0c1a-4e6f-8a2b-1d9f3c5e7a02",
                    "monitoring",
                    reader,
                    vec![token("nightly report", -86, 4, Some(-1))],
                )
            },
        ],
        ..World::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MockServer;

    #[test]
    fn every_version_has_a_valid_example() {
        for version in ServerVersion::ALL {
            let server = MockServer::start(example_world_of(version)).expect("it starts");
            assert_eq!((server.seeded().len(), server.version()), (5, version));
        }
    }
}
