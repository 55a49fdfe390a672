//! The server as a program.

mod arguments;
mod example;
mod stop;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use crate::listener::Ports;
use crate::server::MockServer;
use crate::world::{SeededToken, Tls, World, WorldError};

use arguments::{Command, parse};
pub use arguments::{Options, USAGE};
pub use example::{example_world, example_world_of};
use stop::Stop;
pub use stop::on_stdin_end;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The file with the world cannot be read.
    #[error("{}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file does not contain a world in JSON.
    #[error("{}: {source}", .path.display())]
    NotAWorld {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: serde_json::Error,
    },
    /// The world is invalid.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A port or a thread is not available.
    #[error("the server cannot start: {0}")]
    Io(io::Error),
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        error.downcast::<WorldError>().map_or_else(Self::Io, Self::World)
    }
}

/// A server that is ready.
#[derive(Debug)]
pub struct Started {
    /// The server. It stops when this is dropped.
    pub server: MockServer,
    /// The world that it was started with.
    pub world: World,
}

impl Started {
    /// What a client needs to know.
    #[must_use]
    pub fn ready(&self) -> Ready {
        let url = self.server.url();
        Ready {
            ca_pem: url.starts_with("https:").then(|| self.server.ca_pem()),
            url,
            control_url: self.server.control_url(),
            seeded: self.server.seeded().to_vec(),
        }
    }

    /// [`ready`](Self::ready) as one line of JSON, without the line feed. It contains the tokens' secrets.
    #[must_use]
    pub fn ready_line(&self) -> String {
        // Text and lists of it always serialise.
        serde_json::to_string(&self.ready()).unwrap_or_default()
    }
}

/// What a program prints when its server is ready.
#[derive(Clone, Debug, Serialize)]
pub struct Ready {
    /// The API's base URL.
    pub url: String,
    /// The control API's base URL.
    pub control_url: Option<String>,
    /// With TLS, the test CA's certificate in PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
    /// The tokens that exist, with their secrets.
    pub seeded: Vec<SeededToken>,
}

/// Starts a server with the world that the options name.
///
/// # Errors
///
/// See [`StartError`].
pub fn start(options: &Options) -> Result<Started, StartError> {
    let world = options.world.as_deref().map(read_world).transpose()?;
    start_in(world, options)
}

/// Starts a server with this world, or with the example; what else the options say applies to it.
///
/// # Errors
///
/// See [`StartError`]. The options' file is not read.
pub fn start_in(world: Option<World>, options: &Options) -> Result<Started, StartError> {
    let mut world = world.unwrap_or_else(|| example_world_of(options.server_version.unwrap_or_default()));
    if let Some(version) = options.server_version {
        world.server_version = version;
    }
    if options.tls {
        world.tls.get_or_insert(Tls::Valid);
    }
    let ports = Ports { api: Some(options.listen), control: Some(options.control) };
    let server = MockServer::start_on(world.clone(), ports)?;
    Ok(Started { server, world })
}

fn read_world(path: &Path) -> Result<World, StartError> {
    let text = std::fs::read(path).map_err(|source| StartError::Unreadable { path: path.to_owned(), source })?;
    serde_json::from_slice(&text).map_err(|source| StartError::NotAWorld { path: path.to_owned(), source })
}

/// Starts a server, writes [`Started::ready_line`] to `out` and serves until Ctrl-C, SIGTERM or, if the options say so, the
/// end of standard input.
///
/// With `until_stdin_closes`, a thread that reads standard input remains if a signal comes first.
///
/// # Errors
///
/// If the server does not start ([`StartError`] as an [`io::Error`]) or `out` cannot be written.
pub fn serve(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let started = start(options).map_err(io::Error::other)?;
    // Before the line is written: whoever reads it may stop the server at once.
    let stop = Stop::listen(options.until_stdin_closes)?;
    writeln!(out, "{}", started.ready_line())?;
    out.flush()?;
    stop.wait();
    Ok(())
}

/// The complete program: reads the arguments (without the program's name), serves, and returns the exit status.
///
/// 0: it was told to stop; 1: it could not serve; 2: an argument is wrong.
pub fn run_cli(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut out = io::stdout();
    let result = match parse(args) {
        Ok(Command::Help) => out.write_all(USAGE.as_bytes()),
        Ok(Command::Serve(options)) => serve(&options, &mut out),
        Err(error) => {
            complain(&error);
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn complain(error: &dyn std::error::Error) {
    // If standard error is closed there is nowhere to report this.
    let _ = writeln!(io::stderr(), "netbird-mock: {error}");
}
