//! An adapter that lists tokens over a raw socket and, on demand, misbehaves. The self-tests prove with it that the runner
//! notices. `FAKE_BEHAVIOUR` says how it misbehaves; without it, it is a good adapter that can only list tokens.

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

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
                "operations": ["list_tokens"],
                "options": ["management_url", "pat"],
            }}),
            Some("new_client") => {
                let options = command["options"].as_object().cloned().unwrap_or_default();
                clients.insert(client, options);
                json!({"ok": {}})
            }
            Some("call") => call(behaviour, &clients[&client], &command["args"])?,
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

fn call(behaviour: &str, options: &Map<String, Value>, args: &Value) -> Result<Value> {
    let url = options["management_url"].as_str().unwrap_or_default();
    let pat = options["pat"].as_str().unwrap_or_default();
    let user = args["user_id"].as_str().unwrap_or_default();
    match behaviour {
        "hang" => std::thread::sleep(Duration::from_secs(600)),
        "die" => std::process::exit(0),
        "leak_stderr" => writeln!(std::io::stderr(), "debug: authorization: Token {pat}")?,
        "leak_part" => writeln!(std::io::stderr(), "debug: token {}…", &pat[..18])?,
        "no_request" => return Ok(json!({"ok": []})),
        "garbage" => {
            writeln!(std::io::stdout(), "this is not JSON")?;
        }
        _ => {}
    }
    let path = format!("/api/users/{user}/tokens");
    let tokens = get(url, &path, pat, behaviour)?;
    if behaviour == "extra_request" {
        get(url, &path, pat, behaviour)?;
    }
    let mut listed = Vec::new();
    for token in tokens.as_array().cloned().unwrap_or_default() {
        listed.push(match behaviour {
            "wrong_result" => json!({"id": token["id"], "name": "another"}),
            "extra_field" => json!({"id": token["id"], "name": token["name"], "extra": 1}),
            "leak_stdout" => json!({"id": token["id"], "name": format!("{} {pat}", token["name"])}),
            _ => json!({"id": token["id"], "name": token["name"]}),
        });
    }
    Ok(json!({"ok": listed}))
}

fn get(url: &str, path: &str, pat: &str, behaviour: &str) -> Result<Value> {
    let address = url.strip_prefix("http://").ok_or("only http")?;
    let mut stream = TcpStream::connect(address)?;
    let scheme = if behaviour == "wrong_scheme" { "Bearer" } else { "Token" };
    let agent = if behaviour == "dishonest" { "Terraform/1.0" } else { "fake/0" };
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {scheme} {pat}\r\nAccept: application/json\r\n\
         User-Agent: {agent}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").ok_or("no body")?.1;
    let start = body.find(['[', '{', 'n']).ok_or("no JSON")?;
    let mut values = serde_json::Deserializer::from_str(&body[start..]).into_iter();
    Ok(values.next().ok_or("no JSON")??)
}
