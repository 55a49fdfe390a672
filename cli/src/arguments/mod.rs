//! The command line: commands, options and the texts of their help.

mod audit;
mod login;
mod options;
mod order;
mod rotate;
mod token;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

#[cfg(feature = "mock")]
use clap::{ArgMatches, Args, parser::ValueSource};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub(crate) use self::audit::{AuditForm, AuditOrder, AuditOutput};
pub(crate) use self::login::{Keeping, LoginForm, LoginOrder, ProviderOptions};
pub(crate) use self::options::{Clock, Connection, CredentialSource, Display, Owner, Request, Server};
pub(crate) use self::rotate::{Destination, ResumeOrder, RotateAction, RotateForm, RotateOrder};
pub(crate) use self::token::{CreateForm, CreateOrder, TokenForm, TokenOrder};
pub(crate) use self::values::{Color, LoginStore, Output, TokenType};
use crate::exit;

/// List, create, inspect and revoke NetBird API tokens
///
/// People log in with `netbird-tokens login`. Scripts use a personal access token (nbp_…) or a JWT from a file or from NB_PAT
/// (or NETBIRD_API_TOKEN, NETBIRD_TOKEN, NB_API_KEY), which come before a login. The credential is never an argument: every
/// user of the machine could read it there. The server is https://api.netbird.io unless NB_MANAGEMENT_URL, NETBIRD_API_URL
/// or --management-url names another one.
#[derive(Debug, Parser)]
#[command(
    name = "netbird-tokens",
    bin_name = "netbird-tokens",
    version,
    arg_required_else_help = true,
    after_help = "`netbird-tokens COMMAND --help` shows the options of a command.\nExit status: 0 on success; --help lists the others.",
    after_long_help = exit_statuses(),
    max_term_width = 100,
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Log in with a browser, on this machine or another one
    ///
    /// It shows an address and a code, waits until you have confirmed the code on that page, and keeps the login for the
    /// commands that follow. With --create it goes on to create a token.
    Login {
        #[command(flatten)]
        form: LoginForm,
    },

    /// Forget the login that is kept for this server
    Logout {
        #[command(flatten)]
        display: Display,

        #[command(flatten)]
        server: Server,
    },

    /// List a user's tokens
    List {
        #[command(flatten)]
        owner: Owner,

        #[command(flatten)]
        request: Request,
    },

    /// Show one token
    Inspect {
        /// Id of the token, as shown by `list`
        token_id: String,

        #[command(flatten)]
        owner: Owner,

        #[command(flatten)]
        request: Request,
    },

    /// Create a token and print its secret, which is shown only once
    Create {
        #[command(flatten)]
        create: CreateForm,

        #[command(flatten)]
        owner: Owner,

        #[command(flatten)]
        request: Request,
    },

    /// Revoke a token permanently, after asking
    Revoke {
        /// Id of the token, as shown by `list`
        token_id: String,

        /// Do not ask for confirmation
        #[arg(short, long)]
        yes: bool,

        #[command(flatten)]
        owner: Owner,

        #[command(flatten)]
        request: Request,
    },

    /// Report the state of all tokens: expired, expiring, unused, never used, healthy
    ///
    /// It lists your own tokens and those of every service user that you may manage. Only a token's owner can see a person's
    /// tokens.
    Audit {
        #[command(flatten)]
        audit: AuditForm,
    },

    /// Replace a token by a new one with the same name and lifetime, and revoke the old one
    ///
    /// The new token is created first, its secret is stored, and it is proved to work; then the old one is revoked. A run that
    /// ends at any point leaves a working token, and the next run, or `rotate resume`, finishes it.
    Rotate {
        #[command(flatten)]
        form: RotateForm,

        #[command(flatten)]
        owner: Owner,

        #[command(flatten)]
        request: Request,
    },

    /// Show the user that the credential belongs to
    Whoami {
        #[command(flatten)]
        request: Request,
    },

    /// List the users that the credential may see
    Users {
        #[command(flatten)]
        request: Request,
    },

    /// Check whether the credential works, whose it is and when it expires
    ///
    /// If it does not work, `state` in the JSON output and the exit status say why: malformed, unknown (revoked, or of
    /// another server), refused (expired), blocked, pending_approval, forbidden.
    Check {
        /// Check only the form of the credential and the configuration; send nothing
        #[arg(long)]
        offline: bool,

        #[command(flatten)]
        clock: Clock,

        #[command(flatten)]
        request: Request,
    },

    /// The same operations with the options of netbird-manage: token --list, --inspect, --create, --revoke
    Token {
        #[command(flatten)]
        form: TokenForm,

        #[command(flatten)]
        owner: Owner,

        #[command(flatten)]
        request: Request,
    },

    /// Start a NetBird token server for tests on this machine
    #[cfg(feature = "mock")]
    MockServer {
        #[command(flatten)]
        options: MockServerOptions,

        #[command(flatten)]
        display: Display,
    },

    /// Show the life of a token step by step, on a test server or a real one
    #[cfg(feature = "mock")]
    Demo {
        /// Use this server and your credential, and remove everything that was created [default: a built-in test server]
        #[arg(long, value_name = "URL")]
        server: Option<String>,

        #[command(flatten)]
        display: Display,

        #[command(flatten)]
        source: CredentialSource,

        #[command(flatten)]
        connection: Connection,

        /// The options about the connection that were given, for the commands that the demo runs. Without those about the credential,
        /// which is handed over in the environment.
        #[arg(skip)]
        given: Vec<OsString>,
    },

    /// Print the completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },

    /// Print the manual page
    Man {
        /// Write the pages of all commands into this directory instead; it is created if needed
        #[arg(long, value_name = "DIRECTORY")]
        directory: Option<PathBuf>,
    },
}

