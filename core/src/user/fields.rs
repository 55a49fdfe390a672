//! A user built from its fields.

use super::User;
use crate::timestamp::Timestamp;

/// The fields of a [`User`], to build one without a server: in a test, or from what another process sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct UserFields {
    /// See [`User::id`].
    pub id: String,
    /// See [`User::name`].
    pub name: String,
    /// See [`User::email`].
    pub email: String,
    /// See [`User::role`].
    pub role: String,
    /// See [`User::status`].
    pub status: String,
    /// See [`User::is_current`].
    pub is_current: bool,
    /// See [`User::is_service_user`].
    pub is_service_user: bool,
    /// See [`User::is_blocked`].
    pub is_blocked: bool,
    /// See [`User::pending_approval`].
    pub pending_approval: bool,
    /// See [`User::last_login`].
    pub last_login: Option<Timestamp>,
}

impl From<UserFields> for User {
    fn from(fields: UserFields) -> Self {
        let UserFields {
            id,
            name,
            email,
            role,
            status,
            is_current,
            is_service_user,
            is_blocked,
            pending_approval,
            last_login,
        } = fields;
        User { id, name, email, role, status, is_current, is_service_user, is_blocked, pending_approval, last_login }
    }
}

impl From<&User> for UserFields {
    fn from(user: &User) -> Self {
        UserFields {
            id: user.id().to_owned(),
            name: user.name().to_owned(),
            email: user.email().to_owned(),
            role: user.role().to_owned(),
            status: user.status().to_owned(),
            is_current: user.is_current(),
            is_service_user: user.is_service_user(),
            is_blocked: user.is_blocked(),
            pending_approval: user.pending_approval(),
            last_login: user.last_login(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_kept() {
        let fields = UserFields {
            id: "id".to_owned(),
            name: "name".to_owned(),
            email: "email".to_owned(),
            role: "role".to_owned(),
            status: "status".to_owned(),
            is_current: true,
            is_service_user: false,
            is_blocked: true,
            pending_approval: false,
            last_login: Some("2026-06-01T00:00:00Z".parse().unwrap()),
        };
        let user = User::from(fields.clone());
        assert_eq!(UserFields::from(&user), fields);
    }
}
