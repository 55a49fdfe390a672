//! The releases of the NetBird server that the mock can behave like.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A release of the NetBird server, in order of publication. Each was recorded; see `recordings/README.md`.
///
/// In JSON and YAML it is a string, also where it looks like a number: `server_version: "0.59"`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum ServerVersion {
    /// v0.40.1 (April 2025): no `/api/users/current`, no roles `auditor` and `network_admin`.
    V0_40,
    /// v0.59.12 (November 2025): an unknown or revoked PAT gets 401, a wrong method 405, no `X-Request-Id`.
    V0_59,
    /// The main branch of August 2026.
    #[default]
    Current,
}

impl ServerVersion {
    /// All versions, oldest first.
    pub const ALL: [Self; 3] = [Self::V0_40, Self::V0_59, Self::Current];

    /// The name used in worlds and on the command line: `0.40`, `0.59` or `current`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V0_40 => "0.40",
            Self::V0_59 => "0.59",
            Self::Current => "current",
        }
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no [`ServerVersion`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not one of 0.40, 0.59, current")]
pub struct UnknownVersion(String);

impl FromStr for ServerVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|version| version.name() == text);
        found.ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}

impl TryFrom<String> for ServerVersion {
    type Error = UnknownVersion;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ServerVersion> for &'static str {
    fn from(version: ServerVersion) -> Self {
        version.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_from_text_and_json() {
        for version in ServerVersion::ALL {
            assert_eq!(version.to_string().parse(), Ok(version));
            let json = serde_json::to_string(&version).expect("JSON");
            assert_eq!(json, format!("\"{version}\""));
            assert_eq!(serde_json::from_str::<ServerVersion>(&json).expect("read back"), version);
        }
        let error = "0.4".parse::<ServerVersion>().expect_err("unknown");
        assert_eq!(error.to_string(), "`0.4` is not one of 0.40, 0.59, current");
    }

    #[test]
    fn older_versions_sort_first() {
        assert!(ServerVersion::V0_40 < ServerVersion::V0_59 && ServerVersion::V0_59 < ServerVersion::Current);
    }
}
