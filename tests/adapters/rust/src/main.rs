//! The conformance adapter of the Rust API: the protocol of `tests/adapters/README.md`, one JSON object a line each way. It
//! calls the public API as any Rust program would, and prints what it got.

mod answer;
mod login;
mod rotation;

use std::collections::HashMap;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use netbird_tokens::{
    AuditOptions, AuditSummary, CancelToken, Client, ClientOptions, Credential, CredentialCheck, CredentialKind,
    NewToken, OnUnknown, Operation, Secret, User, UserAudit,
};
use nix::unistd::ForkResult;
use serde_json::{Map, Value, json};

use crate::answer::{Answer, Fields, error, refused, shown, text, time};
use crate::login::Logins;
use crate::rotation::Rotations;

/// What the adapter does besides the library's operations.
const FURTHER: &[&str] = &["set_credential", "expose", "secret_equals"];

const OPTIONS: &[&str] = &[
    "management_url",
    "pat",
    "bearer",
    "detect",
    "token_file",
    "session",
    "from_env",
    "connect_timeout_ms",
    "read_timeout_ms",
    "timeout_ms",
    "max_retries",
    "retry_base_delay_ms",
    "retry_max_delay_ms",
    "max_response_bytes",
    "allow_insecure_http",
    "ca_pem",
    "proxy",
    "proxy_from_env",
    "user_agent",
    "on_unknown",
    "cancel_after_ms",
    "cancel_file",
    "fork",
];

/// How often the file that interrupts a call is looked for.
const POLL: Duration = Duration::from_millis(5);

