//! The results of an audit in one place, for the formats that put them in order.

use netbird_tokens::{Timestamp, UserAudit};

/// What has arrived.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) users: Vec<UserAudit>,
    /// The server's clock at the last result.
    pub(super) as_of: Option<Timestamp>,
}

impl Collected {
    pub(super) fn add(&mut self, user: UserAudit) {
        self.as_of = self.as_of.max(Some(user.as_of));
        self.users.push(user);
    }

    /// In the order for people: users by name, oneself first; of each user, what needs attention first.
    pub(super) fn sort(&mut self) {
        self.users.sort_by(|a, b| {
            let key = |audited: &UserAudit| !audited.user.is_current();
            key(a).cmp(&key(b)).then_with(|| (a.user.name(), a.user.id()).cmp(&(b.user.name(), b.user.id())))
        });
        for user in &mut self.users {
            user.tokens.sort_by(|a, b| {
                let (left, right) = (&a.token, &b.token);
                let expiry = || left.expiration_date().cmp(&right.expiration_date());
                let names = || (left.name(), left.id()).cmp(&(right.name(), right.id()));
                a.state.cmp(&b.state).then_with(expiry).then_with(names)
            });
        }
    }
}
