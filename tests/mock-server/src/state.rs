//! Everything the server knows, and the changes to it that requests and tests share.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::faults::Faults;
use crate::jwt::Issuer;
use crate::limiter::Limiter;
use crate::log::RequestLog;
use crate::pat;
use crate::permissions::Role;
use crate::time::{self, Clock, go_format};
use crate::tokens::{Shelf, Slot, Token};
use crate::users::User;
use crate::world::{SeededToken, StoredToken, TokenSeed, UserSeed, World, WorldError};
use crate::xid::XidSource;

/// How long a seeded token lives unless it says so.
const DEFAULT_DAYS: i64 = 30;

/// Which user: an index that is never given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserKey(usize);

#[derive(Clone, Copy)]
struct Place {
    user: UserKey,
    slot: Slot,
}

/// The whole server but its sockets.
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) zone: Offset,
    pub(crate) limiter: Option<Limiter>,
    pub(crate) jwt: Issuer,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    digits: u8,
    xids: XidSource,
    /// Deleted ones leave a gap, so that keys hold.
    users: Vec<Option<User>>,
    user_keys: HashMap<String, UserKey>,
    places: HashMap<String, Place>,
    /// From a token's digest to its id.
    digests: HashMap<[u8; 32], String>,
}

impl State {
    /// A server with this world, and the tokens that the world put there.
    pub(crate) fn new(world: World) -> Result<(Self, Vec<SeededToken>), WorldError> {
        let digits = world.digits.unwrap_or(9);
        if digits > 9 {
            return Err(WorldError::new(format!("digits: {digits} is more than 9")));
        }
        let mut clock = Clock::new(digits);
        if let Some(text) = &world.clock {
            clock.set(time::parse(text, "clock")?);
        }
        let mut state = Self {
            clock,
            zone: world.zone.as_deref().map_or(Ok(Offset::UTC), time::parse_zone)?,
            limiter: None,
            jwt: Issuer::new(),
            faults: Faults::default(),
            log: RequestLog::default(),
            digits,
            xids: XidSource::new(),
            users: Vec::new(),
            user_keys: HashMap::new(),
            places: HashMap::new(),
            digests: HashMap::new(),
        };
        if let Some(limit) = world.rate_limit {
            if limit.rpm == 0 || limit.burst == 0 {
                return Err(WorldError::new("rate_limit: rpm and burst must be at least 1"));
            }
            state.limiter = Some(Limiter::new(limit));
        }
        for fault in world.faults {
            state.faults.push(fault);
        }
        let mut seeded = Vec::new();
        for user in world.users {
            seeded.extend(state.add_user(user)?);
        }
        Ok((state, seeded))
    }

