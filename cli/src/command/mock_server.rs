//! `mock-server`: the test server as a command.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use netbird_mock::world::{SeededToken, Tls, World};
use netbird_mock::{MockServer, Ports};
use serde::Serialize;

use crate::arguments::MockServerOptions as Options;
use crate::failure::Failure;
use crate::input::{self, Limits};
use crate::interrupt::{TICK, wait_for};
use crate::session::Session;
use crate::table::{self, Width};

/// The line that tells a program that the server is ready.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    control_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_pem: Option<&'a str>,
    seeded: &'a [SeededToken],
}

/// Serves until Ctrl-C or, on request, until standard input is closed.
pub(crate) fn serve(session: &Session, options: &Options) -> Result<(), Failure> {
    let mut world = match &options.world {
        Some(path) => read_world(session, path)?,
        None => netbird_mock::cli::example_world(),
    };
    if options.tls {
        world.tls.get_or_insert(Tls::Valid);
    }
    let ports = Ports { api: Some(options.listen), control: Some(options.control) };
    let server = MockServer::start_on(world.clone(), ports)
        .map_err(|error| Failure::configuration(format!("the test server cannot start: {error}")))?;

    let (url, control_url) = (server.url(), server.control_url());
    let ca_pem = url.starts_with("https:").then(|| server.ca_pem());
    let ready =
        Ready { url: &url, control_url: control_url.as_deref(), ca_pem: ca_pem.as_deref(), seeded: server.seeded() };
    if session.is_json() {
        let line = serde_json::to_string(&ready).expect("texts and lists of them always serialise");
        let mut out = io::stdout();
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| Failure::output(&error))?;
    } else {
        session.print(&describe(&server, &world, &ready, session.width()))?;
    }
    wait(session, options.until_stdin_closes);
    server.shutdown();
    Ok(())
}

/// Larger than any world that a test needs.
const WORLD_BYTES: u64 = 1024 * 1024 * 1024;

fn read_world(session: &Session, path: &Path) -> Result<World, Failure> {
    let limits = Limits { option: "--world", bytes: WORLD_BYTES, cancel: &session.cancel, time: None };
    let text = input::read(&limits, "the world", path)?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::usage(format!("the world {} does not have the right form: {error}", path.display())))
}

fn describe(server: &MockServer, world: &World, ready: &Ready<'_>, width: Width) -> String {
    let mut out = "A NetBird token server for tests is ready. Its tokens work only here.\n\n".to_owned();
    out.push_str(&table::plain_fields(&[
        ("API", Some(ready.url.to_owned())),
        ("Control API", ready.control_url.map(str::to_owned)),
    ]));
    if !ready.seeded.is_empty() {
        out.push('\n');
        let rows = ready.seeded.iter().map(|seeded| {
            let user = world.users.iter().find(|user| user.id == seeded.user_id);
            let who = user.map_or(String::new(), |user| {
                let kind = if user.is_service_user { "service user" } else { "person" };
                let name = if user.name.is_empty() { &user.id } else { &user.name };
                format!("{name} ({kind}, {})", user.role)
            });
            let tokens = server.tokens(&seeded.user_id);
            let name = tokens.into_iter().find(|token| token.id == seeded.id).map(|token| token.name);
            [who, name.unwrap_or_default(), seeded.id.clone(), seeded.plain.clone()]
        });
        out.push_str(&table::seeded(rows, width));
    }
    out.push_str("\nTo use it, in another shell:\n\n");
    out.push_str(&format!("  export NB_MANAGEMENT_URL={}\n", ready.url));
    if let Some(first) = ready.seeded.first() {
        out.push_str(&format!("  export NB_PAT={}\n", first.plain));
    }
    match ready.ca_pem {
        Some(pem) => {
            out.push_str(
                "  netbird-tokens list --ca-file ca.pem\n\nwhere ca.pem holds the certificate of its test CA:\n\n",
            );
            out.push_str(pem);
        }
        None => out.push_str("  netbird-tokens list\n"),
    }
    out.push_str("\nIt forgets everything when it stops, on Ctrl-C.\n");
    out
}

fn wait(session: &Session, until_stdin_closes: bool) {
    let until_the_end = || {
        let mut scrap = [0; 1024];
        let mut stdin = io::stdin().lock();
        while matches!(stdin.read(&mut scrap), Ok(1..)) {}
    };
    if until_stdin_closes {
        // Either way it is time to stop.
        let _ = wait_for(until_the_end, &session.cancel, None);
    } else {
        while !session.cancel.is_cancelled() {
            std::thread::sleep(TICK);
        }
    }
}
