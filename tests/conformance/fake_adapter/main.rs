//! An adapter with two operations over a raw socket that misbehaves on demand: the self-tests use it to prove that the
//! runner notices. `FAKE_BEHAVIOUR` says how it misbehaves; without it, it behaves.

mod http;

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use http::{Exchange, Target};
use serde_json::{Map, Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let behaviour = std::env::var("FAKE_BEHAVIOUR").unwrap_or_default();
    match serve(&behaviour) {
        Ok(()) if behaviour == "exit_status" => ExitCode::from(3),
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "fake adapter: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(behaviour: &str) -> Result<()> {
    let mut clients: HashMap<String, Map<String, Value>> = HashMap::new();
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let command: Value = serde_json::from_str(&line?)?;
        let client = command["client"].as_str().unwrap_or_default().to_owned();
        let mut answer = match command["cmd"].as_str() {
            Some("hello") => json!({"ok": {
                "adapter": "fake", "version": "0",
                "operations": ["list_tokens", "create_token"],
                "options": ["management_url", "pat", "token_file", "cancel_file"],
            }}),
            Some("new_client") => {
                let mut options = command["options"].as_object().cloned().unwrap_or_default();
                if behaviour == "read_file_once" {
                    options = json!({"management_url": options["management_url"], "pat": credential(&options)?})
                        .as_object()
                        .cloned()
                        .unwrap_or_default();
                }
                clients.insert(client, options);
                json!({"ok": {}})
            }
            Some("call") => call(behaviour, &clients[&client], &command)?,
            _ => json!({"ok": {}}),
        };
        let lies_about_id = behaviour == "wrong_id" && command["cmd"] == "call";
        answer["id"] = if lies_about_id { json!(0) } else { command["id"].clone() };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    if behaviour == "chatter" {
        writeln!(out, "good bye")?;
    }
    Ok(())
}

/// The PAT, or what the token file holds now.
fn credential(options: &Map<String, Value>) -> Result<String> {
    let text = |name: &str| options.get(name).and_then(Value::as_str);
    Ok(match text("token_file") {
        Some(path) => std::fs::read_to_string(path)?,
        None => text("pat").unwrap_or_default().to_owned(),
    })
}

fn call(behaviour: &str, options: &Map<String, Value>, command: &Value) -> Result<Value> {
    let target = Target {
        url: options["management_url"].as_str().unwrap_or_default().to_owned(),
        pat: credential(options)?,
        scheme: if behaviour == "wrong_scheme" { "Bearer" } else { "Token" },
        agent: if behaviour == "dishonest" { "Terraform/1.0" } else { "fake/0" },
    };
    let cancel_file = command["cancel_file"].as_str().filter(|_| behaviour != "ignore_cancel").map(Path::new);
    let args = &command["args"];
    let path = format!("/api/users/{}/tokens", args["user_id"].as_str().unwrap_or_default());
    match behaviour {
        "hang" => std::thread::sleep(Duration::from_secs(600)),
        "die" => std::process::exit(0),
        "leak_stderr" => writeln!(std::io::stderr(), "debug: authorization: Token {}", target.pat)?,
        "leak_part" => writeln!(std::io::stderr(), "debug: token {}…", &target.pat[..18])?,
        "no_request" => return Ok(json!({"ok": []})),
        "garbage" => {
            writeln!(std::io::stdout(), "this is not JSON")?;
        }
        _ => {}
    }
    if command["operation"] == "create_token" {
        return create(behaviour, target, path, args, cancel_file);
    }
    let Some(tokens) = Exchange::start(&target, "GET", &path, None)?.answer_unless(cancel_file)? else {
        return Ok(cancelled());
    };
    if behaviour == "extra_request" {
        Exchange::start(&target, "GET", &path, None)?.answer()?;
    }
    let mut listed = Vec::new();
    for token in tokens.as_array().cloned().unwrap_or_default() {
        listed.push(match behaviour {
            "wrong_result" => json!({"id": token["id"], "name": "another"}),
            "extra_field" => json!({"id": token["id"], "name": token["name"], "extra": 1}),
            "leak_stdout" => json!({"id": token["id"], "name": format!("{} {}", token["name"], target.pat)}),
            _ => json!({"id": token["id"], "name": token["name"]}),
        });
    }
    Ok(json!({"ok": listed}))
}

/// Creates a token. When it is interrupted, it answers at once and revokes the token in the background.
fn create(behaviour: &str, target: Target, path: String, args: &Value, cancel_file: Option<&Path>) -> Result<Value> {
    let body = json!({"name": args["name"], "expires_in": 90}).to_string();
    let mut exchange = Exchange::start(&target, "POST", &path, Some(&body))?;
    if let Some(created) = exchange.answer_unless(cancel_file)? {
        return Ok(json!({"ok": created["personal_access_token"]["name"]}));
    }
    if behaviour != "forget_created" {
        std::thread::spawn(move || {
            // A failure leaves the token on the server, which is what the runner must notice.
            let _ = revoke(&target, &path, exchange);
        });
    }
    Ok(cancelled())
}

fn revoke(target: &Target, path: &str, mut create: Exchange) -> Result<()> {
    let created = create.answer()?;
    let id = created["personal_access_token"]["id"].as_str().ok_or("no id")?;
    Exchange::start(target, "DELETE", &format!("{path}/{id}"), None)?.answer()?;
    Ok(())
}

fn cancelled() -> Value {
    json!({"error": {
        "kind": "cancelled", "code": 31, "message": "interrupted", "status": null, "server_message": null,
        "request_id": null, "retryable": false, "attempts": 1, "candidate_token_ids": [],
        "token_name": null, "retry_after_ms": null,
    }})
}
