//! A mock server with one person and a few tokens, and a client of it.
#![allow(dead_code, reason = "each test binary uses a part")]

use netbird_mock::MockServer;
use netbird_tokens::{Client, ClientOptions, Credential};
use serde_json::json;

pub const PAT: &str = "nbp_abcdefghijklmnopqrstuvwxyz01232LolCm";

pub fn server() -> MockServer {
    let world = json!({
        "users": [{
            "id": "ada", "name": "Ada", "role": "owner",
            "tokens": [{ "id": "ch8i54g6lnn4g9hqv7n0", "name": "laptop", "plain": PAT }, { "name": "desktop" }],
        }],
    });
    MockServer::start(serde_json::from_value(world).expect("the world is well-formed"))
        .expect("a loopback port is free")
}

pub fn builder(server: &MockServer) -> ClientOptions {
    Client::builder()
        .management_url(server.url())
        .credential(Credential::pat(PAT).expect("the PAT is well-formed"))
        .proxy_from_env(false)
}

pub fn client(server: &MockServer) -> Client {
    builder(server).build().expect("the settings are right")
}
