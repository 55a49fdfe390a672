//! The logins that were begun, and what was decided about them.

use jiff::Timestamp;

use crate::random;
use crate::time::saturating_add_seconds;
use crate::world::{IdentityProvider, LoginEndpoint, LoginState, StartedLogin, Verdict, WorldError};

/// The seconds by which every early poll raises the interval.
const SLOWER: u32 = 5;

/// A login between its begin and its end.
pub(crate) struct Login {
    pub(crate) device_code: String,
    pub(crate) user_code: String,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) audience: Option<String>,
    pub(super) decision: Decision,
    expires_at: Timestamp,
    polls: u32,
    interval: u32,
    last_poll: Option<Timestamp>,
    /// The answer with the tokens. It is given again to a client that asks again.
    pub(super) granted: Option<serde_json::Value>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Pending,
    Approved { user_id: String },
    Denied,
    Expired,
}

/// What a refresh token stands for.
pub(super) struct Session {
    pub(super) refresh_token: String,
    pub(super) user_id: String,
    pub(super) client_id: String,
    pub(super) audience: Option<String>,
}

/// What the answer to a poll is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Poll {
    Pending,
    TooEarly,
    Approved,
    Denied,
    Expired,
}

/// The identity provider's settings and state.
pub(crate) struct Provider {
    pub(crate) settings: IdentityProvider,
    pub(super) logins: Vec<Login>,
    pub(super) sessions: Vec<Session>,
    /// Every secret that was given out.
    pub(crate) issued: Vec<String>,
    /// The ID tokens among them.
    pub(crate) id_tokens: Vec<String>,
    hung: Vec<LoginEndpoint>,
}

impl Provider {
    pub(crate) fn new(settings: IdentityProvider) -> Self {
        Self {
            settings,
            logins: Vec::new(),
            sessions: Vec::new(),
            issued: Vec::new(),
            id_tokens: Vec::new(),
            hung: Vec::new(),
        }
    }

    pub(crate) fn hang(&mut self, endpoint: LoginEndpoint) {
        if !self.is_hung(endpoint) {
            self.hung.push(endpoint);
        }
    }

    pub(crate) fn is_hung(&self, endpoint: LoginEndpoint) -> bool {
        self.hung.contains(&endpoint)
    }

    pub(crate) fn restart(&mut self) {
        self.hung.clear();
    }

    pub(super) fn start(
        &mut self,
        now: Timestamp,
        client_id: String,
        scope: String,
        audience: Option<String>,
    ) -> &Login {
        let login = Login {
            device_code: random::text(b"abcdefghijklmnopqrstuvwxyz234567", 52),
            user_code: self.new_user_code(),
            client_id,
            scope,
            audience,
            decision: Decision::Pending,
            expires_at: saturating_add_seconds(now, i64::from(self.settings.expires_in_secs)),
            polls: 0,
            interval: self.settings.interval_secs,
            last_poll: None,
            granted: None,
        };
        self.issued.push(login.device_code.clone());
        self.logins.push(login);
        &self.logins[self.logins.len() - 1]
    }

    fn new_user_code(&self) -> String {
        loop {
            let half = || random::text(b"BCDFGHJKLMNPQRSTVWXZ", 4);
            let code = format!("{}-{}", half(), half());
            if self.find(&code).is_none() {
                return code;
            }
        }
    }

    /// The login with this code, as a person types it.
    pub(super) fn find(&self, user_code: &str) -> Option<&Login> {
        self.place(user_code).map(|at| &self.logins[at])
    }

    fn place(&self, user_code: &str) -> Option<usize> {
        self.logins.iter().position(|login| login.user_code.eq_ignore_ascii_case(user_code.trim()))
    }

    /// Decides about a login that waits for it.
    fn decide(&mut self, user_code: &str, now: Timestamp, decision: Decision) -> Result<(), WorldError> {
        let unknown = || WorldError::new(format!("there is no login with the code `{user_code}`"));
        let at = self.place(user_code).ok_or_else(unknown)?;
        let login = &mut self.logins[at];
        if login.state(now) != LoginState::Pending {
            return Err(WorldError::new(format!("the login with the code `{user_code}` does not wait any more")));
        }
        if matches!(decision, Decision::Approved { .. }) && !self.settings.clients.contains(&login.client_id) {
            return Err(WorldError::new(format!("there is no client `{}`", login.client_id)));
        }
        login.decision = decision;
        Ok(())
    }

    pub(crate) fn approve(&mut self, user_code: &str, now: Timestamp, user_id: &str) -> Result<(), WorldError> {
        self.decide(user_code, now, Decision::Approved { user_id: user_id.to_owned() })
    }

    pub(crate) fn deny(&mut self, user_code: &str, now: Timestamp) -> Result<(), WorldError> {
        self.decide(user_code, now, Decision::Denied)
    }

    pub(crate) fn expire(&mut self, user_code: &str, now: Timestamp) -> Result<(), WorldError> {
        self.decide(user_code, now, Decision::Expired)
    }

    pub(crate) fn started(&self, now: Timestamp) -> Vec<StartedLogin> {
        let shown = |login: &Login| StartedLogin {
            user_code: login.user_code.clone(),
            client_id: login.client_id.clone(),
            scope: login.scope.clone(),
            audience: login.audience.clone(),
            state: login.state(now),
        };
        self.logins.iter().map(shown).collect()
    }

    /// Counts a poll for the login at this place. The world's verdict is applied first.
    pub(super) fn poll(&mut self, at: usize, now: Timestamp) -> Poll {
        self.apply_verdict(at, now);
        let least = self.settings.interval_secs;
        let login = &mut self.logins[at];
        login.polls += 1;
        match login.state(now) {
            LoginState::Approved => return Poll::Approved,
            LoginState::Denied => return Poll::Denied,
            LoginState::Expired => return Poll::Expired,
            LoginState::Pending => {}
        }
        let early = login.last_poll.is_some_and(|last| now < saturating_add_seconds(last, i64::from(login.interval)));
        login.interval = if early { login.interval.saturating_add(SLOWER) } else { least };
        login.last_poll = Some(now);
        if early { Poll::TooEarly } else { Poll::Pending }
    }

    fn apply_verdict(&mut self, at: usize, now: Timestamp) {
        let login = &self.logins[at];
        let decision = match &self.settings.verdict {
            Some(Verdict::Approve { user_id, after_polls }) if login.polls >= *after_polls => {
                Decision::Approved { user_id: user_id.clone() }
            }
            Some(Verdict::Deny { after_polls }) if login.polls >= *after_polls => Decision::Denied,
            _ => return,
        };
        let code = login.user_code.clone();
        // A login that was decided before, or whose client is unknown, stays as it is.
        let _ = self.decide(&code, now, decision);
    }
}

impl Login {
    pub(super) fn state(&self, now: Timestamp) -> LoginState {
        match self.decision {
            // An approved login ends with its time too. The recording does not show this case.
            _ if now > self.expires_at => LoginState::Expired,
            Decision::Pending => LoginState::Pending,
            Decision::Approved { .. } => LoginState::Approved,
            Decision::Denied => LoginState::Denied,
            Decision::Expired => LoginState::Expired,
        }
    }
}
