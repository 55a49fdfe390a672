//! The command line: what can be typed, and the words of its help.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use netbird_tokens::{NewToken, OnUnknown, Timestamp};

use crate::exit;

const NETWORK: &str = "Connection";

/// List, create, inspect and revoke NetBird API tokens without losing one
///
/// The credential is a personal access token (nbp_…) or a JWT. It is read from NB_PAT (or NETBIRD_API_TOKEN, NETBIRD_TOKEN,
/// NB_API_KEY) or from a file; it is never an argument, which every user of the machine could read. The server is
/// https://api.netbird.io unless NB_MANAGEMENT_URL (or NETBIRD_API_URL) or --management-url says another.
#[derive(Debug, Parser)]
#[command(
    name = "netbird-tokens",
    bin_name = "netbird-tokens",
    version,
    arg_required_else_help = true,
    after_help = "Exit status: 0 when done; --help lists the others.",
    after_long_help = exit_statuses(),
    max_term_width = 100,
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options of every command.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// Whose tokens [default: those of the credential's own user]
    #[arg(long, value_name = "USER_ID", global = true)]
    pub(crate) user_id: Option<String>,

    /// How results and errors are printed
    #[arg(short, long, value_name = "FORMAT", global = true, default_value = "table")]
    pub(crate) output: Output,

    /// When to use colours; NO_COLOR is honoured
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto", hide_short_help = true)]
    pub(crate) color: Color,

    /// Print a line for each request on standard error
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,

    /// Take this instant, in RFC 3339, for now when telling what has expired
    #[arg(long, value_name = "TIME", global = true, hide = true)]
    pub(crate) now: Option<Timestamp>,

    /// Read the credential from this file; - is standard input
    #[arg(long, value_name = "FILE", global = true, help_heading = NETWORK)]
    pub(crate) token_file: Option<PathBuf>,

    /// What the credential in the file is
    #[arg(long, value_name = "TYPE", global = true, default_value = "detect", hide = true, requires = "token_file")]
    pub(crate) token_type: TokenType,

    /// Where the server is, with or without /api
    #[arg(long, value_name = "URL", global = true, help_heading = NETWORK)]
    pub(crate) management_url: Option<String>,

    /// Trust the certificates in this PEM file too
    #[arg(long, value_name = "FILE", global = true, help_heading = NETWORK)]
    pub(crate) ca_file: Option<PathBuf>,

    /// How long a command may take, retries included [default: 60]
    #[arg(long, value_name = "SECONDS", global = true, value_parser = seconds, help_heading = NETWORK)]
    pub(crate) timeout: Option<Duration>,

    /// How often a request is sent again at the most [default: 2]
    #[arg(long, value_name = "N", global = true, help_heading = NETWORK, hide_short_help = true)]
    pub(crate) max_retries: Option<u32>,

    /// What to do about a create whose answer was lost: report it, or revoke what it made and create anew
    #[arg(long, value_name = "WHAT", global = true, default_value = "report", help_heading = NETWORK, hide_short_help = true)]
    pub(crate) on_unknown: Unknown,

    /// Allow http:// to other machines, which shows the credential to whoever listens
    #[arg(long, global = true, help_heading = NETWORK, hide_short_help = true)]
    pub(crate) allow_insecure_http: bool,

    /// Send everything through this proxy
    #[arg(long, value_name = "URL", global = true, help_heading = NETWORK, hide_short_help = true)]
    pub(crate) proxy: Option<String>,

    /// Whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY count [default: true]
    #[arg(long, value_name = "BOOL", global = true, help_heading = NETWORK, hide_short_help = true)]
    pub(crate) proxy_from_env: Option<bool>,

    /// How long making a connection may take [default: 10]
    #[arg(long, value_name = "SECONDS", global = true, value_parser = seconds, help_heading = NETWORK, hide_short_help = true)]
    pub(crate) connect_timeout: Option<Duration>,

    /// How long the server may be silent [default: 30]
    #[arg(long, value_name = "SECONDS", global = true, value_parser = seconds, help_heading = NETWORK, hide_short_help = true)]
    pub(crate) read_timeout: Option<Duration>,

    /// The longest first wait between two attempts [default: 0.5]
    #[arg(long, value_name = "SECONDS", global = true, value_parser = seconds, help_heading = NETWORK, hide_short_help = true)]
    pub(crate) retry_base_delay: Option<Duration>,

    /// What no wait between two attempts exceeds [default: 8]
    #[arg(long, value_name = "SECONDS", global = true, value_parser = seconds, help_heading = NETWORK, hide_short_help = true)]
    pub(crate) retry_max_delay: Option<Duration>,

    /// The largest answer that is read, in bytes [default: 64 MiB]
    #[arg(long, value_name = "BYTES", global = true, help_heading = NETWORK, hide_short_help = true)]
    pub(crate) max_response_bytes: Option<usize>,

    /// Name this program before the library's in the User-Agent, as backup/1.2
    #[arg(long, value_name = "NAME", global = true, help_heading = NETWORK, hide_short_help = true)]
    pub(crate) user_agent: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List a user's tokens
    List,

    /// Show one token
    Inspect {
        /// The token's id, as `list` shows it
        token_id: String,
    },

    /// Create a token; its secret is printed alone on standard output, this once
    Create(Create),

    /// Revoke a token for good, after asking
    Revoke {
        /// The token's id, as `list` shows it
        token_id: String,

        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },

    /// Show the user that the credential belongs to
    Whoami,

    /// List the users that the credential may see
    Users,

    /// Say whether the credential works, whose it is and when it expires
    ///
    /// What does not work is told apart by the `state` in JSON and by the exit status: malformed, unknown (revoked, or of
    /// another server), refused (expired), blocked, pending_approval, forbidden.
    Check {
        /// Only check the form of the credential and the configuration, and send nothing
        #[arg(long)]
        offline: bool,
    },

    /// The same operations in the form of netbird-manage: token --list, --inspect, --create, --revoke
    Token(TokenForm),

    /// Start a NetBird token server for tests on this machine
    #[cfg(feature = "mock")]
    MockServer(MockServer),

    /// Show the whole life of a token, step by step, on a test server or a real one
    #[cfg(feature = "mock")]
    Demo {
        /// Use this server and the credential in the environment, and leave nothing behind [default: a test server of its own]
        #[arg(long, value_name = "URL")]
        server: Option<String>,
    },

    /// Print the completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },

    /// Print the manual page
    Man {
        /// Write it and the pages of all commands into this folder instead
        #[arg(long, value_name = "FOLDER")]
        directory: Option<PathBuf>,
    },
}

