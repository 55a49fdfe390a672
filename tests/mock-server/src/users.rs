//! Users as the server stores and writes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::gojson::write_string;
use crate::permissions::{Module, Rights, Role, Subject};
use crate::random;
use crate::time::ZERO_TIME;
use crate::tokens::Shelf;

/// The connector of people in the server's embedded identity provider.
const LOCAL_CONNECTOR: &str = "local";

/// A person or a service user, with its tokens.
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) is_service_user: bool,
    pub(crate) is_blocked: bool,
    pub(crate) pending_approval: bool,
    /// As the API writes it; `None`: never.
    pub(crate) last_login: Option<String>,
    pub(crate) account: String,
    pub(crate) auto_groups: Vec<String>,
    pub(crate) tokens: Shelf,
}

/// What else an answer says about a user.
#[derive(Clone, Copy, Default)]
pub(crate) struct View<'a> {
    /// The user is the caller.
    pub(crate) is_current: bool,
    /// The user was just created: the answer contains this password, and no identity provider yet.
    pub(crate) password: Option<&'a str>,
    pub(crate) permissions: Permissions,
}

/// Which `permissions` an answer contains.
#[derive(Clone, Copy, Default)]
pub(crate) enum Permissions {
    #[default]
    Absent,
    /// What the user can do in each module.
    Modules,
    /// Version 0.40 only said what the user sees of the dashboard, and nothing right after creation.
    Dashboard { known: bool },
}

impl User {
    pub(crate) fn subject(&self) -> Subject {
        Subject {
            role: self.role,
            is_service_user: self.is_service_user,
            is_blocked: self.is_blocked,
            pending_approval: self.pending_approval,
            in_account: true,
        }
    }

    /// Appends the API's object.
    pub(crate) fn write_json(&self, out: &mut String, view: View<'_>) {
        let text = |out: &mut String, name: &str, value: &str| {
            out.push_str(name);
            write_string(out, value);
        };
        let flag = |out: &mut String, name: &str, value: bool| {
            out.push_str(name);
            out.push_str(if value { "true" } else { "false" });
        };
        out.push_str("{\"auto_groups\":[");
        for (index, group) in self.auto_groups.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_string(out, group);
        }
        text(out, "],\"email\":", &self.email);
        text(out, ",\"id\":", &self.id);
        if view.password.is_none()
            && let Some(connector) = connector_of(&self.id)
        {
            text(out, ",\"idp_id\":", &connector);
        }
        flag(out, ",\"is_blocked\":", self.is_blocked);
        flag(out, ",\"is_current\":", view.is_current);
        flag(out, ",\"is_service_user\":", self.is_service_user);
        text(out, ",\"issued\":", "api");
        text(out, ",\"last_login\":", self.last_login.as_deref().unwrap_or(ZERO_TIME));
        text(out, ",\"name\":", &self.name);
        if let Some(password) = view.password {
            text(out, ",\"password\":", password);
        }
        if !matches!(view.permissions, Permissions::Dashboard { .. }) {
            flag(out, ",\"pending_approval\":", self.pending_approval);
        }
        match view.permissions {
            Permissions::Absent => {}
            Permissions::Modules => self.write_permissions(out),
            Permissions::Dashboard { known } => {
                out.push_str(",\"permissions\":{");
                text(out, "\"dashboard_view\":", if known { self.role.dashboard_view() } else { "" });
                out.push('}');
            }
        }
        text(out, ",\"role\":", self.role.name());
        text(out, ",\"status\":", if self.is_blocked { "blocked" } else { "active" });
        out.push('}');
    }

    fn write_permissions(&self, out: &mut String) {
        let restricted = matches!(self.role, Role::User | Role::BillingAdmin);
        out.push_str(",\"permissions\":{\"is_restricted\":");
        out.push_str(if restricted { "true" } else { "false" });
        out.push_str(",\"modules\":{");
        let modules = [("pats", Module::Pats), ("users", Module::Users)];
        let known = modules.into_iter().filter_map(|(name, module)| Some((name, self.role.rights(module)?)));
        for (index, (name, rights)) in known.enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_rights(out, name, rights);
        }
        out.push_str("}}");
    }
}

fn write_rights(out: &mut String, module: &str, rights: Rights) {
    write_string(out, module);
    let mut separator = ":{";
    for (name, value) in
        [("create", rights.create), ("delete", rights.delete), ("read", rights.read), ("update", rights.update)]
    {
        out.push_str(separator);
        separator = ",";
        write_string(out, name);
        out.push_str(if value { ":true" } else { ":false" });
    }
    out.push('}');
}

/// The id of a service user: a random UUID, version 4.
pub(crate) fn new_service_user_id() -> String {
    let mut raw: [u8; 16] = [0; 16];
    fastrand::fill(&mut raw);
    raw[6] = raw[6] & 0x0f | 0x40;
    raw[8] = raw[8] & 0x3f | 0x80;
    let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// The id of a person in the server's embedded identity provider: a protobuf message of two text fields, in base64.
pub(crate) fn new_person_id() -> String {
    let mut raw = Vec::new();
    for (tag, text) in [(0x0a, new_service_user_id().as_str()), (0x12, LOCAL_CONNECTOR)] {
        raw.push(tag);
        // Both are shorter than 128 bytes, so that the length takes one byte.
        raw.push(text.len() as u8);
        raw.extend_from_slice(text.as_bytes());
    }
    STANDARD_NO_PAD.encode(raw)
}

/// The name of the identity provider, if the id contains one.
fn connector_of(id: &str) -> Option<String> {
    let raw = STANDARD_NO_PAD.decode(id).ok()?;
    let rest = field(&raw, 0x0a)?.1;
    let (connector, rest) = field(rest, 0x12)?;
    rest.is_empty().then(|| String::from_utf8(connector.to_vec()).ok())?
}

fn field(raw: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [first, length, rest @ ..] = raw else {
        return None;
    };
    (*first == tag && *length < 0x80).then(|| rest.split_at_checked(usize::from(*length)))?
}

/// A password like those that the server generates for new people.
pub(crate) fn new_password() -> String {
    const CHARACTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!@#$%&*";
    random::text(CHARACTERS, 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_shapes() {
        let id = new_service_user_id();
        assert_eq!((id.len(), &id[14..15]), (36, "4"));
        let id = new_person_id();
        assert_eq!(id.len(), 60);
        assert_eq!(connector_of(&id).as_deref(), Some("local"));
        assert_eq!(
            connector_of("CiQ3YWFkOGMwNS0zMjg3LTQ3M2YtYjQyYS0zNjU1MDRiZjI1ZTcSBWxvY2Fs").as_deref(),
            Some("local")
        );
        for other in ["google-oauth2|123", "", "abcd", &new_service_user_id()] {
            assert_eq!(connector_of(other), None, "{other}");
        }
        assert_eq!(new_password().len(), 16);
    }
}
