//! Who may do what.

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Read,
    Update,
    Delete,
}

/// A part of the server that permissions are given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Module {
    Pats,
    Users,
}

/// What a role may do in one module.
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
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "owner" => Self::Owner,
            "admin" => Self::Admin,
            "network_admin" => Self::NetworkAdmin,
            "auditor" => Self::Auditor,
            "user" => Self::User,
            "billing_admin" => Self::BillingAdmin,
            _ => return None,
        })
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

    /// Whether it may touch what is not its own.
    pub(crate) fn is_admin(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// `None`: the server has no entry for the role, which is an error of its own.
    pub(crate) fn rights(self, module: Module) -> Option<Rights> {
        Some(match (self, module) {
            (Self::Owner | Self::Admin, _) | (Self::NetworkAdmin, Module::Pats) => Rights::ALL,
            (Self::NetworkAdmin, Module::Users) | (Self::Auditor, _) => Rights::READ,
            (Self::User, _) => Rights::NONE,
            (Self::BillingAdmin, _) => return None,
        })
    }
}

/// What the permission check looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) role: Role,
    pub(crate) is_service_user: bool,
    pub(crate) is_blocked: bool,
    pub(crate) pending_approval: bool,
}

/// Whether the caller may; an error is the message of a 403.
pub(crate) fn allowed(caller: Caller, module: Module, operation: Operation) -> Result<bool, String> {
    const FAILED: &str = "failed to validate user permissions";
    if caller.pending_approval {
        return Err(format!("{FAILED}: user is pending approval"));
    }
    if caller.is_blocked {
        return Err(format!("{FAILED}: user is blocked"));
    }
    if caller.is_service_user && operation == Operation::Read {
        return Ok(true);
    }
    caller
        .role
        .rights(module)
        .map(|rights| rights.allows(operation))
        .ok_or_else(|| format!("{FAILED}: user role: {} not found", caller.role.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(role: Role, is_service_user: bool) -> Caller {
        Caller { role, is_service_user, is_blocked: false, pending_approval: false }
    }

    #[test]
    fn the_table() {
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
            let who = caller(role, service);
            assert_eq!(allowed(who, Module::Pats, Read).map_err(drop), read, "{who:?}");
            assert_eq!(allowed(who, Module::Pats, Create).map_err(drop), write, "{who:?}");
            assert_eq!(allowed(who, Module::Pats, Delete).map_err(drop), write, "{who:?}");
        }
    }

    #[test]
    fn blocked_comes_before_all_else() {
        let mut who = caller(Role::Owner, true);
        who.is_blocked = true;
        let message = allowed(who, Module::Pats, Operation::Read);
        assert_eq!(message, Err("failed to validate user permissions: user is blocked".to_owned()));
        who.pending_approval = true;
        let message = allowed(who, Module::Users, Operation::Read);
        assert_eq!(message, Err("failed to validate user permissions: user is pending approval".to_owned()));
    }

    #[test]
    fn names_read_back() {
        for name in ["owner", "admin", "network_admin", "auditor", "user", "billing_admin"] {
            assert_eq!(Role::parse(name).map(Role::name), Some(name));
        }
        assert_eq!(Role::parse("Owner"), None);
    }
}
