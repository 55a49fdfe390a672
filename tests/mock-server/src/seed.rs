//! Putting what a test describes onto the server.

use jiff::tz::Offset;

use crate::identity::Provider;
use crate::limiter::Limiter;
use crate::pat;
use crate::permissions::Role;
use crate::state::{State, UserKey};
use crate::time::{self, Clock, go_format};
use crate::tokens::{Shelf, Token};
use crate::users::User;
use crate::world::{RateLimit, SeededToken, ServerVersion, TokenSeed, UserSeed, World, WorldError};

/// The default lifetime of a seeded token.
const DEFAULT_DAYS: i64 = 30;

impl State {
    /// A server with this world, and the tokens that the world contains.
    pub(crate) fn new(world: World) -> Result<(Self, Vec<SeededToken>), WorldError> {
        let digits = world.digits.unwrap_or(9);
        if digits > 9 {
            return Err(WorldError::new(format!("digits: {digits} is more than 9")));
        }
        let mut clock = Clock::new(digits);
        if let Some(text) = &world.clock {
            clock.set(time::parse(text, "clock")?);
        }
        clock.set_step(world.clock_step_secs.unwrap_or_default());
        let zone = world.zone.as_deref().map_or(Ok(Offset::UTC), time::parse_zone)?;
        let mut state = Self::empty(world.server_version, clock, digits, zone);
        state.identity = world.identity_provider.map(Provider::new);
        state.limiter = world.rate_limit.map(limiter).transpose()?;
        for fault in world.faults {
            state.faults.push(fault);
        }
        let mut seeded = Vec::new();
        for user in world.users {
            seeded.extend(state.add_user(user)?);
        }
        Ok((state, seeded))
    }

    /// Replaces the world. If it is invalid nothing changes.
    ///
    /// The log continues, so that a late answer to an earlier request is not noted for a new one. JWTs that were issued
    /// before stay valid.
    pub(crate) fn reset(&mut self, world: World) -> Result<Vec<SeededToken>, WorldError> {
        let (new, seeded) = Self::new(world)?;
        let old = std::mem::replace(self, new);
        self.jwt = old.jwt;
        self.log = old.log;
        self.log.reset();
        Ok(seeded)
    }

    /// Adds a user with all its tokens. If anything is invalid nothing changes.
    pub(crate) fn add_user(&mut self, seed: UserSeed) -> Result<Vec<SeededToken>, WorldError> {
        let wrong = |what: &str| WorldError::new(format!("user `{}`: {what}", seed.id));
        if seed.id.is_empty() {
            return Err(wrong("the id is empty"));
        }
        if self.find_user(&seed.id).is_some() {
            return Err(wrong("the id is taken"));
        }
        let role =
            Role::parse(&seed.role, self.version).ok_or_else(|| wrong(&unknown_role(&seed.role, self.version)))?;
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

    /// Adds a token to a user.
    pub(crate) fn add_token(&mut self, user_id: &str, seed: TokenSeed) -> Result<SeededToken, WorldError> {
        let key = self.find_user(user_id);
        let key = key.ok_or_else(|| WorldError::new(format!("there is no user `{user_id}`")))?;
        self.seed_token(key, seed)
    }

    fn seed_token(&mut self, key: UserKey, seed: TokenSeed) -> Result<SeededToken, WorldError> {
        let owner = self.user(key).map(|user| user.id.clone()).unwrap_or_default();
        let wrong = |what: &str| WorldError::new(format!("user `{owner}`, token `{}`: {what}", seed.name));
        let id = seed.id.unwrap_or_else(|| self.new_xid());
        if id.is_empty() || self.has_token_id(&id) {
            return Err(wrong("the id is empty or taken"));
        }
        let plain = seed.plain.unwrap_or_else(pat::generate);
        if !pat::is_well_formed(&plain) {
            return Err(wrong("the plain text is not a PAT: its length, prefix or checksum is wrong"));
        }
        let digest = pat::digest_of(&plain);
        if self.find_pat(&digest).is_some() {
            return Err(wrong("another token has the same plain text"));
        }
        let digits = self.digits;
        let read = |text: Option<String>, what: &str| {
            let time = text.map(|text| time::parse(&text, what)).transpose();
            time.map(|time| time.map(|time| time::truncate(time, digits)))
        };
        let created_at = read(seed.created_at, "created_at")?.unwrap_or_else(|| self.clock.stamp());
        let far_expiry = seed.expiration_date.clone().filter(|text| time::is_out_of_range(text));
        let expiration_date = match &far_expiry {
            Some(_) => jiff::Timestamp::MAX,
            None => read(seed.expiration_date, "expiration_date")?
                .unwrap_or_else(|| time::add_days(created_at, DEFAULT_DAYS)),
        };
        self.insert_token(
            key,
            Token {
                name: seed.name,
                created_by: seed.created_by.unwrap_or_else(|| owner.clone()),
                created_at,
                expiration_date,
                last_used: read(seed.last_used, "last_used")?,
                plain: plain.clone(),
                digest,
                far_expiry,
                raw: seed.raw,
                omit: seed.omit,
                id: id.clone(),
            },
        );
        Ok(SeededToken { user_id: owner, id, plain })
    }
}

fn limiter(limit: RateLimit) -> Result<Limiter, WorldError> {
    if limit.rpm == 0 || limit.burst == 0 {
        return Err(WorldError::new("rate_limit: rpm and burst must be at least 1"));
    }
    Ok(Limiter::new(limit))
}

fn unknown_role(role: &str, version: ServerVersion) -> String {
    let known: Vec<&str> = Role::all(version).map(Role::name).collect();
    format!("the role `{role}` is not one of {} (server version {version})", known.join(", "))
}
