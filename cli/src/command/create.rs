//! `create`: the secret goes to standard output alone, or into a file. Where it is to go is made sure of before the token is
//! created, since the server shows it only once.

use std::io::{self, Write as _};

use netbird_tokens::{CreatedToken, NewToken};
use zeroize::Zeroizing;

use crate::arguments::CreateOrder;
use crate::failure::Failure;
use crate::json::{CreatedJson, TokenJson};
use crate::printable::printable;
use crate::secret_file::SecretFile;
use crate::session::{Session, to_json};
use crate::table;

pub(crate) fn create(session: &Session, order: &CreateOrder) -> Result<(), Failure> {
    let client = session.client()?;
    let mut file = match &order.secret_file {
        Some(path) => Some(SecretFile::create(path)?),
        None => {
            require_reader()?;
            None
        }
    };
    let new = NewToken::new(&order.name).expires_in_days(order.expires_in);
    let created =
        client.create_token(&new, session.user_id()).map_err(|error| Failure::of_call(error, session.user_id()))?;

    if let Some(file) = &mut file {
        file.store(&created.plain_token).map_err(|error| lost(&created, &error))?;
    }
    let masked = created.plain_token.to_string();
    let path = file.as_ref().map(|file| file.path().display().to_string());
    if session.is_json() {
        let json = Zeroizing::new(to_json(&CreatedJson {
            token: TokenJson::new(&created.token, session.now()),
            plain_token: if file.is_some() { &masked } else { created.plain_token.expose() },
            secret_file: path.as_deref(),
        }));
        let printed = print_secret(json.as_bytes());
        return if file.is_some() {
            printed.map_err(|error| Failure::output(&error))
        } else {
            printed.map_err(|error| lost(&created, &error))
        };
    }
    if file.is_none() {
        let line = Zeroizing::new(format!("{}\n", created.plain_token.expose()));
        print_secret(line.as_bytes()).map_err(|error| lost(&created, &error))?;
    }
    describe(session, &created, path.as_deref());
    Ok(())
}

fn describe(session: &Session, created: &CreatedToken, path: Option<&str>) {
    let token = &created.token;
    let (left, _) = table::time_left(token, session.now());
    session.note(&format!(
        "Created token {} ({}) of user {}, which expires {} ({left}).",
        printable(token.name()),
        printable(token.id()),
        printable(token.user_id()),
        table::second(token.expiration_date()),
    ));
    match path {
        Some(path) => session.note(&format!("Its secret is in {path}.")),
        None => session.note("Its secret is shown this once: store it now."),
    }
}

fn print_secret(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

fn lost(created: &CreatedToken, error: &io::Error) -> Failure {
    Failure::SecretLost {
        token_id: created.token.id().to_owned(),
        user_id: created.token.user_id().to_owned(),
        why: error.to_string(),
    }
}

/// Refuses to create a token whose secret would go nowhere. A standard output that the caller closed counts too: the language's
/// start-up code has put `/dev/null` in its place, where every write succeeds.
#[cfg(unix)]
fn require_reader() -> Result<(), Failure> {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;

    let stdout = io::stdout().as_fd().try_clone_to_owned().map(std::fs::File::from).and_then(|file| file.metadata());
    let null = std::fs::metadata("/dev/null");
    match (stdout, null) {
        (Ok(stdout), Ok(null)) if (stdout.dev(), stdout.ino()) == (null.dev(), null.ino()) => Err(Failure::usage(
            "standard output is closed or /dev/null, so the secret would be lost: capture it, or pass --secret-file FILE. No \
             token was created",
        )),
        (Err(error), _) => Err(Failure::output(&error)),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn require_reader() -> Result<(), Failure> {
    Ok(())
}
