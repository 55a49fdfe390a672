//! What exists on the server when a run begins, and how long things may take.

use std::time::Duration;

use netbird_mock::world::{TokenSeed, UserSeed, World};

/// How long a call may take.
pub const TIMEOUT: Duration = Duration::from_millis(400);
/// How long the server may be silent, and a connection may take.
pub const SILENCE: Duration = Duration::from_millis(150);
/// The base and the ceiling of the waits between retries.
pub const BACKOFF: Duration = Duration::from_millis(4);
/// What a call may take longer than it should before it counts: the machine may be busy.
pub const SLACK: Duration = Duration::from_secs(6);

/// The allowance of a lost create beyond its timeout, which the documentation promises.
pub const ALLOWANCE: Duration = Duration::from_secs(15);

/// Ids of the users.
pub const USERS: [&str; 2] = ["ada", "bot"];

/// The tokens that clients authenticate with: the user (in [`USERS`]) and the token's name. Two belong to one person, so that
/// two clients see the same tokens.
pub const CREDENTIALS: [(usize, &str); 3] = [(0, "laptop"), (0, "desktop"), (1, "agent")];

/// The tokens that nobody in the story made, under names that the story uses: the user and the name.
pub const STRANGERS: [(usize, &str); 3] = [(0, "ci"), (0, "deploy"), (1, "ci")];

/// The spare credentials for token files, one for each client of a story.
pub const SPARES: usize = 3;

/// The world of a run. Its tokens are seeded in this order: for each user the credentials, the strangers and the spares.
#[must_use]
pub fn world(clock_step_secs: u32) -> World {
    let tokens = |user: usize| {
        let named = |list: &[(usize, &str)]| {
            list.iter().filter(|(owner, _)| *owner == user).map(|(_, name)| (*name).to_owned()).collect::<Vec<_>>()
        };
        let spares = (0..SPARES).map(|at| format!("spare {at}")).collect();
        let names = [named(&CREDENTIALS), named(&STRANGERS), spares].concat();
        names.into_iter().map(|name| TokenSeed { name, ..TokenSeed::default() }).collect()
    };
    World {
        users: vec![
            UserSeed { id: USERS[0].into(), role: "owner".into(), tokens: tokens(0), ..UserSeed::default() },
            UserSeed {
                id: USERS[1].into(),
                role: "admin".into(),
                is_service_user: true,
                tokens: tokens(1),
                ..UserSeed::default()
            },
        ],
        clock_step_secs: Some(clock_step_secs),
        ..World::default()
    }
}

/// The allowance where the core lets it be shortened, so that a call that ignores it shows.
pub const SHORT_ALLOWANCE: Duration = Duration::from_millis(500);
