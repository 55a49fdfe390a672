//! The commands, one file each.

mod check;
mod create;
#[cfg(feature = "mock")]
mod demo;
mod manual;
#[cfg(feature = "mock")]
mod mock_server;
mod read;
mod revoke;

use crate::arguments::{Command, TokenOrder};
use crate::failure::Failure;
use crate::session::Session;

/// Does what the arguments say.
pub(crate) fn run(session: &Session, command: Command) -> Result<(), Failure> {
    match command {
        Command::List => read::list(session),
        Command::Inspect { token_id } => read::inspect(session, &token_id),
        Command::Create(create) => create::create(session, &create.into_order()),
        Command::Revoke { token_id, yes } => revoke::revoke(session, &token_id, yes),
        Command::Whoami => read::whoami(session),
        Command::Users => read::users(session),
        Command::Check { offline: false } => check::check(session),
        Command::Check { offline: true } => check::check_offline(session),
        Command::Token(form) => match form.into_order().map_err(Failure::usage)? {
            TokenOrder::List => read::list(session),
            TokenOrder::Inspect { token_id } => read::inspect(session, &token_id),
            TokenOrder::Create(order) => create::create(session, &order),
            TokenOrder::Revoke { token_id, yes } => revoke::revoke(session, &token_id, yes),
        },
        #[cfg(feature = "mock")]
        Command::MockServer(options) => mock_server::serve(session, &options),
        #[cfg(feature = "mock")]
        Command::Demo { server } => demo::demo(session, server.as_deref()),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { directory } => manual::man(directory.as_deref()),
    }
}