    /// Becomes another world. The log goes on, so that late answers to earlier requests find no new one; tokens that
    /// [`Issuer`] issued stay good. If the world is wrong nothing changes.
    pub(crate) fn reset(&mut self, world: World) -> Result<Vec<SeededToken>, WorldError> {
        let (new, seeded) = Self::new(world)?;
        let old = std::mem::replace(self, new);
        self.jwt = old.jwt;
        self.log = old.log;
        self.log.reset();
        Ok(seeded)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn new_xid(&mut self) -> String {
        self.xids.next(self.clock.now())
    }

    /// Adds a user with its tokens, or nothing at all.
    pub(crate) fn add_user(&mut self, seed: UserSeed) -> Result<Vec<SeededToken>, WorldError> {
        let wrong = |what: &str| WorldError::new(format!("user `{}`: {what}", seed.id));
        if seed.id.is_empty() {
            return Err(wrong("the id is empty"));
        }
        if self.user_keys.contains_key(&seed.id) {
            return Err(wrong("the id is taken"));
        }
        let role = Role::parse(&seed.role).ok_or_else(|| {
            wrong(&format!(
                "the role `{}` is not one of owner, admin, network_admin, auditor, user, billing_admin",
                seed.role
            ))
        })?;
        let last_login = seed.last_login.as_deref();
        let last_login = last_login.map(|text| time::parse(text, "last_login")).transpose()?;
        let key = self.insert_user(User {
            name: seed.name,
            email: seed.email,
            role,
            is_service_user: seed.is_service_user,
            is_blocked: seed.is_blocked,
            pending_approval: seed.pending_approval,
            last_login: last_login.map(|at| go_format(time::truncate(at, self.digits), Offset::UTC)),
            account: seed.account.unwrap_or_default(),
            auto_groups: Vec::new(),
            tokens: Shelf::default(),
            id: seed.id,
        });
        let mut seeded = Vec::with_capacity(seed.tokens.len());
        for token in seed.tokens {
            match self.seed_token(key, token) {
                Ok(token) => seeded.push(token),
                Err(error) => {
                    self.remove_user(key);
                    return Err(error);
                }
            }
        }
        Ok(seeded)
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

    /// The user of a key that was found while the state was locked.
    pub(crate) fn user(&self, key: UserKey) -> Option<&User> {
        self.users.get(key.0)?.as_ref()
    }

    pub(crate) fn user_mut(&mut self, key: UserKey) -> Option<&mut User> {
        self.users.get_mut(key.0)?.as_mut()
    }

    /// All users in the order in which they came.
    pub(crate) fn users(&self) -> impl Iterator<Item = (UserKey, &User)> {
        let keyed = self.users.iter().enumerate();
        keyed.filter_map(|(index, user)| Some((UserKey(index), user.as_ref()?)))
    }

    /// Puts a token there as a test described it.
    pub(crate) fn add_token(&mut self, user_id: &str, seed: TokenSeed) -> Result<SeededToken, WorldError> {
        let key = self.find_user(user_id);
        let key = key.ok_or_else(|| WorldError::new(format!("there is no user `{user_id}`")))?;
        self.seed_token(key, seed)
    }

    fn seed_token(&mut self, key: UserKey, seed: TokenSeed) -> Result<SeededToken, WorldError> {
        let owner = self.user(key).map(|user| user.id.clone()).unwrap_or_default();
        let wrong = |what: &str| WorldError::new(format!("user `{owner}`, token `{}`: {what}", seed.name));
        let id = seed.id.unwrap_or_else(|| self.xids.next(self.clock.now()));
        if id.is_empty() || self.places.contains_key(&id) {
            return Err(wrong("the id is empty or taken"));
        }
        let plain = seed.plain.unwrap_or_else(pat::generate);
        if !pat::is_well_formed(&plain) {
            return Err(wrong("the plain text is no PAT: length, prefix or checksum is wrong"));
        }
        let digest = pat::digest_of(&plain);
        if self.digests.contains_key(&digest) {
            return Err(wrong("another token has the same plain text"));
        }
        let digits = self.digits;
        let read = |text: Option<String>, what: &str| {
            let time = text.map(|text| time::parse(&text, what)).transpose();
            time.map(|time| time.map(|time| time::truncate(time, digits)))
        };
        let created_at = read(seed.created_at, "created_at")?.unwrap_or_else(|| self.clock.now());
        let expiration_date = read(seed.expiration_date, "expiration_date")?;
        self.insert_token(
            key,
            Token {
                name: seed.name,
                created_by: seed.created_by.unwrap_or_else(|| owner.clone()),
                created_at,
                expiration_date: expiration_date.unwrap_or_else(|| time::add_days(created_at, DEFAULT_DAYS)),
                last_used: read(seed.last_used, "last_used")?,
                plain: plain.clone(),
                digest,
                raw: seed.raw,
                id: id.clone(),
            },
        );
        Ok(SeededToken { user_id: owner, id, plain })
    }

    /// Makes a token as a request asks for it. Gives its JSON and its plain text.
    pub(crate) fn create_token(
        &mut self,
        owner: UserKey,
        created_by: String,
        name: String,
        days: i64,
    ) -> (String, String) {
        let plain = pat::generate();
        let created_at = self.clock.now();
        let token = Token {
            id: self.xids.next(created_at),
            name,
            created_by,
            created_at,
            expiration_date: time::add_days(created_at, days),
            last_used: None,
            digest: pat::digest_of(&plain),
            plain: plain.clone(),
            raw: serde_json::Map::new(),
        };
        let mut json = String::with_capacity(256);
        token.write_json(&mut json, self.zone);
        self.insert_token(owner, token);
        (json, plain)
    }

    fn insert_token(&mut self, user: UserKey, token: Token) {
        let (id, digest) = (token.id.clone(), token.digest);
        if let Some(owner) = self.user_mut(user) {
            let slot = owner.tokens.push(token);
            self.digests.insert(digest, id.clone());
            self.places.insert(id, Place { user, slot });
        }
    }

    /// The token with this digest, and whose it is.
    pub(crate) fn find_pat(&self, digest: &[u8; 32]) -> Option<(UserKey, &Token)> {
        let id = self.digests.get(digest)?;
        let place = self.places.get(id)?;
        Some((place.user, self.user(place.user)?.tokens.get(place.slot, id)?))
    }

    /// Notes that the token with this digest authenticated just now.
    pub(crate) fn mark_used(&mut self, digest: &[u8; 32]) {
        let now = self.clock.now();
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

    /// A JWT for this user, from now for this many seconds.
    pub(crate) fn issue_jwt(&self, user_id: &str, valid_for: i64) -> String {
        let user = self.find_user(user_id).and_then(|key| self.user(key));
        let (email, name) = user.map_or(("", ""), |user| (&user.email, &user.name));
        self.jwt.issue(user_id, email, name, self.now(), valid_for)
    }

    /// The plain text of a token, whoever owns it.
    pub(crate) fn plain_of(&self, token_id: &str) -> Option<String> {
        let place = self.places.get(token_id)?;
        let token = self.user(place.user)?.tokens.get(place.slot, token_id)?;
        Some(token.plain.clone())
    }

    /// The user's tokens as the server keeps them. `None`: there is no such user.
    pub(crate) fn stored_tokens(&self, user_id: &str) -> Option<Vec<StoredToken>> {
        let user = self.user(self.find_user(user_id)?)?;
        let stored = |token: &Token| StoredToken {
            id: token.id.clone(),
            name: token.name.clone(),
            created_by: token.created_by.clone(),
            created_at: go_format(token.created_at, self.zone),
            expiration_date: go_format(token.expiration_date, self.zone),
            last_used: token.last_used.map(|at| go_format(at, Offset::UTC)),
            hash: STANDARD.encode(token.digest),
        };
        Some(user.tokens.iter().map(stored).collect())
    }
}
