//! What to do with tokens, as commands of this program and in the form of netbird-manage.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use netbird_tokens::NewToken;

use super::values::{Unknown, days};

/// What to create.
#[derive(Args, Debug)]
pub(crate) struct CreateForm {
    /// Name of the token
    #[arg(value_name = "NAME", required_unless_present = "name_option")]
    name: Option<String>,

    /// The same as NAME
    #[arg(id = "name_option", long = "name", value_name = "NAME", conflicts_with = "name", hide_short_help = true)]
    name_option: Option<String>,

    #[command(flatten)]
    details: CreateDetails,
}

#[derive(Args, Debug)]
pub(super) struct CreateDetails {
    /// Lifetime: a number of days, 1 to 365, a length of time (30d, 4w), or a date (2026-12-31)
    #[arg(long, value_name = "DAYS", value_parser = days, default_value_t = NewToken::DEFAULT_EXPIRES_IN_DAYS, allow_negative_numbers = true)]
    expires_in: i64,

    /// Append a unique tag to the name (NAME #TAG), so that the token can be found with certainty if the answer is lost
    #[arg(long)]
    tag: bool,

    /// Write the secret to this new file, readable only by you, instead of standard output; - is standard output
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,

    /// What to do if the answer is lost: report it, or revoke the token and create another one (needs --tag)
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "report",
        hide_short_help = true,
        requires_if("revoke-and-retry", "tag")
    )]
    on_unknown: Unknown,
}

/// A token to create, in whichever form it was requested.
#[derive(Debug)]
pub(crate) struct CreateOrder {
    pub(crate) name: String,
    pub(crate) expires_in: i64,
    pub(crate) tag: bool,
    /// `None` is standard output.
    pub(crate) secret_file: Option<PathBuf>,
    pub(crate) on_unknown: Unknown,
}

impl CreateForm {
    pub(crate) fn into_order(self) -> CreateOrder {
        self.details.into_order(self.name.or(self.name_option).unwrap_or_default())
    }
}

impl CreateDetails {
    pub(super) fn into_order(self, name: String) -> CreateOrder {
        let CreateDetails { expires_in, tag, secret_file, on_unknown } = self;
        let secret_file = secret_file.filter(|path| path != Path::new("-"));
        CreateOrder { name, expires_in, tag, secret_file, on_unknown }
    }
}

/// The form in which netbird-manage has these operations.
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

    /// Revoke a token permanently, after asking
    #[arg(long, value_name = "TOKEN_ID")]
    revoke: Option<String>,

    /// Name of the token to create
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    #[command(flatten)]
    details: CreateDetails,

    /// Do not ask before revoking
    #[arg(short, long)]
    yes: bool,
}

/// Refuses an option with an action that it is not for: it would be ignored.
pub(super) fn tie_options_to_actions(token: clap::Command) -> clap::Command {
    // Not by `requires`: clap does not require an action that the one given excludes.
    token.mut_args(|arg| match arg.get_id().as_str() {
        "name" | "expires_in" | "tag" | "secret_file" | "on_unknown" => {
            arg.conflicts_with_all(["list", "inspect", "revoke"])
        }
        "yes" => arg.conflicts_with_all(["list", "inspect", "create"]),
        _ => arg,
    })
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
    /// The requested operation, or what is wrong with the request.
    pub(crate) fn into_order(self) -> Result<TokenOrder, &'static str> {
        let TokenForm { list, inspect, create, revoke, name, details, yes } = self;
        Ok(match (list, inspect, create, revoke) {
            (_, Some(token_id), _, _) => TokenOrder::Inspect { token_id },
            (_, _, Some(positional), _) => match (positional, name) {
                (Some(name), None) | (None, Some(name)) => TokenOrder::Create(details.into_order(name)),
                (None, None) => return Err("the token needs a name: token --create --name NAME"),
                (Some(_), Some(_)) => return Err("two names were given, after --create and after --name: remove one"),
            },
            (_, _, _, Some(token_id)) => TokenOrder::Revoke { token_id, yes },
            (_, None, None, None) => TokenOrder::List,
        })
    }
}
