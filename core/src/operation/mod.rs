//! The operations: one table of them, and one file for each, with the requests it makes, what counts as success, and what a
//! lost or interrupted answer means.

pub(crate) mod audit;
pub(crate) mod check;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
mod handed_out;
pub(crate) mod list;
pub(crate) mod rotate;
pub(crate) mod users;

use crate::effect::Effect;
use crate::error::Error;

/// Calls `$then` with every operation: its documentation, its variant and wire name, the sync call and its async twin, the
/// arguments and the result, whether it writes, and the function that does it. Adding an operation is adding a line.
macro_rules! operations {
    ($then:ident) => {
        $then! {
            /// All tokens of a user, in no particular order. A user without any gives an empty list.
            ///
            /// # Errors
            /// See [`Client`].
            ListTokens "list_tokens" Reads: list_tokens, list_tokens_async(user_id: Option<&str>) -> Vec<Token>,
                list::list_tokens;
            /// One token of a user.
            ///
            /// # Errors
            /// See [`Client`]; `not_found` also when the token is another user's.
            GetToken "get_token" Reads: get_token, get_token_async(token_id: &str, user_id: Option<&str>) -> Token,
                get::get_token;
            /// Creates a token for a user. It is never sent twice unless the first was certainly not acted on. If its answer
            /// is lost, finding out what it did may take 15 seconds beyond the call's own time.
            ///
            /// An interrupted create (a cancel token, a dropped future) is finished in the background: if the server made a
            /// token, it is revoked, because nobody holds its secret. [`Client::close`] waits for that.
            ///
            /// # Errors
            /// See [`Client`]. Once an answer was lost, the result is a token or `outcome_unknown`, never another error.
            CreateToken "create_token" Creates: create_token, create_token_async(new: &NewToken, user_id: Option<&str>) -> CreatedToken,
                create::create_token;
            /// Deletes (revokes) a token of a user. Success means that the server said so, or that it no longer knows the
            /// token after an attempt whose answer was lost.
            ///
            /// # Errors
            /// See [`Client`].
            DeleteToken "delete_token" Deletes: delete_token, delete_token_async(token_id: &str, user_id: Option<&str>) -> (),
                delete::delete_token;
            /// The user that the credential belongs to. Always asks the server.
            ///
            /// # Errors
            /// See [`Client`].
            CurrentUser "current_user" Reads: current_user, current_user_async() -> User,
                users::current_user;
            /// The users that the credential may see: all, or only its own.
            ///
            /// # Errors
            /// See [`Client`].
            ListUsers "list_users" Reads: list_users, list_users_async() -> Vec<User>,
                users::list_users;
            /// Whether the credential works, and what is known about it. One that does not work is not an error: the result
            /// says how the server refuses it.
            ///
            /// # Errors
            /// Whatever keeps the question from being answered: the network, the server's own failure, the time.
            CheckCredential "check_credential" Reads: check_credential, check_credential_async() -> CredentialCheck,
                check::check_credential;
            /// Begins to rotate a token: finds it and creates its successor. The old token still works; see [`Rotation`] for
            /// what comes next.
            ///
            /// # Errors
            /// See [`Client::create_token`]; `not_found` if there is no such token, `conflict` if several have the name, with
            /// their ids. Unless it is `outcome_unknown`, nothing has changed.
            RotateToken "rotate_token" Creates: rotate_token, rotate_token_async(rotate: &RotateToken, user_id: Option<&str>) -> Rotation,
                rotate::rotate_token;
            /// Finishes a rotation that another process began, by its record. If the caller holds the new token's secret (the
            /// record says `stored`, or `plain_token` is that secret), the old token is revoked, or kept if the record says so;
            /// if not, the new one is revoked. Gives the record as it is then.
            ///
            /// # Errors
            /// See [`Client`]; `invalid_argument` for a record of another server; `conflict` when one of the two tokens is gone,
            /// so that finishing would leave none that works.
            ResumeRotation "resume_rotation" Deletes: resume_rotation, resume_rotation_async(record: &RotationRecord, plain_token: Option<&Secret>) -> RotationRecord,
                rotate::resume_rotation;
            /// Audits the tokens of all users that the credential may see: its own user and every service user. Lists the users,
            /// and then gives one result per user as it arrives; see [`Audit`] and [`AuditOptions`].
            ///
            /// The server shows a person's tokens to nobody else: other people are counted, not requested. If the server answers
            /// 429, the whole audit slows down and goes on as fast as the server lets it, until its time limit.
            ///
            /// # Errors
            /// See [`Client`]; only for what keeps the users from being listed. A user whose tokens cannot be listed is a result
            /// with an error.
            AuditTokens "audit_tokens" Reads: audit_tokens, audit_tokens_async(options: &AuditOptions) -> Audit,
                audit::audit_tokens;
        }
    };
}
pub(crate) use operations;

macro_rules! define {
    ($($(#[$doc:meta])* $variant:ident $name:literal $effect:ident:
        $sync:ident, $twin:ident($($argument:ident: $type:ty),*) -> $out:ty, $path:path;)*) => {
        /// Every operation of a [`Client`](crate::Client), under the name that it has in all languages but for its case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Operation {
            $(
                #[doc = concat!("[`Client::", stringify!($sync), "`](crate::Client::", stringify!($sync), ")")]
                $variant,
            )*
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Operation] = &[$(Operation::$variant,)*];

            /// The stable name, in snake case, as `list_tokens`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Operation::$variant => $name,)* }
            }

            /// The names of its arguments, in order.
            #[must_use]
            pub const fn arguments(self) -> &'static [&'static str] {
                match self { $(Operation::$variant => &[$(stringify!($argument),)*],)* }
            }

            /// What it does to the server.
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self { $(Operation::$variant => Effect::$effect,)* }
            }
        }
    };
}
operations!(define);

impl Operation {
    /// The error of a call that its caller interrupted: what was interrupted, and what that means.
    #[must_use]
    pub fn interrupted(self) -> Error {
        self.effect().interrupted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_calls() {
        for operation in Operation::ALL {
            let snake = format!("{operation:?}").chars().fold(String::new(), |mut name, c| {
                if c.is_uppercase() && !name.is_empty() {
                    name.push('_');
                }
                name.extend(c.to_lowercase());
                name
            });
            assert_eq!(snake, operation.name());
        }
    }

    #[test]
    fn what_an_interruption_means_is_said() {
        assert_eq!(Operation::ListTokens.interrupted().message(), "the call was interrupted");
        assert!(Operation::CreateToken.interrupted().message().contains("in the background"));
        assert!(Operation::DeleteToken.interrupted().message().contains("may or may not be revoked"));
    }
}
