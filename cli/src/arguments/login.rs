//! The options of `login` and `logout`.

use clap::Args;

use super::options::{Connection, Display, Owner, Request, Server};
use super::token::{CreateDetails, CreateOrder};
use super::values::LoginStore;

/// How to log in, and what to do then.
#[derive(Args, Debug)]
pub(crate) struct LoginForm {
    /// Create a token with this name once you are logged in, and print its secret
    #[arg(long, value_name = "NAME")]
    create: Option<String>,

    #[command(flatten)]
    details: CreateDetails,

    #[command(flatten)]
    owner: Owner,

    /// Where the login is kept [default: the keyring; asks before it uses a file]
    #[arg(long, value_name = "STORE")]
    store: Option<LoginStore>,

    /// Do not keep the login
    #[arg(long, conflicts_with = "store")]
    no_store: bool,

    /// Do not open a browser
    #[arg(long)]
    no_browser: bool,

    // Before those with a heading of their own, which would become its heading, too.
    #[command(flatten)]
    display: Display,

    #[command(flatten)]
    provider: ProviderOptions,

    #[command(flatten)]
    server: Server,

    #[command(flatten)]
    connection: Connection,
}

/// Who the person logs in with. The defaults fit a self-hosted server with the embedded identity provider.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Identity provider")]
pub(crate) struct ProviderOptions {
    /// URL of the identity provider [default: the management URL and /oauth2]
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,

    /// Id of this client at the identity provider [default: netbird-cli]
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,

    /// Audience to ask for, for identity providers that need one
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Option<String>,

    /// Scope to ask for [default: openid profile email offline_access]
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Option<String>,

    /// A host besides the issuer's that the identity provider's endpoints may be on
    #[arg(long, value_name = "HOST")]
    pub(crate) endpoint_host: Option<String>,
}

/// The order that the options give.
#[derive(Debug)]
pub(crate) struct LoginOrder {
    pub(crate) provider: ProviderOptions,
    pub(crate) keeping: Keeping,
    pub(crate) may_open_browser: bool,
    pub(crate) create: Option<CreateOrder>,
}

/// What becomes of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// In the keyring, or else in a file if the person agrees.
    Ask,
    /// There.
    In(LoginStore),
    /// It is not kept.
    Nothing,
}

impl LoginForm {
    /// What is asked for, for which user the token is, and where.
    pub(crate) fn into_order(self) -> (LoginOrder, Owner, Request) {
        let LoginForm { create, details, owner, store, no_store, no_browser, provider, display, server, connection } =
            self;
        let keeping = match store {
            Some(store) => Keeping::In(store),
            None if no_store => Keeping::Nothing,
            None => Keeping::Ask,
        };
        let create = create.map(|name| details.into_order(name));
        let order = LoginOrder { provider, keeping, may_open_browser: !no_browser, create };
        (order, owner, Request { display, server, connection, ..Request::default() })
    }
}

/// Refuses the options of a create without one, and says what the time limit means for a command that waits for a person.
pub(super) fn explain_options(login: clap::Command) -> clap::Command {
    login.mut_args(|arg| match arg.get_id().as_str() {
        "expires_in" | "tag" | "secret_file" | "on_unknown" | "user_id" => arg.requires("create"),
        "timeout" => {
            arg.help("Time limit for each step but the wait for you, which lasts as long as the code is valid")
        }
        _ => arg,
    })
}