/// What to create.
#[derive(Args, Debug)]
pub(crate) struct Create {
    /// The token's name, by which to recognise it later
    #[arg(value_name = "NAME", required_unless_present = "name_option")]
    name: Option<String>,

    /// The same as NAME
    #[arg(id = "name_option", long = "name", value_name = "NAME", conflicts_with = "name", hide_short_help = true)]
    name_option: Option<String>,

    #[command(flatten)]
    details: CreateDetails,
}

#[derive(Args, Debug)]
struct CreateDetails {
    /// The lifetime in days, 1 to 365
    #[arg(long, value_name = "DAYS", default_value_t = NewToken::DEFAULT_EXPIRES_IN_DAYS, allow_negative_numbers = true)]
    expires_in: i64,

    /// Write the secret to this new file, readable by you alone, instead of standard output
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// A token to create, whichever form it was asked for in.
#[derive(Debug)]
pub(crate) struct CreateOrder {
    pub(crate) name: String,
    pub(crate) expires_in: i64,
    pub(crate) secret_file: Option<PathBuf>,
}

impl Create {
    pub(crate) fn into_order(self) -> CreateOrder {
        order(self.name.or(self.name_option).unwrap_or_default(), self.details)
    }
}

fn order(name: String, details: CreateDetails) -> CreateOrder {
    CreateOrder { name, expires_in: details.expires_in, secret_file: details.secret_file }
}

/// The form in which other tools have these operations.
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    group = ArgGroup::new("action").required(true).args(["list", "inspect", "create", "revoke"]),
)]
pub(crate) struct TokenForm {
    /// List a user's tokens
    #[arg(long)]
    list: bool,

    /// Show one token
    #[arg(long, value_name = "TOKEN_ID")]
    inspect: Option<String>,

    /// Create a token
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    create: Option<Option<String>>,