fn main() -> std::io::Result<()> {
    let mut adapter = Adapter::default();
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let command: Fields = serde_json::from_str(&line?)?;
        let answer = match adapter.run(&command) {
            Ok(ok) => json!({"id": command["id"], "ok": ok}),
            Err(error) => json!({"id": command["id"], "error": error}),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

#[derive(Default)]
struct Adapter {
    clients: HashMap<String, Client>,
    secrets: Vec<Secret>,
    rotations: Rotations,
    logins: Logins,
}

impl Adapter {
    fn run(&mut self, command: &Fields) -> Answer {
        let name = text(command, "client").unwrap_or_default();
        let empty = Map::new();
        let fields = |key: &str| command.get(key).and_then(Value::as_object).unwrap_or(&empty);
        match text(command, "cmd") {
            Some("hello") => {
                let operations = Operation::ALL.iter().map(|operation| operation.name());
                let further = FURTHER.iter().chain(rotation::COMMANDS).chain(login::COMMANDS).copied();
                let operations: Vec<&str> = operations.chain(further).collect();
                Ok(json!({
                    "adapter": "rust", "version": env!("CARGO_PKG_VERSION"), "operations": operations, "options": OPTIONS,
                }))
            }
            Some("new_client") => {
                let client = self.client_options(fields("options"))?.build().map_err(error)?;
                self.clients.insert(name.to_owned(), client);
                Ok(json!({}))
            }
            Some("call") => self.call(name, command, fields("args")),
            Some("close") => match self.clients.remove(name) {
                Some(client) => client.close().map(|_| json!({})).map_err(error),
                None => Ok(json!({})),
            },
            Some("fork") => fork(),
            _ => Err(unsupported(command)),
        }
    }

    fn call(&mut self, name: &str, command: &Fields, args: &Fields) -> Answer {
        let (cancel, _call_ends) = interruption(command);
        match text(command, "operation") {
            Some("expose") => return Ok(json!(self.secret(args, "secret")?.expose())),
            Some("secret_equals") => return Ok(json!(self.secret(args, "secret")? == self.secret(args, "other")?)),
            Some(operation) if login::COMMANDS.contains(&operation) => {
                let given = args.get("options").and_then(Value::as_object).cloned().unwrap_or_default();
                let options = self.client_options(&given)?;
                return self.logins.run(operation, args, options, cancel.as_ref(), &mut self.secrets);
            }
            _ => {}
        }
        let Some(client) = self.clients.get(name) else {
            return Err(refused("the client is closed"));
        };
        let client = cancel.as_ref().map_or_else(|| client.clone(), |cancel| client.with_cancel(cancel));
        let user_id = text(args, "user_id");
        let token_id = text(args, "token_id").unwrap_or_default();
        match text(command, "operation") {
            Some("list_tokens") => {
                let tokens = client.list_tokens(user_id).map_err(error)?;
                tokens.iter().map(|token| shown(token, args)).collect()
            }
            Some("get_token") => shown(&client.get_token(token_id, user_id).map_err(error)?, args),
            Some("create_token") => {
                let mut new = NewToken::new(text(args, "name").unwrap_or_default());
                if let Some(days) = args.get("expires_in_days") {
                    let days = days.as_i64().ok_or_else(|| refused("expires_in_days: expected a whole number"))?;
                    new = new.expires_in_days(days);
                }
                if let Some(tag) = args.get("tag").and_then(Value::as_bool) {
                    new = new.tag(tag);
                }
                let created = client.create_token(&new, user_id).map_err(error)?;
                let answer = json!({
                    "token": shown(&created.token, args)?,
                    "plain_token": created.plain_token.to_string(),
                    "secret": self.secrets.len().to_string(),
                });
                self.secrets.push(created.plain_token);
                Ok(answer)
            }
            Some("delete_token") => client.delete_token(token_id, user_id).map(|()| json!({})).map_err(error),
            Some("current_user") => client.current_user().map(|me| user(&me)).map_err(error),
            Some("list_users") => client.list_users().map(|users| users.iter().map(user).collect()).map_err(error),
            Some("check_credential") => client.check_credential().map_err(error).and_then(|found| check(found, args)),
            Some("audit_tokens") => audit(&client, args),
            Some("set_credential") => {
                let credential = self.credential(args)?.ok_or_else(|| refused("no credential"))?;
                client.set_credential(&credential).map(|()| json!({})).map_err(error)
            }
            Some("rotate_token") => self.rotations.begin(&client, args, &mut self.secrets),
            Some("resume_rotation") => rotation::resume(&client, args),
            Some(command) if rotation::COMMANDS.contains(&command) => {
                self.rotations.run(command, args, &mut self.secrets)
            }
            _ => Err(unsupported(command)),
        }
    }

    fn client_options(&self, given: &Fields) -> Result<ClientOptions, Value> {
        Ok(options(given)?.credential(self.credential(given)?))
    }

    fn credential(&self, fields: &Fields) -> Result<Option<Credential>, Value> {
        match text(fields, "session") {
            Some(handle) => self.logins.credential(handle).map(Some),
            None => credential(fields),
        }
    }

    fn secret(&self, args: &Fields, key: &str) -> Result<&Secret, Value> {
        let handle = text(args, key).and_then(|handle| handle.parse::<usize>().ok());
        handle.and_then(|at| self.secrets.get(at)).ok_or_else(|| refused("no such secret"))
    }
}

/// Goes on in a child. The parent waits for its end, and exits.
fn fork() -> Answer {
    // SAFETY: the child goes on with a client that has threads, which the library says is allowed, and that is what is tested.
    match unsafe { nix::unistd::fork() } {
        Ok(ForkResult::Child) => Ok(json!({"pid": std::process::id()})),
        Ok(ForkResult::Parent { child }) => {
            let ended = nix::sys::wait::waitpid(child, None);
            std::process::exit(i32::from(ended.is_err()))
        }
        Err(error) => Err(refused(&error.to_string())),
    }
}

/// What interrupts the call as the command says. The watching ends with the value beside it.
fn interruption(command: &Fields) -> (Option<CancelToken>, Option<Sender<()>>) {
    let after = command.get("cancel_after_ms").and_then(Value::as_u64).map(Duration::from_millis);
    let file = text(command, "cancel_file").map(PathBuf::from);
    if after.is_none() && file.is_none() {
        return (None, None);
    }
    let cancel = CancelToken::new();
    let watched = cancel.clone();
    let (call_ends, ended) = channel();
    std::thread::spawn(move || {
        while ended.recv_timeout(after.unwrap_or(POLL)) == Err(RecvTimeoutError::Timeout) {
            if file.as_ref().is_none_or(|file| file.exists()) {
                return watched.cancel();
            }
        }
    });
    (Some(cancel), Some(call_ends))
}

/// The options of `new_client`, but for the credential.
fn options(given: &Fields) -> Result<ClientOptions, Value> {
    let mut builder = Client::builder();
    for (name, value) in given {
        let text = || value.as_str().unwrap_or_default();
        let number = || value.as_u64().ok_or_else(|| refused(&format!("{name}: expected a whole number")));
        let duration = || number().map(Duration::from_millis);
        let flag = value.as_bool().unwrap_or_default();
        builder = match name.as_str() {
            "pat" | "bearer" | "detect" | "session" => builder,
            "from_env" if flag => builder.from_env(),
            "from_env" => builder,
            "token_file" => builder.token_file(text()),
            "management_url" => builder.management_url(text()),
            "connect_timeout_ms" => builder.connect_timeout(duration()?),
            "read_timeout_ms" => builder.read_timeout(duration()?),
            "timeout_ms" => builder.timeout(duration()?),
            "max_retries" => builder.max_retries(u32::try_from(number()?).unwrap_or(u32::MAX)),
            "retry_base_delay_ms" => builder.retry_base_delay(duration()?),
            "retry_max_delay_ms" => builder.retry_max_delay(duration()?),
            "max_response_bytes" => builder.max_response_bytes(usize::try_from(number()?).unwrap_or(usize::MAX)),
            "allow_insecure_http" => builder.allow_insecure_http(flag),
            "ca_pem" => builder.ca_pem(text()),
            "proxy" => builder.proxy(text()),
            "proxy_from_env" => builder.proxy_from_env(flag),
            "user_agent" => builder.user_agent(text()),
            "on_unknown" if text() == "revoke_and_retry" => builder.on_unknown(OnUnknown::RevokeAndRetry),
            "on_unknown" => builder.on_unknown(OnUnknown::Report),
            other => return Err(refused(&format!("there is no option {other}"))),
        };
    }
    Ok(builder)
}

fn credential(fields: &Fields) -> Result<Option<Credential>, Value> {
    let given = if let Some(pat) = text(fields, "pat") {
        Credential::pat(pat)
    } else if let Some(jwt) = text(fields, "bearer") {
        Credential::bearer(jwt)
    } else if let Some(either) = text(fields, "detect") {
        Credential::detect(either)
    } else {
        return Ok(None);
    };
    given.map(Some).map_err(error)
}

fn user(user: &User) -> Value {
    json!({
        "id": user.id(),
        "name": user.name(),
        "email": user.email(),
        "role": user.role(),
        "status": user.status(),
        "is_current": user.is_current(),
        "is_service_user": user.is_service_user(),
        "is_blocked": user.is_blocked(),
        "pending_approval": user.pending_approval(),
        "last_login": user.last_login().map(time),
    })
}

fn check(found: CredentialCheck, args: &Fields) -> Answer {
    Ok(json!({
        "state": found.state.name(),
        "kind": match found.kind {
            CredentialKind::Pat => "pat",
            CredentialKind::Bearer => "bearer",
        },
        "user": found.user.as_ref().map(user),
        "token": found.token.as_ref().map(|token| shown(token, args)).transpose()?,
        "expires_at": found.expires_at.map(time),
        "error": found.error.map(error),
    }))
}

fn audit(client: &Client, args: &Fields) -> Answer {
    let number = |name: &str| {
        let whole = |value: &Value| value.as_u64().ok_or_else(|| refused(&format!("{name}: expected a whole number")));
        args.get(name).map(whole).transpose()
    };
    let duration = |name: &str| number(name).map(|number| number.map(Duration::from_millis));
    let options = AuditOptions::default()
        .expiring_within(duration("expiring_within_ms")?)
        .unused_for(duration("unused_for_ms")?)
        .concurrency(number("concurrency")?.map(|number| usize::try_from(number).unwrap_or(usize::MAX)))
        .time_limit(duration("time_limit_ms")?);
    let mut audit = client.audit_tokens(&options).map_err(error)?;
    let mut users = audit.by_ref().collect::<Result<Vec<_>, _>>().map_err(error)?;
    users.sort_by(|a, b| a.user.id().cmp(b.user.id()));
    let users = users.into_iter().map(|found| audited(found, args)).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({"users": users, "summary": summary(&audit.summary())}))
}

fn audited(found: UserAudit, args: &Fields) -> Answer {
    let tokens = found.tokens.iter().map(|audited| {
        Ok(json!({
            "token": shown(&audited.token, args)?,
            "state": audited.state.name(),
            "findings": audited.findings.iter().map(|finding| finding.name()).collect::<Vec<_>>(),
            "reason": audited.reason,
        }))
    });
    let tokens = tokens.collect::<Result<Vec<_>, Value>>()?;
    Ok(json!({
        "user": user(&found.user),
        "tokens": tokens,
        "error": found.error.map(error),
    }))
}

fn summary(summary: &AuditSummary) -> Value {
    json!({
        "users": summary.users,
        "audited": summary.audited,
        "failed": summary.failed,
        "not_reached": summary.not_reached,
        "other_people": summary.other_people,
        "tokens": summary.tokens,
        "expired": summary.expired,
        "expiring": summary.expiring,
        "unused": summary.unused,
        "never_used": summary.never_used,
        "healthy": summary.healthy,
        "is_complete": summary.is_complete,
    })
}

fn unsupported(command: &Fields) -> Value {
    json!({"kind": "unsupported", "code": 0, "message": format!("no such command: {:?} {:?}", command.get("cmd"), command.get("operation"))})
}
