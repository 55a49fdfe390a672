//! Results as plain data, with the feature `serde`. Fields have the API's names, times are RFC 3339 in UTC, names are the stable ones. There
//! is nothing for a secret.

use serde::de::Error as _;
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::audit::TokenState;
use crate::error::{Error, ErrorKind};
use crate::operation::check::CredentialState;
use crate::rotation::{RotationRecord, RotationStage};
use crate::timestamp::Timestamp;
use crate::token::{Token, TokenFields};
use crate::user::{User, UserFields};

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is written as its name, and read by it.
macro_rules! named {
    ($($type:ty: $what:literal;)*) => {
        $(
            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.name())
                }
            }

            impl<'de> Deserialize<'de> for $type {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let name = String::deserialize(deserializer)?;
                    let known = <$type>::ALL.iter().copied().find(|known| known.name() == name);
                    known.ok_or_else(|| D::Error::custom(concat!("not the name of ", $what)))
                }
            }
        )*
    };
}

named! {
    ErrorKind: "a kind of error";
    CredentialState: "a state of a credential";
    TokenState: "a state of a token";
    RotationStage: "a stage of a rotation";
}

/// What is written and read as its fields.
macro_rules! by_fields {
    ($($type:ty, $fields:ty;)*) => {
        $(
            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    <$fields>::from(self).serialize(serializer)
                }
            }

            impl<'de> Deserialize<'de> for $type {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    <$fields>::deserialize(deserializer).map(Self::from)
                }
            }
        )*
    };
}

by_fields! {
    Token, TokenFields;
    User, UserFields;
}

/// Written only: an error is made by what went wrong.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Error", 11)?;
        fields.serialize_field("kind", &self.kind())?;
        fields.serialize_field("code", &self.kind().code())?;
        fields.serialize_field("message", self.message())?;
        fields.serialize_field("status", &self.status())?;
        fields.serialize_field("server_message", &self.server_message())?;
        fields.serialize_field("request_id", &self.request_id())?;
        fields.serialize_field("retryable", &self.is_retryable())?;
        // In seconds. A wait of part of a second is rounded up.
        let retry_after = self.retry_after().map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        fields.serialize_field("retry_after", &retry_after)?;
        fields.serialize_field("attempts", &self.attempts())?;
        fields.serialize_field("candidate_token_ids", self.candidate_token_ids())?;
        fields.serialize_field("token_name", &self.token_name())?;
        fields.end()
    }
}

/// The form of [`RotationRecord::to_json`], whose checks apply.
impl Serialize for RotationRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.wire().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RotationRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RotationRecord::from_wire(Deserialize::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;
    use crate::audit::{AuditSummary, AuditedToken, UserAudit};
    use crate::credential::CredentialKind;
    use crate::operation::check::CredentialCheck;

    fn token() -> Token {
        Token::from(TokenFields {
            id: "id".to_owned(),
            name: "deploy \"1\"".to_owned(),
            expiration_date: "2027-01-01T01:00:00.5+01:00".parse().unwrap(),
            created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            created_by: "creator".to_owned(),
            last_used: None,
            user_id: "owner".into(),
        })
    }

    fn user() -> User {
        User::from(UserFields {
            id: "owner".to_owned(),
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            role: "a role of tomorrow".to_owned(),
            status: "active".to_owned(),
            is_current: true,
            is_service_user: false,
            is_blocked: false,
            pending_approval: false,
            last_login: Some("2026-06-01T00:00:00Z".parse().unwrap()),
        })
    }

    fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, expected: &Value) {
        let written = serde_json::to_value(value).unwrap();
        assert_eq!(&written, expected);
        assert_eq!(&serde_json::from_value::<T>(written).unwrap(), value);
    }

    #[test]
    fn tokens_and_users_are_written_with_the_names_of_the_api_and_read_again() {
        there_and_back(
            &token(),
            &json!({"id": "id", "name": "deploy \"1\"", "expiration_date": "2027-01-01T00:00:00.5Z",
                "created_at": "2026-01-01T00:00:00Z", "created_by": "creator", "last_used": null, "user_id": "owner"}),
        );
        there_and_back(
            &user(),
            &json!({"id": "owner", "name": "Ada", "email": "ada@example.com", "role": "a role of tomorrow",
                "status": "active", "is_current": true, "is_service_user": false, "is_blocked": false,
                "pending_approval": false, "last_login": "2026-06-01T00:00:00Z"}),
        );
    }

    #[test]
    fn names_are_the_stable_ones() {
        there_and_back(&ErrorKind::OutcomeUnknown, &json!("outcome_unknown"));
        there_and_back(&TokenState::NeverUsed, &json!("never_used"));
        there_and_back(&CredentialState::PendingApproval, &json!("pending_approval"));
        there_and_back(&RotationStage::Stored, &json!("stored"));
        there_and_back(&CredentialKind::Bearer, &json!("bearer"));
        let error = serde_json::from_value::<ErrorKind>(json!("nbp_secret")).unwrap_err().to_string();
        assert_eq!(error, "not the name of a kind of error");
    }

    #[test]
    fn a_record_is_read_with_its_checks() {
        let record = RotationRecord {
            management_url: "https://nb.example".to_owned(),
            user_id: "owner".to_owned(),
            old_token_id: "id".to_owned(),
            token_name: "deploy".to_owned(),
            is_tagged: false,
            token_id: Some("new".to_owned()),
            keep_old: false,
            stage: RotationStage::Created,
        };
        let mut written: Value = serde_json::from_str(&record.to_json()).unwrap();
        there_and_back(&record, &written);
        written["old_token_id"] = json!("../users");
        assert!(serde_json::from_value::<RotationRecord>(written).is_err());
    }

    #[test]
    fn results_hold_tokens_users_and_errors() {
        let error = Error::new(ErrorKind::RateLimited, "wait").with_retry_after(Some(std::time::Duration::from_millis(1500)));
        let audited = UserAudit {
            user: user(),
            tokens: vec![AuditedToken {
                token: token(),
                state: TokenState::Unused,
                findings: vec![TokenState::Unused],
                reason: "unused".to_owned(),
            }],
            error: Some(error.clone()),
            as_of: "2026-07-01T00:00:00Z".parse().unwrap(),
        };
        let written = serde_json::to_value(&audited).unwrap();
        assert_eq!(written["tokens"][0]["token"]["created_by"], "creator");
        assert_eq!(written["tokens"][0]["findings"], json!(["unused"]));
        assert_eq!(
            written["error"],
            json!({"kind": "rate_limited", "code": 15, "message": "wait", "status": null, "server_message": null,
                "request_id": null, "retryable": true, "retry_after": 2, "attempts": 0, "candidate_token_ids": [],
                "token_name": null})
        );
        there_and_back(&AuditSummary { tokens: 3, ..AuditSummary::default() }, &{
            let mut zero = serde_json::to_value(AuditSummary::default()).unwrap();
            zero["tokens"] = json!(3);
            zero
        });
        let check = CredentialCheck {
            state: CredentialState::Refused,
            kind: CredentialKind::Pat,
            user: None,
            token: None,
            expires_at: None,
            error: Some(error),
        };
        let written = serde_json::to_value(&check).unwrap();
        assert_eq!((&written["state"], &written["kind"]), (&json!("refused"), &json!("pat")));
    }
}
