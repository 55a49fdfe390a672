//! Groups of options that several commands share. Each command has only those that it uses.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use netbird_tokens::Timestamp;

use super::values::{Color, Output, TokenType, seconds};

/// The heading of the options in [`Connection`].
pub(super) const CONNECTION: &str = "Connection";

/// How results are shown.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Display {
    /// Output format for results and errors
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Output,

    #[command(flatten)]
    pub(crate) colors: Colors,
}

/// Whether output is colored.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Colors {
    /// When to use colors; NO_COLOR is respected
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_short_help = true)]
    pub(crate) color: Color,
}

/// Whose expiry dates are compared with which time.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    /// Take this time (RFC 3339) as the current time when telling what has expired
    #[arg(long, value_name = "TIME", hide = true)]
    pub(crate) now: Option<Timestamp>,
}

/// Whose tokens a command works on.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Owner {
    /// Act on this user's tokens [default: the credential's own user]
    #[arg(long, value_name = "USER_ID")]
    pub(crate) user_id: Option<String>,

    #[command(flatten)]
    pub(crate) clock: Clock,
}

/// The server of every command that takes the management URL as an option.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Server {
    /// URL of the management server, with or without /api [default: https://api.netbird.io]
    #[arg(long, value_name = "URL", help_heading = CONNECTION)]
    pub(crate) management_url: Option<String>,
}

/// Where the credential comes from.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = CONNECTION)]
pub(crate) struct CredentialSource {
    /// Read the credential from this file, and again once the server refuses it; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// Read the credential from the first line that this program prints; it is started without a shell
    #[arg(long, value_name = "COMMAND", conflicts_with = "token_file")]
    pub(crate) token_command: Option<String>,

    /// Leave the commands in other options to a shell (sh -c), for pipes and variables
    #[arg(long, hide_short_help = true)]
    pub(crate) shell: bool,

    /// Kind of the credential in the file
    #[arg(long, value_name = "TYPE", default_value = "detect", hide = true, requires = "token_file")]
    pub(crate) token_type: TokenType,
}

/// How a server is reached.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = CONNECTION)]
pub(crate) struct Connection {
    /// Print each request on standard error
    #[arg(short, long, help_heading = None)]
    pub(crate) verbose: bool,

    /// Also trust the certificates in this PEM file
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// Time limit for the whole command, retries included
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "60", allow_negative_numbers = true)]
    pub(crate) timeout: Duration,

    /// Maximum number of retries [default: 2]
    #[arg(long, value_name = "N", hide_short_help = true, allow_negative_numbers = true)]
    pub(crate) max_retries: Option<u32>,

    /// Allow http:// to other machines; the credential is then sent in clear text
    #[arg(long, hide_short_help = true)]
    pub(crate) allow_insecure_http: bool,

    /// Send all requests through this proxy
    #[arg(long, value_name = "URL", hide_short_help = true)]
    pub(crate) proxy: Option<String>,

    /// Whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY apply [default: true]
    #[arg(long, value_name = "BOOL", hide_short_help = true)]
    pub(crate) proxy_from_env: Option<bool>,

    /// Time limit for making a connection [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, hide_short_help = true, allow_negative_numbers = true)]
    pub(crate) connect_timeout: Option<Duration>,

    /// How long the server may be silent [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, hide_short_help = true, allow_negative_numbers = true)]
    pub(crate) read_timeout: Option<Duration>,

    /// Base of the exponential backoff, with full jitter [default: 0.5]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, hide_short_help = true, allow_negative_numbers = true)]
    pub(crate) retry_base_delay: Option<Duration>,

    /// Maximum backoff between retries [default: 8]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, hide_short_help = true, allow_negative_numbers = true)]
    pub(crate) retry_max_delay: Option<Duration>,

    /// Largest response body that is read, in bytes [default: 64 MiB]
    #[arg(long, value_name = "BYTES", hide_short_help = true, allow_negative_numbers = true)]
    pub(crate) max_response_bytes: Option<usize>,

    /// Prefix for the User-Agent, for example backup/1.2
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub(crate) user_agent: Option<String>,
}

/// Refuses `--shell` without a command for a shell. `rotate` has another one, and checks it itself.
pub(super) fn tie_shell_to_command(command: clap::Command) -> clap::Command {
    let is_rotate = command.get_name() == "rotate";
    command.mut_args(|arg| match arg.get_long() {
        // clap does not require what another option excludes, so that option is named too.
        Some("shell") if !is_rotate => arg.requires("token_command").conflicts_with("token_file"),
        _ => arg,
    })
}

/// The options of every command that sends requests to one server and prints a result.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Request {
    #[command(flatten)]
    pub(crate) display: Display,

    #[command(flatten)]
    pub(crate) server: Server,

    #[command(flatten)]
    pub(crate) source: CredentialSource,

    #[command(flatten)]
    pub(crate) connection: Connection,
}
