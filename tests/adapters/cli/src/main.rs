//! The conformance adapter of the command line: the protocol of `tests/adapters/README.md`, one JSON object per line in each
//! direction. It runs `netbird-tokens` once per call, as a script would, and prints what that printed.
//!
//! The program is the one that `NETBIRD_CLI` names, else the one that the runner built, else the one next to this program.

mod fields;
mod invocation;
mod shown;

use std::collections::HashMap;
use std::error::Error;
use std::ffi::OsString;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::fields::{Fields, refused, text};
use crate::invocation::{Connection, Interrupt};

/// Without `secret_equals`: the command line prints secrets and compares none.
const OPERATIONS: &[&str] = &[
    "list_tokens",
    "get_token",
    "create_token",
    "delete_token",
    "current_user",
    "list_users",
    "check_credential",
    "audit_tokens",
    "set_credential",
    "expose",
    "start_login",
];

/// The options of a login.
const LOGIN_OPTIONS: &[&str] = &["issuer", "client_id", "audience", "scope", "endpoint_host"];

type Answer = Result<Value, Value>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut adapter = Adapter::new()?;
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

struct Adapter {
    program: PathBuf,
    /// Holds CA files and the secrets of created tokens.
    folder: TempDir,
    clients: HashMap<String, Connection>,
    secrets: usize,
}

impl Adapter {
    fn new() -> Result<Self, Box<dyn Error>> {
        let named = ["NETBIRD_CLI", "ADAPTER_BIN_NETBIRD_TOKENS_CLI"].into_iter().find_map(std::env::var_os);
        let program = match named {
            Some(path) => path.into(),
            None => std::env::current_exe()?.with_file_name("netbird-tokens"),
        };
        Ok(Adapter { program, folder: tempfile::tempdir()?, clients: HashMap::new(), secrets: 0 })
    }

    fn run(&mut self, command: &Fields) -> Answer {
        let name = text(command, "client").unwrap_or_default();
        let empty = Map::new();
        let fields = |key: &str| command.get(key).and_then(Value::as_object).unwrap_or(&empty);
        match text(command, "cmd") {
            Some("hello") => Ok(json!({
                "adapter": "cli", "version": env!("CARGO_PKG_VERSION"),
                "operations": OPERATIONS, "options": invocation::OPTIONS,
            })),
            Some("new_client") => {
                let connection = Connection::new(self.program.clone(), self.folder.path(), fields("options"))?;
                connection.run(&["check".into(), "--offline".into()], None)?;
                self.clients.insert(name.to_owned(), connection);
                Ok(json!({}))
            }
            Some("call") if text(command, "operation") == Some("start_login") => self.begin_login(fields("args")),
            Some("call") => self.call(name, command, fields("args")),
            // Every run of the program has waited for what it began.
            Some("close") => {
                self.clients.remove(name);
                Ok(json!({}))
            }
            _ => Err(unsupported(command)),
        }
    }

    /// Runs `login`, which shows how a login begins only where it does not: otherwise it goes on to wait.
    fn begin_login(&self, args: &Fields) -> Answer {
        let empty = Map::new();
        let options = args.get("options").and_then(Value::as_object).unwrap_or(&empty);
        let connection = Connection::new(self.program.clone(), self.folder.path(), options)?;
        let mut words: Vec<OsString> = vec!["login".into(), "--no-store".into(), "--no-browser".into()];
        for name in LOGIN_OPTIONS {
            if let Some(value) = text(args, name) {
                words.push(format!("--{}={value}", name.replace('_', "-")).into());
            }
        }
        connection.run(&words, None)
    }

    fn call(&mut self, name: &str, command: &Fields, args: &Fields) -> Answer {
        let Some(connection) = self.clients.get_mut(name) else {
            return Err(refused("the client is closed"));
        };
        let interrupt = Interrupt::of(command);
        let run = |words: &[OsString]| {
            let mut words = words.to_vec();
            for key in ["user_id", "now"] {
                if let Some(value) = text(args, key) {
                    // Before the `--` after which everything is an id.
                    words.insert(1, format!("--{}={value}", key.replace('_', "-")).into());
                }
            }
            connection.run(&words, interrupt.as_ref())
        };
        let with_now = args.contains_key("now");
        let token_id: OsString = text(args, "token_id").unwrap_or_default().into();
        match text(command, "operation") {
            Some("list_tokens") => {
                let tokens = run(&["list".into()])?;
                Ok(elements(&tokens).map(|token| shown::token(token, with_now)).collect())
            }
            Some("get_token") => {
                let token = run(&["inspect".into(), "--".into(), token_id])?;
                Ok(shown::token(&token, with_now))
            }
            Some("create_token") => {
                let handle = format!("secret-{}", self.secrets);
                let mut words: Vec<OsString> = vec!["create".into()];
                words.push(format!("--name={}", text(args, "name").unwrap_or_default()).into());
                words.push(format!("--secret-file={}", self.folder.path().join(&handle).display()).into());
                if args.get("tag").is_some_and(|value| value == true) {
                    words.push("--tag".into());
                }
                words.extend(connection.create_flags().map(OsString::from));
                if let Some(days) = args.get("expires_in_days") {
                    words.push(format!("--expires-in={days}").into());
                }
                let created = run(&words)?;
                self.secrets += 1;
                Ok(json!({
                    "token": shown::token(&created["token"], with_now),
                    "plain_token": created["plain_token"],
                    "secret": handle,
                }))
            }
            Some("delete_token") => {
                let revoked = run(&["revoke".into(), "--yes".into(), "--".into(), token_id])?;
                if revoked["revoked"] == true { Ok(json!({})) } else { Err(refused("not revoked")) }
            }
            Some("current_user") => Ok(shown::user(&run(&["whoami".into()])?)),
            Some("list_users") => Ok(elements(&run(&["users".into()])?).map(shown::user).collect()),
            Some("audit_tokens") => Ok(shown::audit(&connection.audit(&audit_words(args)?, interrupt.as_ref())?)),
            Some("check_credential") => Ok(shown::check(&connection.check(interrupt.as_ref())?)),
            Some("set_credential") => {
                let swapped = connection.with_credential(args);
                swapped.run(&["check".into(), "--offline".into()], None)?;
                *connection = swapped;
                Ok(json!({}))
            }
            Some("expose") => {
                let handle = text(args, "secret").unwrap_or_default();
                let secret = std::fs::read_to_string(self.folder.path().join(handle));
                secret.map(Value::from).map_err(|_| refused("no such secret"))
            }
            _ => Err(unsupported(command)),
        }
    }
}

/// `audit` with its options. The command line has whole seconds.
fn audit_words(args: &Fields) -> Result<Vec<OsString>, Value> {
    let mut words: Vec<OsString> = vec!["audit".into()];
    for (name, value) in args {
        let value = match (name.strip_suffix("_ms"), value.as_u64()) {
            (Some(_), Some(ms)) if ms % 1_000 == 0 => format!("{}s", ms / 1_000),
            (Some(_), _) => return Err(refused(&format!("{name} is not a number of whole seconds"))),
            (None, _) => value.to_string(),
        };
        let flag = name.trim_end_matches("_ms").replace('_', "-");
        words.push(format!("--{flag}={value}").into());
    }
    Ok(words)
}

fn elements(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn unsupported(command: &Fields) -> Value {
    json!({"kind": "unsupported", "code": 0, "message": format!("unknown command {}", Value::from(command.clone()))})
}
