//! `login`: shows the address and the code, waits for the person, keeps the login, and goes on to a token if one is wanted.

mod browser;
mod failed;
mod qr;
mod show;
mod store;
mod waiting;

use netbird_tokens::{CREDENTIAL_VARIABLES, DeviceLogin, LoginOptions, LoginSession, User, start_login};

use self::failed::failed;
use crate::arguments::{LoginOrder, LoginStore, ProviderOptions};
use crate::command::create;
use crate::connection::variable_in_use;
use crate::failure::Failure;
use crate::json::{LoginJson, UserJson};
use crate::printable::printable;
use crate::session::Session;
use crate::table;

pub(crate) fn login(session: &Session, order: &LoginOrder) -> Result<(), Failure> {
    let management_url = session.management_url()?;
    // Where the results are to go is checked before the person takes the trouble to log in.
    let place = order.create.as_ref().map(create::Place::prepare).transpose()?;
    let shelf = store::choose(session, order.keeping, &management_url)?;

    let device = begin(session, &order.provider)?;
    show::show(session, &device, &management_url);
    let address = device.verification_uri_complete().unwrap_or(device.verification_uri());
    if order.may_open_browser && browser::open(address) {
        session.note("The page opens in your browser.");
    }
    let login = waiting::wait(session, &device)?;
    // One in the background would end with this program, after the refresh token was replaced, perhaps.
    login.refresh_on_request();

    // A login that the API refuses is of no use, so it is not kept.
    let client = session.build(session.server_options()?.credential(login.credential()))?;
    let user = client.current_user().map_err(|error| failed(session, error))?;
    let mut store = None;
    if let Some((shelf, chosen)) = shelf {
        shelf.keep(chosen, &login)?;
        store = Some(chosen);
    }
    describe(session, &login, &user, store);
    match (&order.create, place) {
        (Some(order), Some(place)) => {
            create::create_with(session, session.server_options()?.credential(login.credential()), order, place)
        }
        _ if session.is_json() => session.print_json(&LoginJson {
            management_url: login.management_url(),
            issuer: login.issuer(),
            user: UserJson::from(&user),
            expires_at: login.expires_at().to_string(),
            store,
        }),
        _ => Ok(()),
    }
}

/// Asks the identity provider for an address and a code.
fn begin(session: &Session, provider: &ProviderOptions) -> Result<DeviceLogin, Failure> {
    let options = session.server_options()?;
    let ProviderOptions { issuer, client_id, audience, scope, endpoint_host } = provider.clone();
    let login = LoginOptions::default()
        .issuer(issuer)
        .client_id(client_id)
        .audience(audience)
        .scope(scope)
        .endpoint_host(endpoint_host)
        .with_cancel(&session.cancel);
    start_login(options, login).map_err(|error| failed(session, error))
}

fn describe(session: &Session, login: &LoginSession, user: &User, store: Option<LoginStore>) {
    let known = [user.name(), user.email(), user.id()].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let kept = match store {
        Some(LoginStore::Keyring) => "is kept in the keyring",
        Some(LoginStore::File) => "is kept in a file",
        None => "is not kept",
    };
    session.note(&format!(
        "Logged in to {} as {}. The login {kept} and lasts until {}, or longer if it can be refreshed.",
        printable(login.management_url()),
        printable(known),
        table::second(login.expires_at()),
    ));
    if let (Some(_), Some(variable)) = (store, variable_in_use(&CREDENTIAL_VARIABLES)) {
        session.note(&format!("{variable} is set, and commands use it before the login: unset it to use the login."));
    }
}
