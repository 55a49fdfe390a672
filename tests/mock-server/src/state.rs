//! Everything the server stores, and the changes that requests and tests make to it.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::faults::Faults;
use crate::identity::Provider;
use crate::jwt::{Issuer, Named, Origin};
use crate::limiter::Limiter;
use crate::log::RequestLog;
use crate::pat;
use crate::time::{self, Clock, go_format};
use crate::tokens::{Slot, Token};
use crate::users::User;
use crate::world::{ServerVersion, StoredToken};
use crate::xid::XidSource;

/// Identifies a user. It is not reused after the user is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserKey(usize);

#[derive(Clone, Copy)]
struct Place {
    user: UserKey,
    slot: Slot,
}

/// The whole server without its sockets.
pub(crate) struct State {
    pub(crate) version: ServerVersion,
    pub(crate) clock: Clock,
    pub(crate) zone: Offset,
    pub(crate) limiter: Option<Limiter>,
    pub(crate) jwt: Issuer,
    pub(crate) identity: Option<Provider>,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    pub(crate) digits: u8,
    xids: XidSource,
    /// A deleted user leaves a gap, so that keys stay valid.
    users: Vec<Option<User>>,
    user_keys: HashMap<String, UserKey>,
    places: HashMap<String, Place>,
    /// From a token's digest to its id.
    digests: HashMap<[u8; 32], String>,
}