    /// Revoke a token for good, after asking
    #[arg(long, value_name = "TOKEN_ID")]
    revoke: Option<String>,

    /// The name of the token to create
    #[arg(long, value_name = "NAME", requires = "create")]
    name: Option<String>,

    #[command(flatten)]
    details: CreateDetails,

    /// Do not ask before revoking
    #[arg(short, long)]
    yes: bool,
}

/// One of the four operations on tokens.
#[derive(Debug)]
pub(crate) enum TokenOrder {
    List,
    Inspect { token_id: String },
    Create(CreateOrder),
    Revoke { token_id: String, yes: bool },
}

impl TokenForm {
    /// What is asked for, or what is wrong with it.
    pub(crate) fn into_order(self) -> Result<TokenOrder, &'static str> {
        let TokenForm { list, inspect, create, revoke, name, details, yes } = self;
        Ok(match (list, inspect, create, revoke) {
            (_, Some(token_id), _, _) => TokenOrder::Inspect { token_id },
            (_, _, Some(positional), _) => match (positional, name) {
                (Some(name), None) | (None, Some(name)) => TokenOrder::Create(order(name, details)),
                (None, None) => return Err("the token needs a name: token --create --name NAME"),
                (Some(_), Some(_)) => return Err("the name is given twice: after --create and after --name"),
            },
            (_, _, _, Some(token_id)) => TokenOrder::Revoke { token_id, yes },
            (_, None, None, None) => TokenOrder::List,
        })
    }
}

/// How to serve.
#[cfg(feature = "mock")]
#[derive(Args, Debug)]
pub(crate) struct MockServer {
    /// Where the API listens; port 0 is a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: std::net::SocketAddr,

    /// Where the control API listens, by which tests change the server
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) control: std::net::SocketAddr,

    /// The users and tokens that exist, as JSON [default: a small example]
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,

    /// Serve HTTPS, with a certificate of a test authority
    #[arg(long)]
    pub(crate) tls: bool,

    /// Stop when standard input ends, too
    #[arg(long)]
    pub(crate) until_stdin_closes: bool,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Table,
    /// For programs
    Json,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenType {
    /// Either, as people paste them
    Detect,
    /// A PAT and nothing around it
    Pat,
    /// A JWT and nothing around it
    Bearer,
}

/// What to do about a create whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Unknown {
    /// Fail, and name the tokens that it may have made
    Report,
    /// Revoke those and create anew
    RevokeAndRetry,
}

impl From<Unknown> for OnUnknown {
    fn from(unknown: Unknown) -> Self {
        match unknown {
            Unknown::Report => OnUnknown::Report,
            Unknown::RevokeAndRetry => OnUnknown::RevokeAndRetry,
        }
    }
}

/// In which form a mistake in these arguments is to be told: they cannot be parsed, but may say so all the same.
pub(crate) fn output_of(args: &[OsString]) -> Output {
    let mut previous_asks = false;
    for arg in args {
        let arg = arg.to_string_lossy();
        let value = match arg.as_ref() {
            "--" => return Output::Table,
            "--output=json" | "-o=json" | "-ojson" => return Output::Json,
            other => other,
        };
        if previous_asks && value == "json" {
            return Output::Json;
        }
        previous_asks = matches!(value, "--output" | "-o");
    }
    Output::Table
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "give a number of seconds, as 2.5".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "give a number of seconds that is not negative, as 2.5".to_owned())
}

fn exit_statuses() -> String {
    let mut text = "Exit status:".to_owned();
    for (status, meaning) in exit::TABLE {
        text.push_str(&format!("\n{status:>5}  {meaning}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    fn output(args: &[&str]) -> Output {
        output_of(&args.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn the_form_of_errors_is_found_in_arguments_that_do_not_parse() {
        assert_eq!(output(&["x", "list", "-o", "json", "--frobnicate"]), Output::Json);
        assert_eq!(output(&["x", "--output=json"]), Output::Json);
        assert_eq!(output(&["x", "--output", "table", "json"]), Output::Table);
        assert_eq!(output(&["x", "inspect", "--", "-ojson"]), Output::Table);
    }

    #[test]
    fn seconds_may_have_fractions() {
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        assert!(seconds("-1").is_err() && seconds("NaN").is_err() && seconds("soon").is_err());
    }
}
