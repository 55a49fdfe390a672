//! `create`: prints the secret alone on standard output, or stores it in a file. Where it is to go is checked before the token
//! is created, because the server shows the secret only once.

use std::io::{self, IsTerminal as _};

use netbird_tokens::{ClientOptions, CreatedToken, Error, ErrorKind, NewToken};

use crate::arguments::CreateOrder;
use crate::failure::Failure;
use crate::finishing::Finishing;
use crate::json::{CreatedJson, TokenJson};
use crate::printable::printable;
use crate::secret_file::SecretFile;
use crate::secret_output::{SecretText, require_reader, survive_file_size_limit};
use crate::session::Session;
use crate::table;

/// Where the secret is to go. A file that gets none is removed again.
pub(crate) struct Place(Option<SecretFile>);

impl Place {
    /// Makes sure that there is one, before anything is created.
    pub(crate) fn prepare(order: &CreateOrder) -> Result<Self, Failure> {
        match &order.secret_file {
            Some(path) => Ok(Place(Some(SecretFile::create(path)?))),
            None => require_reader("--secret-file FILE").map(|()| Place(None)),
        }
    }
}

pub(crate) fn create(session: &Session, order: &CreateOrder) -> Result<(), Failure> {
    let options = session.options()?;
    let place = Place::prepare(order)?;
    create_with(session, options, order, place)
}

/// Creates the token with a client of these options.
pub(crate) fn create_with(
    session: &Session,
    options: ClientOptions,
    order: &CreateOrder,
    place: Place,
) -> Result<(), Failure> {
    let finishing = Finishing::default();
    let observer = finishing.observer(session.connection.verbose);
    let on_unknown: netbird_tokens::OnUnknown = order.on_unknown.into();
    let client = session.build(options.on_unknown(on_unknown).observer(observer))?;
    let Place(mut file) = place;
    survive_file_size_limit();
    let new = NewToken::new(&order.name).expires_in_days(order.expires_in).tag(order.tag);
    let created = client.create_token(&new, session.user_id()).map_err(|error| {
        if error.kind() == ErrorKind::Cancelled {
            finishing.wait(session, &client, &order.name)
        } else {
            failed(session, order, error)
        }
    })?;

    if let Some(file) = &mut file {
        file.store(&created.plain_token).map_err(|error| lost(&created, &error))?;
    }
    let path = file.as_ref().map(|file| file.path().display().to_string());
    if session.is_json() {
        return print_json(session, &created, path.as_deref());
    }
    if file.is_none() {
        // A newline is for people: a program that reads to the end would take it for a part of the secret.
        let end = if io::stdout().is_terminal() { "\n" } else { "" };
        let text = SecretText::new(&[created.plain_token.expose(), end]);
        text.print(&session.cancel).map_err(|error| lost(&created, &error))?;
    }
    describe(session, &created, path.as_deref());
    Ok(())
}

fn failed(session: &Session, order: &CreateOrder, error: Error) -> Failure {
    let mut subject = session.subject(None);
    subject.is_tagged = order.tag;
    Failure::call(error, subject)
}

fn print_json(session: &Session, created: &CreatedToken, secret_file: Option<&str>) -> Result<(), Failure> {
    let token = TokenJson::new(&created.token, session.now());
    if let Some(path) = secret_file {
        let masked = created.plain_token.to_string();
        return session.print_json(&CreatedJson { token, plain_token: &masked, secret_file: Some(path) });
    }
    let json = CreatedJson { token, plain_token: created.plain_token.expose(), secret_file: None };
    let text = SecretText::json(&json, io::stdout().is_terminal());
    text.print(&session.cancel).map_err(|error| lost(created, &error))
}

fn describe(session: &Session, created: &CreatedToken, path: Option<&str>) {
    let token = &created.token;
    let (left, _) = table::time_left(token, session.now());
    session.note(&format!(
        "Created token {} ({}) for user {}. It expires {} ({left}).",
        printable(token.name()),
        printable(token.id()),
        printable(token.user_id()),
        table::second(token.expiration_date()),
    ));
    match path {
        Some(path) => session.note(&format!("Its secret is in {path}.")),
        None => session.note("The secret is shown only once. Store it now."),
    }
}

fn lost(created: &CreatedToken, error: &io::Error) -> Failure {
    Failure::SecretLost {
        token_id: created.token.id().to_owned(),
        user_id: created.token.user_id().to_owned(),
        why: error.to_string(),
    }
}
