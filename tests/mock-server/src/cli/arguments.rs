//! The program's options.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::world::{ServerVersion, UnknownVersion};

/// The output of `--help`.
pub const USAGE: &str = "\
A NetBird token server for tests.

Usage: netbird-mock [options]

  --listen ADDR          where the API listens [127.0.0.1:0, a free port]
  --control ADDR         where the control API listens [127.0.0.1:0]
  --world FILE           the users and tokens that exist, as JSON [an example]
  --server-version V     behave like this release: 0.40, 0.59, current [current,
                         or what the world says]
  --tls                  serve HTTPS with a certificate of a test CA
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
    /// A file with a [`World`](crate::world::World) in JSON. Default: [`example_world`](super::example_world).
    pub world: Option<PathBuf>,
    /// Replaces the version in the world.
    pub server_version: Option<ServerVersion>,
    /// Serve HTTPS even if the world does not ask for it.
    pub tls: bool,
    /// Stop when standard input ends, not only on a signal.
    pub until_stdin_closes: bool,
}

impl Default for Options {
    fn default() -> Self {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            listen: loopback,
            control: loopback,
            world: None,
            server_version: None,
            tls: false,
            until_stdin_closes: false,
        }
    }
}

/// What the arguments ask for.
#[derive(Debug)]
pub(super) enum Command {
    Serve(Options),
    Help,
}

/// An argument is wrong.
#[derive(Debug, thiserror::Error)]
pub(super) enum UsageError {
    #[error("{0} needs a value")]
    NoValue(String),
    #[error("{name}: `{value}` is not an address like 127.0.0.1:8080")]
    Address { name: String, value: String },
    #[error("--server-version: {0}")]
    Version(#[from] UnknownVersion),
    #[error("unknown option `{0}`; see --help")]
    Unknown(String),
}

pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, UsageError> {
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
            value.ok_or_else(|| UsageError::NoValue(name.to_owned()))
        };
        let address = |value: OsString| {
            let value = value.to_string_lossy().into_owned();
            value.parse().map_err(|_| UsageError::Address { name: name.to_owned(), value })
        };
        match name {
            "--listen" => options.listen = address(value()?)?,
            "--control" => options.control = address(value()?)?,
            "--world" => options.world = Some(PathBuf::from(value()?)),
            "--server-version" => options.server_version = Some(value()?.to_string_lossy().parse()?),
            "--tls" => options.tls = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            "--help" | "-h" => return Ok(Command::Help),
            _ => return Err(UsageError::Unknown(arg)),
        }
    }
    Ok(Command::Serve(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Command, UsageError> {
        parse(args.iter().map(OsString::from))
    }

    #[test]
    fn valid_arguments() {
        let args =
            ["--listen", "127.0.0.1:1", "--control=[::1]:2", "--world", "w.json", "--tls", "--server-version=0.59"];
        let Ok(Command::Serve(options)) = parsed(&args) else {
            panic!("they are valid");
        };
        assert_eq!(options.listen.to_string(), "127.0.0.1:1");
        assert_eq!(options.control.to_string(), "[::1]:2");
        assert_eq!(options.server_version, Some(ServerVersion::V0_59));
        assert!(options.tls && !options.until_stdin_closes);
        assert!(matches!(parsed(&["--help"]), Ok(Command::Help)));
    }

    #[test]
    fn invalid_arguments() {
        for (args, message) in [
            (&["--listen"] as &[&str], "--listen needs a value"),
            (&["--listen", "x"], "--listen: `x` is not an address like 127.0.0.1:8080"),
            (&["--server-version", "1"], "--server-version: `1` is not one of 0.40, 0.59, current"),
            (&["--frobnicate"], "unknown option `--frobnicate`; see --help"),
            (&["file"], "unknown option `file`; see --help"),
        ] {
            assert_eq!(parsed(args).expect_err(message).to_string(), message);
        }
    }
}
