//! The options of `audit`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use netbird_tokens::{TokenState, parse_duration};

use super::options::{Colors, Connection, CredentialSource, Display, Request, Server};
use super::values::Output;

/// What to look for, and how to show it.
#[derive(Args, Clone, Debug)]
pub(crate) struct AuditForm {
    /// A token is expiring if it expires within this time
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30d")]
    expiring_within: Duration,

    /// A token is unused if it was not used for this long
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "90d")]
    unused_for: Duration,

    /// Exit with status 61 if a token is in one of these states, for example expired,expiring
    #[arg(long, value_name = "STATES", value_delimiter = ',')]
    fail_on: Vec<FailOn>,

    /// Number of requests at the same time, 1 to 64
    #[arg(long, value_name = "N", default_value = "8", allow_negative_numbers = true)]
    concurrency: usize,

    /// Stop after this time, report what has arrived, and exit with status 62 [default: no limit]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    time_limit: Option<Duration>,

    /// Format of the audit
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: AuditOutput,

    /// Replace this file, once the audit is complete, instead of writing to standard output
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,

    /// With --output prometheus: add the names of tokens and users as labels
    #[arg(long)]
    names: bool,

    #[command(flatten)]
    colors: Colors,

    #[command(flatten)]
    server: Server,

    #[command(flatten)]
    source: CredentialSource,

    #[command(flatten)]
    connection: Connection,
}

/// The order that the options give.
#[derive(Clone, Debug)]
pub(crate) struct AuditOrder {
    pub(crate) expiring_within: Duration,
    pub(crate) unused_for: Duration,
    pub(crate) fail_on: Vec<TokenState>,
    pub(crate) concurrency: usize,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) output: AuditOutput,
    pub(crate) to: Option<PathBuf>,
    pub(crate) names: bool,
}

/// How the audit is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditOutput {
    /// For people
    Table,
    /// For programs: one object a line, the summary last
    Json,
    /// One page that needs no network
    Html,
    /// Metrics in Prometheus' text format
    Prometheus,
}

/// What can fail an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Expired,
    Expiring,
    Unused,
}

impl AuditForm {
    /// What is asked for, and where.
    pub(crate) fn into_order(self) -> Result<(AuditOrder, Request), String> {
        if self.names && self.output != AuditOutput::Prometheus {
            return Err("--names needs --output prometheus; the other formats always have the names".to_owned());
        }
        let states = self.fail_on.into_iter().map(|state| match state {
            FailOn::Expired => TokenState::Expired,
            FailOn::Expiring => TokenState::Expiring,
            FailOn::Unused => TokenState::Unused,
        });
        let order = AuditOrder {
            expiring_within: self.expiring_within,
            unused_for: self.unused_for,
            fail_on: states.collect(),
            concurrency: self.concurrency,
            time_limit: self.time_limit,
            output: self.output,
            to: self.to,
            names: self.names,
        };
        // Errors are for people unless the results are JSON.
        let output = if self.output == AuditOutput::Json { Output::Json } else { Output::Table };
        let display = Display { output, colors: self.colors };
        Ok((order, Request { display, server: self.server, source: self.source, connection: self.connection }))
    }
}

/// The timeout of `audit`, which other commands have for the whole command.
pub(super) fn explain_timeout(command: clap::Command) -> clap::Command {
    command.mut_arg("timeout", |arg| arg.help("Time limit for listing one user's tokens, retries included"))
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.message().to_owned())
}
