//! The commands, one file each.

mod audit;
mod check;
mod create;
#[cfg(feature = "mock")]
mod demo;
mod login;
mod logout;
mod manual;
#[cfg(feature = "mock")]
mod mock_server;
mod read;
mod revoke;
mod rotate;

use std::ffi::OsString;

use crate::arguments::{Command, Owner, Request, RotateAction, TokenOrder};
use crate::failure::Failure;
use crate::session::Session;

/// Does what the arguments say. `program` is the words that start this program.
#[cfg_attr(not(feature = "mock"), expect(unused_variables, reason = "only the demo starts this program"))]
pub(crate) fn run(program: Vec<OsString>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Login { form } => {
            let (order, owner, request) = form.into_order();
            login::login(&Session::new("login", request, owner), &order)
        }
        Command::Logout { display, server } => {
            let request = Request { display, server, connection: logout::connection(), ..Request::default() };
            logout::logout(&Session::new("logout", request, Owner::default()))
        }
        Command::List { owner, request } => read::list(&Session::new("list", request, owner)),
        Command::Inspect { token_id, owner, request } => {
            read::inspect(&Session::new("inspect", request, owner), &token_id)
        }
        Command::Create { create, owner, request } => {
            create::create(&Session::new("create", request, owner), &create.into_order())
        }
        Command::Revoke { token_id, yes, owner, request } => {
            revoke::revoke(&Session::new("revoke", request, owner), &token_id, yes)
        }
        Command::Audit { audit } => {
            let (order, request) = audit.into_order().map_err(Failure::usage)?;
            audit::audit(&Session::new("audit", request, Owner::default()), &order)
        }
        Command::Rotate { form, owner, request } => {
            let mut session = Session::new("rotate", request, owner);
            session.is_quiet = form.quiet;
            match form.into_action().map_err(Failure::usage)? {
                RotateAction::Rotate(order) => rotate::rotate(&session, &order),
                RotateAction::Resume(order) => rotate::resume(&session, &order),
            }
        }
        Command::Whoami { request } => read::whoami(&Session::new("whoami", request, Owner::default())),
        Command::Users { request } => read::users(&Session::new("users", request, Owner::default())),
        Command::Check { offline, clock, request } => {
            let session = Session::new("check", request, Owner { user_id: None, clock });
            if offline { check::check_offline(&session) } else { check::check(&session) }
        }
        Command::Token { form, owner, request } => {
            let session = |command| Session::new(command, request, owner);
            match form.into_order().map_err(Failure::usage)? {
                TokenOrder::List => read::list(&session("list")),
                TokenOrder::Inspect { token_id } => read::inspect(&session("inspect"), &token_id),
                TokenOrder::Create(order) => create::create(&session("create"), &order),
                TokenOrder::Revoke { token_id, yes } => revoke::revoke(&session("revoke"), &token_id, yes),
            }
        }
        #[cfg(feature = "mock")]
        Command::MockServer { options, display } => {
            let request = Request { display, ..Request::default() };
            mock_server::serve(&Session::new("mock-server", request, Owner::default()), &options)
        }
        #[cfg(feature = "mock")]
        Command::Demo { server, display, source, connection, given } => {
            let request = Request { display, source, connection, ..Request::default() };
            let mut session = Session::new("demo", request, Owner::default());
            session.program = program;
            demo::demo(&session, server.as_deref(), &given)
        }
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { directory } => manual::man(directory.as_deref()),
    }
}