/// How to serve.
#[cfg(feature = "mock")]
#[derive(Args, Debug)]
pub(crate) struct MockServerOptions {
    /// Address of the API; port 0 picks a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: std::net::SocketAddr,

    /// Address of the control API, which tests use to change the server
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) control: std::net::SocketAddr,

    /// The users and tokens to start with, as JSON [default: a small example]
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,

    /// Behave like this version of NetBird: 0.40, 0.59 or current [default: the world's, or current]
    #[arg(long, value_name = "VERSION")]
    pub(crate) server_version: Option<netbird_mock::world::ServerVersion>,

    /// Serve HTTPS with a certificate of a test CA
    #[arg(long)]
    pub(crate) tls: bool,

    /// Also stop when standard input is closed
    #[arg(long)]
    pub(crate) until_stdin_closes: bool,
}

/// The program as clap knows it.
pub(crate) fn command() -> clap::Command {
    let command = Arguments::command()
        .mut_subcommand("token", token::tie_options_to_actions)
        .mut_subcommand("login", login::explain_options)
        .mut_subcommand("audit", audit::explain_timeout)
        .mut_subcommands(options::tie_shell_to_command);
    #[cfg(feature = "mock")]
    let command = command.mut_subcommand("demo", |demo| {
        // Its own server needs none of these: to ignore them would hide a mistake.
        demo.mut_args(|arg| {
            let is_connection = arg.get_help_heading() == Some(options::CONNECTION);
            if is_connection { arg.requires("server") } else { arg }
        })
    });
    command
}

/// Reads the command line.
pub(crate) fn parse(args: Vec<OsString>) -> Result<Command, clap::Error> {
    let command = command();
    let matches = command.clone().try_get_matches_from(order::command_first(args, &command))?;
    let parsed = Arguments::from_arg_matches(&matches)?.command;
    #[cfg(feature = "mock")]
    let parsed = with_given_options(parsed, &command, &matches);
    Ok(parsed)
}

#[cfg(feature = "mock")]
fn with_given_options(mut parsed: Command, program: &clap::Command, matches: &ArgMatches) -> Command {
    if let Command::Demo { given, .. } = &mut parsed
        && let (Some(definition), Some(matches)) = (program.find_subcommand("demo"), matches.subcommand_matches("demo"))
    {
        *given = connection_options(definition, matches);
    }
    parsed
}

#[cfg(feature = "mock")]
fn connection_options(definition: &clap::Command, matches: &ArgMatches) -> Vec<OsString> {
    let is_given = |arg: &&clap::Arg| {
        let id = arg.get_id().as_str();
        arg.get_help_heading() == Some(options::CONNECTION)
            && !matches!(id, "token_file" | "token_command" | "shell" | "token_type")
            && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    let mut given = Vec::new();
    for arg in definition.get_arguments().filter(is_given) {
        given.extend(arg.get_long().map(|name| OsString::from(format!("--{name}"))));
        if arg.get_action().takes_values() {
            given.extend(matches.get_raw(arg.get_id().as_str()).into_iter().flatten().map(OsString::from));
        }
    }
    given
}

/// The format in which to report a mistake in these arguments. They cannot be parsed, but may name it all the same.
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

fn exit_statuses() -> String {
    let mut text = "`netbird-tokens COMMAND --help` shows the options of a command.\n\nExit status:".to_owned();
    for (status, meaning) in exit::TABLE {
        text.push_str(&format!("\n{status:>5}  {meaning}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        command().debug_assert();
    }

    fn output(args: &[&str]) -> Output {
        output_of(&args.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[cfg(feature = "mock")]
    #[test]
    fn the_demo_hands_on_the_connection_options_that_were_given() {
        let line = "n demo --server http://x --timeout 3 -v --token-file t --allow-insecure-http --ca-file=c";
        let Ok(Command::Demo { given, .. }) = parse(line.split(' ').map(OsString::from).collect()) else {
            panic!("the line is right");
        };
        assert_eq!(given, ["--ca-file", "c", "--timeout", "3", "--allow-insecure-http"]);
    }

    #[test]
    fn the_format_of_errors_is_found_in_arguments_that_do_not_parse() {
        assert_eq!(output(&["x", "list", "-o", "json", "--frobnicate"]), Output::Json);
        assert_eq!(output(&["x", "--output=json"]), Output::Json);
        assert_eq!(output(&["x", "--output", "table", "json"]), Output::Table);
        assert_eq!(output(&["x", "inspect", "--", "-ojson"]), Output::Table);
    }
}
