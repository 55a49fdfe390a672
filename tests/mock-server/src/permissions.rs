//! Which role can do what.

use crate::world::ServerVersion;

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Read,
    Update,
    Delete,
}

/// A part of the server with permissions of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Module {
    Pats,
    Users,
}

/// What a role can do in one module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) create: bool,
    pub(crate) read: bool,
    pub(crate) update: bool,
    pub(crate) delete: bool,
}

impl Rights {
    const ALL: Self = Self::of(true, true);
    const READ: Self = Self::of(true, false);
    const NONE: Self = Self::of(false, false);

    const fn of(read: bool, write: bool) -> Self {
        Self { create: write, read, update: write, delete: write }
    }

    fn allows(self, operation: Operation) -> bool {
        match operation {
            Operation::Create => self.create,
            Operation::Read => self.read,
            Operation::Update => self.update,
            Operation::Delete => self.delete,
        }
    }
}

/// A user's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Owner,
    Admin,
    NetworkAdmin,
    Auditor,
    User,
    BillingAdmin,
}

impl Role {
    const ALL: [Self; 6] =
        [Self::Owner, Self::Admin, Self::NetworkAdmin, Self::Auditor, Self::User, Self::BillingAdmin];

    /// The roles that exist in a version.
    pub(crate) fn all(version: ServerVersion) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |role| version > ServerVersion::V0_40 || !matches!(role, Self::NetworkAdmin | Self::Auditor))
    }

    pub(crate) fn parse(name: &str, version: ServerVersion) -> Option<Self> {
        Self::all(version).find(|role| role.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::NetworkAdmin => "network_admin",
            Self::Auditor => "auditor",
            Self::User => "user",
            Self::BillingAdmin => "billing_admin",
        }
    }

    /// Whether it can manage what belongs to others.
    pub(crate) fn is_admin(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// What version 0.40 says that the role sees of the dashboard, unless the account's settings were changed.
    pub(crate) fn dashboard_view(self) -> &'static str {
        if self.is_admin() { "full" } else { "blocked" }
    }

    /// `None`: the server has no entry for the role, which leads to an error message of its own.
    pub(crate) fn rights(self, module: Module) -> Option<Rights> {
        Some(match (self, module) {
            (Self::Owner | Self::Admin, _) | (Self::NetworkAdmin, Module::Pats) => Rights::ALL,
            (Self::NetworkAdmin, Module::Users) | (Self::Auditor, _) => Rights::READ,
            (Self::User, _) => Rights::NONE,
            (Self::BillingAdmin, _) => return None,
        })
    }
}

/// What the permission check knows about the caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    pub(crate) role: Role,
    pub(crate) is_service_user: bool,
    pub(crate) is_blocked: bool,
    pub(crate) pending_approval: bool,
    /// The request is about the caller's own account.
    pub(crate) in_account: bool,
}

/// Whether the caller is allowed to do this. An error is the message of a 403.
pub(crate) fn allowed(subject: Subject, module: Module, operation: Operation) -> Result<bool, String> {
    const FAILED: &str = "failed to validate user permissions";
    if subject.pending_approval {
        return Err(format!("{FAILED}: user is pending approval"));
    }
    if subject.is_blocked {
        return Err(format!("{FAILED}: user is blocked"));
    }
    if !subject.in_account {
        return Err(format!("{FAILED}: user is not part of this account"));
    }
    if subject.is_service_user && operation == Operation::Read {
        return Ok(true);
    }
    subject
        .role
        .rights(module)
        .map(|rights| rights.allows(operation))
        .ok_or_else(|| format!("{FAILED}: user role: {} not found", subject.role.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(role: Role, is_service_user: bool) -> Subject {
        Subject { role, is_service_user, is_blocked: false, pending_approval: false, in_account: true }
    }

    #[test]
    fn each_role_has_its_rights() {
        use Operation::{Create, Delete, Read};
        for (role, service, read, write) in [
            (Role::Owner, false, Ok(true), Ok(true)),
            (Role::Admin, true, Ok(true), Ok(true)),
            (Role::NetworkAdmin, false, Ok(true), Ok(true)),
            (Role::Auditor, false, Ok(true), Ok(false)),
            (Role::User, false, Ok(false), Ok(false)),
            (Role::User, true, Ok(true), Ok(false)),
            (Role::BillingAdmin, false, Err(()), Err(())),
            (Role::BillingAdmin, true, Ok(true), Err(())),
        ] {
            let who = subject(role, service);
            assert_eq!(allowed(who, Module::Pats, Read).map_err(drop), read, "{who:?}");
            assert_eq!(allowed(who, Module::Pats, Create).map_err(drop), write, "{who:?}");
            assert_eq!(allowed(who, Module::Pats, Delete).map_err(drop), write, "{who:?}");
        }
    }

    #[test]
    fn the_callers_state_is_checked_first() {
        let mut who = subject(Role::Owner, true);
        who.in_account = false;
        let message = allowed(who, Module::Pats, Operation::Read);
        assert_eq!(message, Err("failed to validate user permissions: user is not part of this account".to_owned()));
        who.is_blocked = true;
        let message = allowed(who, Module::Pats, Operation::Read);
        assert_eq!(message, Err("failed to validate user permissions: user is blocked".to_owned()));
        who.pending_approval = true;
        let message = allowed(who, Module::Users, Operation::Read);
        assert_eq!(message, Err("failed to validate user permissions: user is pending approval".to_owned()));
    }

    #[test]
    fn names_read_back_in_the_versions_that_have_them() {
        for name in ["owner", "admin", "network_admin", "auditor", "user", "billing_admin"] {
            for version in ServerVersion::ALL {
                let exists = version != ServerVersion::V0_40 || !["network_admin", "auditor"].contains(&name);
                assert_eq!(Role::parse(name, version).map(Role::name), exists.then_some(name), "{name} {version}");
            }
        }
        assert_eq!(Role::parse("Owner", ServerVersion::Current), None);
    }
}
