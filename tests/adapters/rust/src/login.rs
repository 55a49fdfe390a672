//! The commands about logins. A login that has begun and a session are kept under handles.

use netbird_tokens::{
    CancelToken, ClientOptions, Credential, DeviceLogin, LoginOptions, LoginSession, Secret, start_login,
};
use serde_json::{Value, json};

use crate::answer::{Answer, Fields, error, refused, text, time};

/// What a front end that logs in has.
pub(crate) const COMMANDS: &[&str] =
    &["start_login", "login_poll", "login_wait", "session_refresh", "session_export", "session_restore"];

/// The logins that have begun, and the sessions.
#[derive(Default)]
pub(crate) struct Logins {
    begun: Vec<DeviceLogin>,
    sessions: Vec<LoginSession>,
}

impl Logins {
    /// One of [`COMMANDS`]. `options` are those of a client, for the commands that take them.
    pub(crate) fn run(
        &mut self,
        command: &str,
        args: &Fields,
        options: ClientOptions,
        cancel: Option<&CancelToken>,
        secrets: &mut Vec<Secret>,
    ) -> Answer {
        match command {
            "start_login" => self.start(args, options, cancel),
            "login_poll" => {
                let session = self.login(args, cancel)?.poll().map_err(error)?;
                Ok(session.map_or(Value::Null, |session| self.keep(session)))
            }
            "login_wait" => {
                let session = self.login(args, cancel)?.wait().map_err(error)?;
                Ok(self.keep(session))
            }
            "session_refresh" => {
                let session = self.session(args)?;
                session.refresh().map_err(error)?;
                Ok(shown(text(args, "session").unwrap_or_default(), session))
            }
            "session_export" => {
                let exported = self.session(args)?.export();
                let answer = json!({"text": exported.to_string(), "secret": secrets.len().to_string()});
                secrets.push(exported);
                Ok(answer)
            }
            _ => {
                let handle = text(args, "secret").and_then(|handle| secrets.get(handle.parse::<usize>().ok()?));
                let exported = handle.map(Secret::expose).or_else(|| text(args, "text")).unwrap_or_default();
                let session = LoginSession::restore(exported, options).map_err(error)?;
                Ok(self.keep(session))
            }
        }
    }

    /// The credential of the session with this handle.
    pub(crate) fn credential(&self, handle: &str) -> Result<Credential, Value> {
        let session = handle.parse::<usize>().ok().and_then(|at| self.sessions.get(at));
        session.map(LoginSession::credential).ok_or_else(|| refused("no such session"))
    }

    fn start(&mut self, args: &Fields, options: ClientOptions, cancel: Option<&CancelToken>) -> Answer {
        let mut login = LoginOptions::default()
            .issuer(text(args, "issuer"))
            .client_id(text(args, "client_id"))
            .audience(text(args, "audience"))
            .scope(text(args, "scope"))
            .endpoint_host(text(args, "endpoint_host"));
        if let Some(cancel) = cancel {
            login = login.with_cancel(cancel);
        }
        let login = start_login(options, login).map_err(error)?;
        let answer = json!({
            "login": self.begun.len().to_string(),
            "verification_uri": login.verification_uri(),
            "verification_uri_complete": login.verification_uri_complete(),
            "user_code": login.user_code(),
            "expires_at": time(login.expires_at()),
            "interval_ms": u64::try_from(login.interval().as_millis()).unwrap_or(u64::MAX),
        });
        self.begun.push(login);
        Ok(answer)
    }

    fn login(&self, args: &Fields, cancel: Option<&CancelToken>) -> Result<DeviceLogin, Value> {
        let handle = text(args, "login").and_then(|handle| handle.parse::<usize>().ok());
        let login = handle.and_then(|at| self.begun.get(at)).ok_or_else(|| refused("no such login"))?;
        Ok(cancel.map_or_else(|| login.clone(), |cancel| login.with_cancel(cancel)))
    }

    fn session(&self, args: &Fields) -> Result<&LoginSession, Value> {
        let handle = text(args, "session").and_then(|handle| handle.parse::<usize>().ok());
        handle.and_then(|at| self.sessions.get(at)).ok_or_else(|| refused("no such session"))
    }

    fn keep(&mut self, session: LoginSession) -> Value {
        let answer = shown(&self.sessions.len().to_string(), &session);
        self.sessions.push(session);
        answer
    }
}

fn shown(handle: &str, session: &LoginSession) -> Value {
    json!({
        "session": handle,
        "management_url": session.management_url(),
        "issuer": session.issuer(),
        "expires_at": time(session.expires_at()),
        "needs_refresh": session.needs_refresh(),
    })
}
