//! The next step after a failed call: the library's advice as a command or an option.

use netbird_tokens::{Advice, Error, ErrorKind};

use crate::printable::printable;

/// The commands that take `--user-id`.
const WITH_USER_ID: &[&str] = &["list", "inspect", "create", "revoke", "rotate", "token"];

/// What a failed call was about, for the commands that the advice names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subject {
    /// The command that failed, which is never the advice. Empty if there is none.
    pub(crate) command: &'static str,
    pub(crate) user_id: Option<String>,
    pub(crate) token_id: Option<String>,
    /// Whether the management URL was an option, so that the user has just seen it.
    pub(crate) has_url_option: bool,
    /// Whether the call created a token with a tag, so that a candidate is certainly its own.
    pub(crate) is_tagged: bool,
    /// The command that finishes what the failed one began.
    pub(crate) resume: Option<String>,
}

impl Subject {
    /// What to type next, where that helps.
    pub(super) fn next_steps(&self, error: &Error) -> Vec<String> {
        if let Some(resume) = &self.resume {
            return vec![resume.clone()];
        }
        match error.advice() {
            Some(advice) => self.step(advice, error.kind()).into_iter().collect(),
            None if error.kind() == ErrorKind::OutcomeUnknown && self.is_tagged => {
                let ids = error.candidate_token_ids();
                if ids.is_empty() { self.find(ids) } else { ids.iter().map(|id| self.revoke(id)).collect() }
            }
            None if error.kind() == ErrorKind::OutcomeUnknown => self.find(error.candidate_token_ids()),
            None => Vec::new(),
        }
    }

    /// What finishes a rotation whose secret was not stored, if its successor is still there.
    pub(super) fn after_not_stored(&self, left: &[String]) -> Vec<String> {
        match &self.resume {
            _ if left.is_empty() => Vec::new(),
            Some(resume) => vec![resume.clone()],
            None => left.iter().map(|id| self.revoke(id)).collect(),
        }
    }

    /// The commands that show what a create may have made.
    pub(super) fn find(&self, candidates: &[String]) -> Vec<String> {
        if candidates.is_empty() {
            return vec![self.with_user("netbird-tokens list")];
        }
        candidates.iter().map(|id| self.inspect(id)).collect()
    }

    fn step(&self, advice: Advice, kind: ErrorKind) -> Option<String> {
        let step = match advice {
            Advice::GiveCredential => {
                "netbird-tokens login, or export NB_PAT=nbp_…, or add --token-file FILE (- is standard input)"
                    .to_owned()
            }
            Advice::AllowInsecureHttp => "add --allow-insecure-http if nobody can listen on the network".to_owned(),
            Advice::AddCa => "add --ca-file FILE".to_owned(),
            // It says nothing about what the credential may do for another user.
            Advice::CheckCredential if kind == ErrorKind::Forbidden && self.user_id.is_some() => return None,
            Advice::CheckCredential => self.other("check")?,
            Advice::ListTokens => self.with_user(&self.other("list")?),
            Advice::ListUsers => self.other("users")?,
            Advice::PassUserId if WITH_USER_ID.contains(&self.command) => "add --user-id USER_ID".to_owned(),
            Advice::InspectToken => self.inspect(self.token_id.as_deref()?),
            Advice::CheckManagementUrl if self.has_url_option => return None,
            Advice::CheckManagementUrl => "netbird-tokens check --offline (shows the URL in use)".to_owned(),
            // The message says it all.
            _ => return None,
        };
        Some(step)
    }

    /// Another command than the one that failed.
    fn other(&self, command: &str) -> Option<String> {
        (command != self.command).then(|| format!("netbird-tokens {command}"))
    }

    fn inspect(&self, token_id: &str) -> String {
        self.with_user(&format!("netbird-tokens inspect {}", shell_word(token_id)))
    }

    fn revoke(&self, token_id: &str) -> String {
        revoke(token_id, self.user_id.as_deref())
    }

    fn with_user(&self, command: &str) -> String {
        with_user(command, self.user_id.as_deref())
    }
}

pub(super) fn revoke(token_id: &str, user_id: Option<&str>) -> String {
    with_user(&format!("netbird-tokens revoke {}", shell_word(token_id)), user_id)
}

fn with_user(command: &str, user_id: Option<&str>) -> String {
    match user_id {
        Some(id) => format!("{command} --user-id {}", shell_word(id)),
        None => command.to_owned(),
    }
}

/// An id as one word for a shell: ids such as `google-oauth2|123` would start a pipe.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '=' | '@' | ':' | '/');
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", printable(text).replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_can_be_pasted_into_a_shell() {
        assert_eq!(revoke("ch8i", Some("google-oauth2|1")), "netbird-tokens revoke ch8i --user-id 'google-oauth2|1'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }

    fn step(command: &'static str, advice: Advice) -> Option<String> {
        let subject = Subject { command, user_id: Some("ada".to_owned()), ..Subject::default() };
        subject.step(advice, ErrorKind::NotFound)
    }

    #[test]
    fn the_next_step_is_never_the_same_command() {
        assert_eq!(step("inspect", Advice::ListTokens).as_deref(), Some("netbird-tokens list --user-id ada"));
        assert_eq!(step("list", Advice::ListTokens), None);
        assert_eq!(step("list", Advice::ListUsers).as_deref(), Some("netbird-tokens users"));
        assert_eq!(step("users", Advice::ListUsers), None);
        assert_eq!(step("list", Advice::CheckCredential).as_deref(), Some("netbird-tokens check"));
        assert_eq!(step("check", Advice::CheckCredential), None);
    }

    #[test]
    fn an_option_is_offered_only_to_commands_that_have_it() {
        assert_eq!(step("list", Advice::PassUserId).as_deref(), Some("add --user-id USER_ID"));
        assert_eq!(step("whoami", Advice::PassUserId), None);
    }
}
