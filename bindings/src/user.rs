//! Users.

use netbird_tokens::User;

use crate::time::NativeTimestamp;

/// A person or a service user.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NativeUser {
    /// What token calls take as the user id.
    pub id: String,
    /// The display name; not unique.
    pub name: String,
    /// Empty for a service user.
    pub email: String,
    /// As the server writes it.
    pub role: String,
    /// As the server writes it.
    pub status: String,
    /// Whether the credential in use is this user's.
    pub is_current: bool,
    /// Whether it is a service user.
    pub is_service_user: bool,
    /// Whether an administrator has blocked it.
    pub is_blocked: bool,
    /// Whether it is waiting for an administrator's approval.
    pub pending_approval: bool,
    /// When it last logged in; absent for never.
    pub last_login: Option<NativeTimestamp>,
}

impl From<User> for NativeUser {
    fn from(user: User) -> Self {
        NativeUser {
            id: user.id().to_owned(),
            name: user.name().to_owned(),
            email: user.email().to_owned(),
            role: user.role().to_owned(),
            status: user.status().to_owned(),
            is_current: user.is_current(),
            is_service_user: user.is_service_user(),
            is_blocked: user.is_blocked(),
            pending_approval: user.pending_approval(),
            last_login: user.last_login().map(NativeTimestamp::from),
        }
    }
}
