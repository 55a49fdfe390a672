//! `mock-server`: the test server as a command.

use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::mpsc;

use netbird_mock::world::{SeededToken, Tls, World};
use netbird_mock::{MockServer, Ports};
use serde::Serialize;

use crate::arguments::MockServer as Options;
use crate::failure::Failure;
use crate::interrupt;
use crate::session::Session;
use crate::table;

/// The line that tells a program that the server is ready.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    control_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_pem: Option<&'a str>,
    seeded: &'a [SeededToken],
}

/// Serves until Ctrl-C or, if asked for, the end of standard input.
pub(crate) fn serve(session: &Session, options: &Options) -> Result<(), Failure> {
    let mut world = match &options.world {
        Some(path) => read_world(path)?,
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
        session.print(&describe(&server, &world, &ready))?;
    }
    wait(session, options.until_stdin_closes);
    server.shutdown();
    Ok(())
}

fn read_world(path: &Path) -> Result<World, Failure> {
    let text = std::fs::read(path)
        .map_err(|error| Failure::configuration(format!("the world {} cannot be read: {error}", path.display())))?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::usage(format!("the world {} is not what a world is: {error}", path.display())))
}

fn describe(server: &MockServer, world: &World, ready: &Ready<'_>) -> String {
    let mut out = "A NetBird token server for tests is ready. Its tokens work here and nowhere else.\n\n".to_owned();
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
                format!("{} ({kind}, {})", user.name, user.role)
            });
            let tokens = server.tokens(&seeded.user_id);
            let name = tokens.into_iter().find(|token| token.id == seeded.id).map(|token| token.name);
            [who, name.unwrap_or_default(), seeded.id.clone(), seeded.plain.clone()]
        });
        out.push_str(&table::rows(["USER", "TOKEN", "ID", "SECRET"], rows));
    }
    out.push_str("\nTo use it, in another shell:\n\n");
    out.push_str(&format!("  export NB_MANAGEMENT_URL={}\n", ready.url));
    if let Some(first) = ready.seeded.first() {
        out.push_str(&format!("  export NB_PAT={}\n", first.plain));
    }
    match ready.ca_pem {
        Some(pem) => {
            out.push_str("  netbird-tokens --ca-file ca.pem list\n\nwhere ca.pem holds its test authority:\n\n");
            out.push_str(pem);
        }
        None => out.push_str("  netbird-tokens list\n"),
    }
    out.push_str("\nIt forgets everything when it stops, on Ctrl-C.\n");
    out
}

fn wait(session: &Session, until_stdin_closes: bool) {
    let (closed, until) = mpsc::channel::<()>();
    if until_stdin_closes {
        std::thread::spawn(move || {
            let mut scrap = [0; 1024];
            let mut stdin = io::stdin().lock();
            while matches!(stdin.read(&mut scrap), Ok(1..)) {}
            drop(closed);
        });
        interrupt::receive(&until, &session.cancel);
    } else {
        interrupt::receive(&until, &session.cancel);
        drop(closed);
    }
}
