//! What the callers of a run share: the server, the tokens of the beginning and the token files.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Instant;

use netbird_mock::MockServer;

use crate::world::{STRANGERS, USERS};

/// A token that the world began with.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// What the actors of a run share.
pub(crate) struct Scene<'a> {
    pub(crate) server: &'a MockServer,
    pub(crate) address: SocketAddr,
    pub(crate) seeded: BTreeMap<(usize, String), Token>,
    pub(crate) token_files: Vec<Option<PathBuf>>,
}

impl Scene<'_> {
    /// A seeded token by its owner's number and its name.
    pub(crate) fn token(&self, user: usize, name: &str) -> Option<&Token> {
        self.seeded.get(&(user, name.to_owned()))
    }

    /// The tokens of that user which nobody in the story made.
    pub(crate) fn strangers(&self, user: usize) -> Vec<&Token> {
        STRANGERS.iter().filter(|(owner, _)| *owner == user).filter_map(|(_, name)| self.token(user, name)).collect()
    }

    /// Revokes a token with itself, past the proxies. Says whether the server did it.
    pub(crate) fn revoke_as_operator(&self, user: usize, token: &Token) -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(self.address)?;
        write!(
            stream,
            "DELETE /api/users/{}/tokens/{} HTTP/1.1\r\nHost: mock\r\nAuthorization: Token {}\r\nConnection: close\r\n\r\n",
            USERS[user], token.id, token.secret
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    }
}

/// Times a call and writes it down.
pub(crate) fn timed<T>(call: impl FnOnce() -> T) -> (T, Instant, std::time::Duration) {
    let began = Instant::now();
    let result = call();
    (result, began, began.elapsed())
}
