//! The options of clients, and what each client sends as `Authorization`.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::context::Context;
use crate::variables;

/// The options that carry a credential.
const CREDENTIALS: [&str; 3] = ["pat", "bearer", "detect"];

/// A client's options with their defaults: the server's URL, the scenario's credential, and short delays between retries.
///
/// # Errors
/// A reference cannot be resolved.
pub fn options(context: &mut Context<'_>, given: &Map<String, Value>) -> Result<Map<String, Value>> {
    let mut options = variables::expand_map(given, context)?;
    let from_env = options.get("from_env") == Some(&json!(true));
    if !from_env {
        let url = context.server.url();
        options.entry("management_url").or_insert_with(|| json!(url));
    }
    let has_credential = ["token_file", "session"].iter().any(|name| options.contains_key(*name))
        || CREDENTIALS.iter().any(|name| options.contains_key(*name));
    if !from_env && !has_credential && context.scenario.credential.is_some() {
        let (name, text) = context.credential()?;
        options.insert(name.to_owned(), json!(text));
    }
    complete(context, &mut options);
    Ok(options)
}

/// The options of a login with their defaults: those of a client without a credential.
///
/// # Errors
/// A reference cannot be resolved.
pub fn login_options(context: &mut Context<'_>, given: &Map<String, Value>) -> Result<Map<String, Value>> {
    let mut options = variables::expand_map(given, context)?;
    if options.get("from_env") != Some(&json!(true)) {
        let url = context.server.url();
        options.entry("management_url").or_insert_with(|| json!(url));
    }
    complete(context, &mut options);
    Ok(options)
}

/// Adds short delays between retries, and leaves out what is null.
fn complete(context: &Context<'_>, options: &mut Map<String, Value>) {
    for (name, default) in [("retry_base_delay_ms", 1), ("retry_max_delay_ms", 5)] {
        if context.hello.options.contains(name) {
            options.entry(name).or_insert_with(|| json!(default));
        }
    }
    options.retain(|_, value| !value.is_null());
}

/// Adds the credentials among these options or arguments to the secrets.
pub fn note_credentials(context: &mut Context<'_>, fields: &Map<String, Value>) {
    for name in CREDENTIALS.into_iter().chain(["plain_token"]) {
        if let Some(text) = fields.get(name).and_then(Value::as_str) {
            context.secrets.add(&format!("the text given as `{name}`"), text);
        }
    }
}

/// What a client with these options sends as `Authorization`. `None` if only the library can tell.
pub fn authorization(fields: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    text("pat").map(|pat| format!("Token {pat}")).or_else(|| text("bearer").map(|jwt| format!("Bearer {jwt}")))
}
