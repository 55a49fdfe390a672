//! `mock-server`: the test server as a command.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use netbird_mock::cli::{self, Ready, StartError, Started};
use netbird_mock::world::World;

use crate::arguments::MockServerOptions as Options;
use crate::failure::Failure;
use crate::input::{self, Limits};
use crate::interrupt::{TICK, wait_for};
use crate::session::Session;
use crate::table::{self, Width};

/// Serves until Ctrl-C or, on request, until standard input is closed.
pub(crate) fn serve(session: &Session, options: &Options) -> Result<(), Failure> {
    // Read here and not by the server, so that a read that does not end can be interrupted.
    let world = options.world.as_deref().map(|path| read_world(session, path)).transpose()?;
    let started = cli::start_in(world, &server_options(options)).map_err(refused)?;
    if session.is_json() {
        let mut out = io::stdout();
        let line = started.ready_line();
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| Failure::output(&error))?;
    } else {
        session.print(&describe(&started, &started.ready(), session.width()))?;
    }
    wait(session, options.until_stdin_closes);
    started.server.shutdown();
    Ok(())
}

fn server_options(options: &Options) -> cli::Options {
    cli::Options {
        listen: options.listen,
        control: options.control,
        world: None,
        server_version: options.server_version,
        tls: options.tls,
        until_stdin_closes: options.until_stdin_closes,
    }
}

fn refused(error: StartError) -> Failure {
    match error {
        StartError::Unreadable { .. } | StartError::Io(_) => Failure::configuration(error.to_string()),
        StartError::NotAWorld { .. } | StartError::World(_) => Failure::usage(error.to_string()),
    }
}

/// Larger than any world that a test needs.
const WORLD_BYTES: u64 = 1024 * 1024 * 1024;

fn read_world(session: &Session, path: &Path) -> Result<World, Failure> {
    let limits = Limits { option: "--world", bytes: WORLD_BYTES, cancel: &session.cancel, time: None };
    let text = input::read(&limits, "the world", path)?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::usage(format!("the world {} does not have the right form: {error}", path.display())))
}

fn describe(Started { server, world }: &Started, ready: &Ready, width: Width) -> String {
    let mut out = "A NetBird token server for tests is ready. Its tokens work only here.\n\n".to_owned();
    out.push_str(&table::plain_fields(&[("API", Some(ready.url.clone())), ("Control API", ready.control_url.clone())]));
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
    match &ready.ca_pem {
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
