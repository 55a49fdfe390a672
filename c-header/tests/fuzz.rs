//! Random bytes as arguments of every function, against a server that answers. `NBT_FUZZ_SEED` repeats a run,
//! `NBT_FUZZ_ROUNDS` makes a longer one.
#![allow(clippy::print_stdout, reason = "the seed is needed to repeat a failure")]

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::wildcard_imports,
    reason = "arbitrary values are the point"
)]
#[path = "arguments/drive.rs"]
mod drive;

use std::ffi::CString;

use netbird_mock::MockServer;
use netbird_mock::world::{TokenSeed, UserSeed, World};

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a whole number"))
}

#[test]
fn arbitrary_arguments_give_a_result_code() {
    let user = |id: &str, role: &str, is_service_user| UserSeed {
        id: id.to_owned(),
        role: role.to_owned(),
        is_service_user,
        ..UserSeed::default()
    };
    let server = MockServer::start(World {
        users: vec![user("me", "owner", false), user("robot", "user", true), user("google-oauth2|123", "user", false)],
        ..World::default()
    })
    .unwrap();
    // The PAT that the calls authenticate with.
    let pat = TokenSeed {
        name: "fuzz".to_owned(),
        plain: Some("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm".to_owned()),
        ..TokenSeed::default()
    };
    server.add_token("me", pat).unwrap();
    let url = CString::new(server.url()).unwrap();

    let seed = from_environment("NBT_FUZZ_SEED", fastrand::u64(..));
    let rounds = from_environment("NBT_FUZZ_ROUNDS", 2_000);
    println!("NBT_FUZZ_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..rounds {
        let data: Vec<u8> = (0..random.usize(0..400)).map(|_| random.u8(..)).collect();
        drive::drive(&data, &url);
    }
    let seen = server.requests();
    println!("{rounds} rounds, {} requests arrived", seen.len());
    assert!(seen.len() as u64 > rounds / 20, "the calls hardly ever reach the server");
}
