//! Plays a story: a mock server, a proxy for each client, and the callers.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result};
use netbird_conformance::secrets::Secrets;
use netbird_mock::MockServer;
use netbird_mock::world::SeededToken;

use crate::actor::Actor;
use crate::call::Call;
use crate::driver::{Front, Opening, Output};
use crate::exchange;
use crate::link::Link;
use crate::logs;
use crate::scene::{Scene, Token};
use crate::story::Story;
use crate::wire::{Exchange, Wire};
use crate::world::{self, CREDENTIALS, USERS};

/// Everything that a finished run is judged by.
pub struct Played {
    /// The story.
    pub story: Story,
    /// What the callers saw.
    pub calls: Vec<Call>,
    /// What the proxies saw.
    pub wire: Vec<Exchange>,
    /// The methods of requests that followed a redirect.
    pub redirects_followed: Vec<String>,
    /// How many faults happened.
    pub faults: usize,
    /// The tokens of the beginning: id, and owner.
    pub seeded: BTreeMap<String, String>,
    /// The tokens at the end: id and name.
    pub live: BTreeMap<String, String>,
    /// What an operator revoked.
    pub revoked_by_operator: BTreeSet<String>,
    /// What the front end printed and reported.
    pub output: Output,
    /// Every secret of the run.
    pub secrets: Secrets,
    /// How many writes the server's own log has as done.
    pub writes: usize,
}

/// Where runs take place, one after the other.
pub struct Stage {
    server: MockServer,
    address: SocketAddr,
    links: Vec<Link>,
    front: Box<dyn Front>,
    folder: tempfile::TempDir,
}

impl Stage {
    /// A stage for this front end.
    ///
    /// # Errors
    /// No port is free.
    pub fn new(front: Box<dyn Front>) -> Result<Self> {
        let server = MockServer::start(world::world(0))?;
        let address = server.url().trim_start_matches("http://").parse().context("the mock's address")?;
        let links = (0..3).map(|_| Link::start(exchange::pass_on)).collect::<std::io::Result<_>>()?;
        Ok(Stage { server, address, links, front, folder: tempfile::tempdir()? })
    }

    /// Plays a story from beginning to end.
    ///
    /// # Errors
    /// The front end cannot be started, or a file cannot be written: not a result of the story.
    pub fn play(&mut self, story: &Story) -> Result<Played> {
        let Stage { server, address, links, front, folder } = self;
        let seeded = server.reset(world::world(story.clock_step_secs))?;
        let wire = Wire::default();
        let mut token_files = Vec::new();
        for (at, client) in story.clients.iter().enumerate() {
            links[at].begin(at, *address, &wire, &story.faults);
            token_files.push(client.token_file.then(|| folder.path().join(format!("token-{at}"))));
        }
        let scene = Scene { server, address: *address, seeded: by_name(server, &seeded), token_files };
        let mut openings = Vec::new();
        for (at, plan) in story.clients.iter().enumerate() {
            let (user, name) = CREDENTIALS[plan.credential];
            let secret = &scene.token(user, name).context("the world has the credential")?.secret;
            let token_file = scene.token_files[at].as_deref();
            if let Some(path) = token_file {
                std::fs::write(path, secret)?;
            }
            openings.push(Opening { plan, link: &links[at], secret, token_file });
        }
        let clients: Vec<usize> = story.actors.iter().map(|actor| actor.client).collect();
        let seats = front.seats(&openings, &clients)?;
        let mut actors: Vec<Actor<'_>> = Vec::new();
        for (at, seat) in seats.into_iter().enumerate() {
            actors.push(Actor::new(at, story, &scene, seat));
        }
        let (mut calls, mut revoked_by_operator) = (Vec::new(), BTreeSet::new());
        let mut ended: Vec<Actor<'_>> = thread::scope(|scope| {
            let playing: Vec<_> = actors
                .into_iter()
                .map(|mut actor| {
                    scope.spawn(move || {
                        actor.play();
                        actor
                    })
                })
                .collect();
            playing.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        anyhow::ensure!(ended.len() == story.actors.len(), "an actor panicked");
        for actor in &mut ended {
            actor.close();
            calls.append(&mut actor.calls);
            revoked_by_operator.append(&mut actor.revoked);
        }
        drop(ended);
        links.iter().for_each(Link::end);
        let mut output = front.take_output();
        output.text.push_str(&logs::with_credentials());
        let exchanges = wire.exchanges();
        let mut secrets = Secrets::default();
        for (at, token) in seeded.iter().enumerate() {
            secrets.add(&format!("secret {at} of the beginning"), &token.plain);
        }
        for (id, secret) in exchanges.iter().filter_map(|exchange| exchange.made.as_ref()) {
            secrets.add(&format!("the secret of {id}"), secret);
        }
        let is_write = |method: &str, status| matches!(method, "POST" | "DELETE") && status == Some(200);
        let writes = server.take_requests().iter().filter(|seen| is_write(&seen.method, seen.status)).count();
        let live = USERS.iter().flat_map(|user| server.tokens(user)).map(|token| (token.id, token.name)).collect();
        Ok(Played {
            story: story.clone(),
            calls,
            redirects_followed: wire.redirects_followed(),
            faults: wire.faults(),
            wire: exchanges,
            seeded: seeded.into_iter().map(|token| (token.id, token.user_id)).collect(),
            live,
            revoked_by_operator,
            output,
            secrets,
            writes,
        })
    }
}

fn by_name(server: &MockServer, seeded: &[SeededToken]) -> BTreeMap<(usize, String), Token> {
    let mut found = BTreeMap::new();
    for (at, user) in USERS.iter().enumerate() {
        for stored in server.tokens(user) {
            if let Some(token) = seeded.iter().find(|token| token.id == stored.id) {
                found.insert((at, stored.name), Token { id: token.id.clone(), secret: token.plain.clone() });
            }
        }
    }
    found
}

impl Played {
    /// What happened, line by line: the calls in the order in which they ended, and the requests in that of their answers.
    #[must_use]
    pub fn account(&self) -> Vec<String> {
        let calls = self.calls.iter().map(|call| {
            let made = call.made().map(|made| format!(" of {}", made.id)).unwrap_or_default();
            let said = format!("caller {}: {} -> {}{made}", call.actor, call.what.name(), call.outcome());
            (call.began + call.took, said)
        });
        let requests = self.wire.iter().map(|exchange| {
            let made = exchange.made.as_ref().map(|(id, _)| format!(", made {id}")).unwrap_or_default();
            let arrived = if exchange.delivered { "" } else { ", which did not arrive" };
            let Exchange { client, method, target, status, .. } = exchange;
            (exchange.at, format!("client {client}:   {method} {target} -> {status}{made}{arrived}"))
        });
        let mut lines: Vec<(Instant, String)> = calls.chain(requests).collect();
        lines.sort_by_key(|(at, _)| *at);
        let began = lines.first().map(|(at, _)| *at);
        let since = |at: Instant| began.map_or(0, |began| at.saturating_duration_since(began).as_millis());
        lines.iter().map(|(at, line)| format!("{:>6} ms  {line}", since(*at))).collect()
    }

    /// How many operations of the public API were called.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.calls.iter().filter(|call| call.what.is_operation()).count()
    }
}
