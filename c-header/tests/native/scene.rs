//! The mock server that the programs talk to. It approves every login at its second poll.

use std::process::Command;

use netbird_mock::MockServer;
use netbird_mock::world::{Action, Fault, IdentityProvider, Refresh, TokenSeed, UserSeed, Verdict, World};

use crate::tools::library;

/// A mock server with the users that the programs name, and a PAT of their owner.
pub struct Scene {
    pub server: MockServer,
    /// Another one with the same PAT, which answers every user at once: an audit asks for the tokens of all.
    audited: MockServer,
    pub pat: String,
}

pub fn scene() -> Scene {
    let user = |id: &str, is_service_user| UserSeed {
        id: id.to_owned(),
        role: if is_service_user { "user" } else { "owner" }.to_owned(),
        is_service_user,
        ..UserSeed::default()
    };
    let server = MockServer::start(World {
        users: ["robot", "empty", "odd", "slow", "lossy", "busy", "broken"]
            .into_iter()
            .map(|id| user(id, true))
            .chain([user("ada", false)])
            .collect(),
        identity_provider: Some(IdentityProvider {
            interval_secs: 1,
            refresh: Refresh::Works,
            verdict: Some(Verdict::Approve { user_id: "ada".to_owned(), after_polls: 1 }),
            ..IdentityProvider::default()
        }),
        ..World::default()
    })
    .unwrap();
    let pat = server.add_token("ada", TokenSeed { name: "tests".to_owned(), ..TokenSeed::default() }).unwrap().plain;
    let raw =
        [("name", "a\0b"), ("expiration_date", "0001-01-01T00:00:00Z"), ("created_at", "1970-01-01T00:59:59.25+01:00")];
    server
        .add_token(
            "odd",
            TokenSeed {
                name: "odd".to_owned(),
                raw: raw.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect(),
                ..TokenSeed::default()
            },
        )
        .unwrap();
    let fault = |method: Option<&str>, user: &str, action| Fault {
        method: method.map(str::to_owned),
        target_contains: Some(format!("/users/{user}/")),
        skip: 0,
        times: Some(0),
        action,
    };
    let answer = |status, headers: &[(&str, &str)]| Action::Answer {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: r#"{"message":"no","code":0}"#.to_owned(),
        act: false,
    };
    server.push_fault(fault(None, "slow", Action::Delay { ms: 30_000 }));
    server.push_fault(fault(Some("POST"), "lossy", Action::DropAfter { reset: false }));
    server.push_fault(fault(None, "busy", answer(429, &[("Retry-After", "3600")])));
    server.push_fault(fault(None, "broken", answer(500, &[])));
    let audited = MockServer::start(World {
        users: vec![user("robot", true), user("broken", true), user("ada", false), user("eve", false)],
        ..World::default()
    })
    .unwrap();
    let same = TokenSeed { name: "tests".to_owned(), plain: Some(pat.clone()), ..TokenSeed::default() };
    audited.add_token("ada", same).unwrap();
    audited.push_fault(fault(None, "broken", answer(500, &[])));
    Scene { server, audited, pat }
}

impl Scene {
    /// Tells a program where the server is and how to authenticate.
    pub fn introduce<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for variable in ["NETBIRD_API_TOKEN", "NETBIRD_TOKEN", "NB_API_KEY", "NETBIRD_API_URL"] {
            command.env_remove(variable);
        }
        command
            .env("NB_PAT", &self.pat)
            .env("NB_MANAGEMENT_URL", self.server.url())
            .env("NBT_TEST_PAT", &self.pat)
            .env("NBT_TEST_URL", self.server.url())
            .env("NBT_TEST_AUDIT_URL", self.audited.url())
            .env("NBT_TEST_LIBRARY", library())
    }
}