impl State {
    /// A server without users, limiter and faults.
    pub(crate) fn empty(version: ServerVersion, clock: Clock, digits: u8, zone: Offset) -> Self {
        Self {
            version,
            clock,
            zone,
            limiter: None,
            jwt: Issuer::new(),
            identity: None,
            faults: Faults::default(),
            log: RequestLog::default(),
            digits,
            xids: XidSource::new(),
            users: Vec::new(),
            user_keys: HashMap::new(),
            places: HashMap::new(),
            digests: HashMap::new(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn new_xid(&mut self) -> String {
        self.xids.next(self.clock.now())
    }

    pub(crate) fn insert_user(&mut self, user: User) -> UserKey {
        let key = UserKey(self.users.len());
        self.user_keys.insert(user.id.clone(), key);
        self.users.push(Some(user));
        key
    }

    /// Removes a user with all its tokens.
    pub(crate) fn remove_user(&mut self, key: UserKey) {
        if let Some(user) = self.users.get_mut(key.0).and_then(Option::take) {
            self.user_keys.remove(&user.id);
            for token in user.tokens.iter() {
                self.places.remove(&token.id);
                self.digests.remove(&token.digest);
            }
        }
    }

    pub(crate) fn find_user(&self, id: &str) -> Option<UserKey> {
        self.user_keys.get(id).copied()
    }

    /// The user with this key; `None` if it was deleted.
    pub(crate) fn user(&self, key: UserKey) -> Option<&User> {
        self.users.get(key.0)?.as_ref()
    }

    pub(crate) fn user_mut(&mut self, key: UserKey) -> Option<&mut User> {
        self.users.get_mut(key.0)?.as_mut()
    }

    /// All users in the order of creation.
    pub(crate) fn users(&self) -> impl Iterator<Item = (UserKey, &User)> {
        let keyed = self.users.iter().enumerate();
        keyed.filter_map(|(index, user)| Some((UserKey(index), user.as_ref()?)))
    }

    /// Creates a token as a request asks for it. Returns its JSON and its plain text.
    pub(crate) fn create_token(
        &mut self,
        owner: UserKey,
        created_by: String,
        name: String,
        days: i64,
    ) -> (String, String) {
        let plain = pat::generate();
        let created_at = self.clock.stamp();
        let token = Token {
            id: self.new_xid(),
            name,
            created_by,
            created_at,
            expiration_date: time::add_days(created_at, days),
            last_used: None,
            digest: pat::digest_of(&plain),
            plain: plain.clone(),
            far_expiry: None,
            raw: serde_json::Map::new(),
            omit: Vec::new(),
        };
        let mut json = String::with_capacity(256);
        token.write_json(&mut json, self.zone);
        self.insert_token(owner, token);
        (json, plain)
    }

    pub(crate) fn insert_token(&mut self, user: UserKey, token: Token) {
        let (id, digest) = (token.id.clone(), token.digest);
        if let Some(owner) = self.user_mut(user) {
            let slot = owner.tokens.push(token);
            self.digests.insert(digest, id.clone());
            self.places.insert(id, Place { user, slot });
        }
    }

    pub(crate) fn has_token_id(&self, id: &str) -> bool {
        self.places.contains_key(id)
    }

    /// The token with this digest, and its owner.
    pub(crate) fn find_pat(&self, digest: &[u8; 32]) -> Option<(UserKey, &Token)> {
        let id = self.digests.get(digest)?;
        let place = self.places.get(id)?;
        Some((place.user, self.user(place.user)?.tokens.get(place.slot, id)?))
    }

    /// Notes that the token with this digest has just authenticated.
    pub(crate) fn mark_used(&mut self, digest: &[u8; 32]) {
        let now = self.clock.stamp();
        let Some(id) = self.digests.get(digest) else {
            return;
        };
        if let Some(place) = self.places.get(id).copied()
            && let Some(user) = self.users.get_mut(place.user.0).and_then(Option::as_mut)
        {
            user.tokens.mark_used(place.slot, id, now);
        }
    }

    /// The user's token with this id.
    pub(crate) fn find_token(&self, user: UserKey, id: &str) -> Option<&Token> {
        let place = self.places.get(id).filter(|place| place.user == user)?;
        self.user(user)?.tokens.get(place.slot, id)
    }

    /// Removes the user's token with this id; says whether there was one.
    pub(crate) fn remove_token(&mut self, user: UserKey, id: &str) -> bool {
        let Some(place) = self.places.get(id).copied().filter(|place| place.user == user) else {
            return false;
        };
        let removed = self.user_mut(user).and_then(|user| user.tokens.remove(place.slot, id));
        self.places.remove(id);
        if let Some(token) = &removed {
            self.digests.remove(&token.digest);
        }
        removed.is_some()
    }

    /// A JWT for this user, valid for this many seconds from now.
    pub(crate) fn issue_jwt(&self, user_id: &str, valid_for: i64) -> String {
        self.issue(user_id, Origin::TEST, valid_for)
    }

    /// A JWT of a login.
    pub(crate) fn issue_login_jwt(&self, user_id: &str, issuer: &str, audience: &str, valid_for: i64) -> String {
        self.issue(user_id, Origin { issuer, audience }, valid_for)
    }

    fn issue(&self, user_id: &str, origin: Origin<'_>, valid_for: i64) -> String {
        let user = self.find_user(user_id).and_then(|key| self.user(key));
        let (email, name) = user.map_or(("", ""), |user| (&user.email, &user.name));
        self.jwt.issue(Named { id: user_id, email, name }, origin, self.now(), valid_for)
    }

    /// The plain text of any user's token.
    pub(crate) fn plain_of(&self, token_id: &str) -> Option<String> {
        let place = self.places.get(token_id)?;
        let token = self.user(place.user)?.tokens.get(place.slot, token_id)?;
        Some(token.plain.clone())
    }

    /// The user's tokens as the server stores them. `None`: there is no such user.
    pub(crate) fn stored_tokens(&self, user_id: &str) -> Option<Vec<StoredToken>> {
        let user = self.user(self.find_user(user_id)?)?;
        let stored = |token: &Token| StoredToken {
            id: token.id.clone(),
            name: token.name.clone(),
            created_by: token.created_by.clone(),
            created_at: go_format(token.created_at, self.zone),
            expiration_date: token.expiry_text(self.zone),
            last_used: token.last_used.map(|at| go_format(at, Offset::UTC)),
            hash: STANDARD.encode(token.digest),
        };
        Some(user.tokens.iter().map(stored).collect())
    }
}
