//! A user of the NetBird account: a person or a service user.

mod fields;

use serde::Deserialize;

use crate::timestamp::Timestamp;

pub use fields::UserFields;

/// A person or a service user, as the server describes it. Names are the API's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct User {
    id: String,
    name: String,
    email: String,
    role: String,
    status: String,
    is_current: bool,
    is_service_user: bool,
    is_blocked: bool,
    pending_approval: bool,
    last_login: Option<Timestamp>,
}

impl User {
    /// The user id, as token calls take it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The display name; not unique.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Empty for a service user.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// `owner`, `admin`, `network_admin`, `auditor`, `user`, `billing_admin`, or one that a newer server adds.
    #[must_use]
    pub fn role(&self) -> &str {
        &self.role
    }

    /// `active`, `invited`, `blocked`, or one that a newer server adds.
    #[must_use]
    pub fn status(&self) -> &str {
        &self.status
    }

    /// Whether the credential in use is this user's.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.is_current
    }

    /// Whether it is a service user.
    #[must_use]
    pub fn is_service_user(&self) -> bool {
        self.is_service_user
    }

    /// Whether an administrator has blocked it.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.is_blocked
    }

    /// Whether it waits for an administrator's approval.
    #[must_use]
    pub fn pending_approval(&self) -> bool {
        self.pending_approval
    }

    /// When it last logged in; `None` for never. Service users never log in.
    #[must_use]
    pub fn last_login(&self) -> Option<Timestamp> {
        self.last_login
    }
}

/// The part of the server's answer that we read. Only the id is required; the API may leave out the rest.
#[derive(Deserialize)]
pub(crate) struct WireUser {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    is_current: bool,
    #[serde(default)]
    is_service_user: bool,
    #[serde(default)]
    is_blocked: bool,
    #[serde(default)]
    pending_approval: bool,
    #[serde(default)]
    last_login: Option<Timestamp>,
}

impl From<WireUser> for User {
    fn from(wire: WireUser) -> Self {
        User {
            id: wire.id,
            name: wire.name,
            email: wire.email,
            role: wire.role,
            status: wire.status,
            is_current: wire.is_current,
            is_service_user: wire.is_service_user,
            is_blocked: wire.is_blocked,
            pending_approval: wire.pending_approval,
            last_login: wire.last_login.and_then(Timestamp::or_never),
        }
    }
}
