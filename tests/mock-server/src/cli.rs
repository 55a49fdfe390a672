//! The server as a program.

use std::ffi::OsString;
use std::io::{self, Read as _, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::Notify;

use crate::server::{MockServer, Ports};
use crate::users::new_person_id;
use crate::world::{SeededToken, Tls, TokenSeed, UserSeed, World};

/// What `--help` prints.
pub const USAGE: &str = "\
A NetBird token server for tests.

Usage: netbird-mock [options]

  --listen ADDR          where the API listens [127.0.0.1:0, a free port]
  --control ADDR         where the control API listens [127.0.0.1:0]
  --world FILE           the users and tokens that exist, as JSON [an example]
  --tls                  serve HTTPS with a certificate of a test authority
  --until-stdin-closes   also stop when standard input ends
  --help                 print this

When ready it prints one line of JSON with `url`, `control_url` and the tokens that exist.
It stops on Ctrl-C and SIGTERM.
";

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the API listens.
    pub listen: SocketAddr,
    /// Where the control API listens.
    pub control: SocketAddr,
    /// A file with a [`World`] in JSON. Absent: [`example_world`].
    pub world: Option<PathBuf>,
    /// Serve HTTPS, whatever the world says.
    pub tls: bool,
    /// Stop when standard input ends, besides on a signal.
    pub until_stdin_closes: bool,
}

impl Default for Options {
    fn default() -> Self {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { listen: loopback, control: loopback, world: None, tls: false, until_stdin_closes: false }
    }
}

/// What the arguments ask for.
#[derive(Debug)]
enum Order {
    Serve(Options),
    Help,
}

fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Order, String> {
    let mut options = Options::default();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let arg = arg.to_string_lossy().into_owned();
        let (name, inline) = match arg.split_once('=') {
            Some((name, value)) => (name, Some(OsString::from(value))),
            None => (arg.as_str(), None),
        };
        let mut value = || {
            let value = inline.clone().or_else(|| args.next());
            value.ok_or_else(|| format!("{name} needs a value"))
        };
        let address = |value: OsString| {
            let text = value.to_string_lossy();
            text.parse().map_err(|_| format!("{name}: `{text}` is not like 127.0.0.1:8080"))
        };
        match name {
            "--listen" => options.listen = address(value()?)?,
            "--control" => options.control = address(value()?)?,
            "--world" => options.world = Some(PathBuf::from(value()?)),
            "--tls" => options.tls = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            "--help" | "-h" => return Ok(Order::Help),
            _ => return Err(format!("`{arg}` is no option; see --help")),
        }
    }
    Ok(Order::Serve(options))
}

/// The whole program: reads the arguments (without the program's name), serves, and gives the exit status.
///
/// 0 when it was told to stop, 1 when it could not serve, 2 when an argument is wrong.
pub fn run_cli(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut out = io::stdout();
    let result = match parse(args) {
        Ok(Order::Help) => out.write_all(USAGE.as_bytes()),
        Ok(Order::Serve(options)) => serve(&options, &mut out),
        Err(problem) => {
            complain(&problem);
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn complain(problem: &str) {
    // Nobody is left to be told if standard error is closed.
    let _ = writeln!(io::stderr(), "netbird-mock: {problem}");
}

/// The line that says that the server is ready.
#[derive(Serialize)]
struct Ready<'a> {
    url: String,
    control_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_pem: Option<String>,
    seeded: &'a [SeededToken],
}

/// Starts a server, writes one line of JSON to `out` (`url`, `control_url`, `seeded`, with TLS also `ca_pem`) and serves until
/// Ctrl-C, SIGTERM or, if asked for, the end of standard input.
///
/// With `until_stdin_closes`, a thread is left reading standard input when a signal comes first.
///
/// # Errors
///
/// If the world cannot be read or is wrong, a port is not to be had, or `out` cannot be written.
pub fn serve(options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut world = match &options.world {
        None => example_world(),
        Some(path) => read_world(path)?,
    };
    if options.tls {
        world.tls.get_or_insert(Tls::Valid);
    }
    let server = MockServer::start_on(world, Ports { api: Some(options.listen), control: Some(options.control) })?;
    let url = server.url();
    let ready = Ready {
        ca_pem: url.starts_with("https").then(|| server.ca_pem()),
        url,
        control_url: server.control_url(),
        seeded: server.seeded(),
    };
    let ready = serde_json::to_string(&ready).map_err(io::Error::other)?;
    // Before the line is out: whoever reads it may stop the server at once.
    let stop = Stop::listen(options.until_stdin_closes)?;
    writeln!(out, "{ready}")?;
    out.flush()?;
    stop.wait();
    Ok(())
}

fn read_world(path: &std::path::Path) -> io::Result<World> {
    let wrong = |error: &dyn std::fmt::Display, kind| io::Error::new(kind, format!("{}: {error}", path.display()));
    let text = std::fs::read(path).map_err(|error| wrong(&error, error.kind()))?;
    serde_json::from_slice(&text).map_err(|error| wrong(&error, io::ErrorKind::InvalidData))
}

/// What tells the program to stop. It listens from the moment it is made.
struct Stop {
    runtime: tokio::runtime::Runtime,
    signals: Signals,
    stdin_closed: Option<Arc<Notify>>,
}

impl Stop {
    fn listen(until_stdin_closes: bool) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let signals = {
            let _guard = runtime.enter();
            Signals::listen()?
        };
        let stdin_closed = until_stdin_closes.then(|| {
            let closed = Arc::new(Notify::new());
            let tell = Arc::clone(&closed);
            std::thread::spawn(move || {
                let mut scrap = [0; 1024];
                let mut stdin = io::stdin().lock();
                while matches!(stdin.read(&mut scrap), Ok(1..)) {}
                tell.notify_one();
            });
            closed
        });
        Ok(Self { runtime, signals, stdin_closed })
    }

    fn wait(mut self) {
        let stdin_closed = self.stdin_closed;
        self.runtime.block_on(async {
            tokio::select! {
                () = self.signals.arrive() => {}
                () = async {
                    match stdin_closed {
                        Some(closed) => closed.notified().await,
                        None => std::future::pending().await,
                    }
                } => {}
            }
        });
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn arrive(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    async fn arrive(&mut self) {
        // It gives nothing only if nothing will ever come.
        let _ = self.interrupt.recv().await;
    }
}

/// The world of a server that was given none: an owner, a person who may do little, and two service users, with tokens that are
/// in use, unused, about to expire and expired.
#[must_use]
pub fn example_world() -> World {
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
                    "auditor",
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

    fn parsed(args: &[&str]) -> Result<Order, String> {
        parse(args.iter().map(OsString::from))
    }

    #[test]
    fn arguments() {
        let Ok(Order::Serve(options)) =
            parsed(&["--listen", "127.0.0.1:1", "--control=[::1]:2", "--world", "w.json", "--tls"])
        else {
            panic!("they are right");
        };
        assert_eq!(options.listen.to_string(), "127.0.0.1:1");
        assert_eq!(options.control.to_string(), "[::1]:2");
        assert!(options.tls && !options.until_stdin_closes);
        assert!(matches!(parsed(&["--help"]), Ok(Order::Help)));
        for wrong in [&["--listen"] as &[&str], &["--listen", "x"], &["--frobnicate"], &["file"]] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_example_is_a_world() {
        let server = MockServer::start(example_world()).expect("it starts");
        assert_eq!(server.seeded().len(), 5);
    }
}
