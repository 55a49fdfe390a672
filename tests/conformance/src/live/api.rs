//! The management API of a real server, as far as a live run needs it to make and remove its own users and tokens.
//!
//! It shares no code with the client under test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::Method;
use reqwest::blocking::{Client, Response};
use serde::Deserialize;
use serde_json::{Value, json};

/// How long one request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);
/// The first wait after a 429 without `Retry-After`; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest such wait: the server's limiter gives six requests a minute by default.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The longest wait that a server may ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(120);
/// How often a request waits for the limiter.
const WAITS: u32 = 30;

/// The API with one credential.
#[derive(Debug)]
pub struct Api {
    base: String,
    authorization: String,
    http: Client,
    sent: AtomicU32,
}

/// A user as the list of users shows it.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// The id.
    pub id: String,
    /// The display name.
    #[serde(default)]
    pub name: String,
    /// Not a person.
    #[serde(default)]
    pub is_service_user: bool,
}

/// A token that was just made.
pub struct NewToken {
    /// The id.
    pub id: String,
    /// The plain text.
    pub plain: String,
}

/// An answer: its status and its JSON body, or the body's text.
struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What the server said, for an error.
    fn complaint(&self) -> String {
        format!("the server answered {}: {}", self.status, self.body["message"].as_str().unwrap_or("(no message)"))
    }
}

impl Api {
    /// # Errors
    /// The credential cannot be sent, or TLS is not available.
    pub fn new(url: &str, token: &str) -> Result<Self> {
        // Fails only if one is installed already, which is then as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().timeout(REQUEST_LIMIT).redirect(reqwest::redirect::Policy::none()).build()?;
        let scheme = if token.starts_with("nbp_") { "Token" } else { "Bearer" };
        Ok(Self {
            base: url.trim_end_matches('/').to_owned(),
            authorization: format!("{scheme} {token}"),
            http,
            sent: AtomicU32::new(0),
        })
    }

    /// How many requests were sent with this credential.
    pub fn sent(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    fn call(&self, method: &Method, path: &[&str], body: Option<&Value>) -> Result<Answer> {
        let mut url = format!("{}/api", self.base);
        for part in path {
            url.push('/');
            url.extend(percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC));
        }
        let mut wait = FIRST_WAIT;
        for _ in 0..WAITS {
            self.sent.fetch_add(1, Ordering::Relaxed);
            let mut request = self.http.request(method.clone(), &url).header("Authorization", &self.authorization);
            if let Some(body) = body {
                request = request.json(body);
            }
            let response = request.send().with_context(|| format!("{method} {url}"))?;
            if response.status().as_u16() != 429 {
                return answer(response);
            }
            std::thread::sleep(retry_after(&response).unwrap_or(wait));
            wait = LONGEST_WAIT.min(wait * 2);
        }
        bail!("{method} {url}: the server's limiter refused it {WAITS} times")
    }

    fn expect(&self, method: &Method, path: &[&str], body: Option<&Value>) -> Result<Value> {
        let answer = self.call(method, path, body)?;
        if !answer.is_success() {
            bail!("{method} /api/{}: {}", path.join("/"), answer.complaint());
        }
        Ok(answer.body)
    }

    /// The users that the credential may see.
    ///
    /// # Errors
    /// The server refuses it or cannot be reached.
    pub fn users(&self) -> Result<Vec<User>> {
        let body = self.expect(&Method::GET, &["users"], None)?;
        Ok(serde_json::from_value::<Option<Vec<User>>>(body).context("the list of users")?.unwrap_or_default())
    }

    /// Whether the credential's user is a person who may ask `/users/current`.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn current_user_status(&self) -> Result<u16> {
        Ok(self.call(&Method::GET, &["users", "current"], None)?.status)
    }

    /// The id of a new service user; the server's refusal if it does not accept the role.
    ///
    /// # Errors
    /// The server refuses the request for another reason, or cannot be reached.
    pub fn create_service_user(&self, name: &str, role: &str) -> Result<Result<String, String>> {
        let body = json!({"name": name, "role": role, "is_service_user": true, "auto_groups": []});
        let answer = self.call(&Method::POST, &["users"], Some(&body))?;
        match answer.status {
            422 => Ok(Err(answer.complaint())),
            _ if answer.is_success() => {
                let id = answer.body["id"].as_str().context("the new user has no id")?;
                Ok(Ok(id.to_owned()))
            }
            _ => bail!("creating a service user with the role {role}: {}", answer.complaint()),
        }
    }

    /// Deletes a user and its tokens. One that does not exist is deleted.
    ///
    /// # Errors
    /// The server refuses it or cannot be reached.
    pub fn delete_user(&self, id: &str) -> Result<()> {
        let answer = self.call(&Method::DELETE, &["users", id], None)?;
        if !answer.is_success() && answer.status != 404 {
            bail!("deleting the user {id}: {}", answer.complaint());
        }
        Ok(())
    }

    /// A new token of a user.
    ///
    /// # Errors
    /// The server refuses it or cannot be reached.
    pub fn create_token(&self, user: &str, name: &str, days: i64) -> Result<NewToken> {
        let body = json!({"name": name, "expires_in": days});
        let made = self.expect(&Method::POST, &["users", user, "tokens"], Some(&body))?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let id = text(&made["personal_access_token"]["id"]).context("the new token has no id")?;
        let plain = text(&made["plain_token"]).context("the new token has no plain text")?;
        Ok(NewToken { id, plain })
    }

    /// The names of a user's tokens.
    ///
    /// # Errors
    /// The server refuses it or cannot be reached.
    pub fn token_names(&self, user: &str) -> Result<Vec<String>> {
        let body = self.expect(&Method::GET, &["users", user, "tokens"], None)?;
        let tokens = body.as_array().cloned().unwrap_or_default();
        Ok(tokens.iter().filter_map(|token| token["name"].as_str().map(str::to_owned)).collect())
    }
}

fn answer(response: Response) -> Result<Answer> {
    let status = response.status().as_u16();
    let text = response.text().context("reading the answer")?;
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Ok(Answer { status, body })
}

/// The wait that a 429 asks for.
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get("Retry-After")?.to_str().ok()?;
    Some(LONGEST_RETRY_AFTER.min(Duration::from_secs(text.trim().parse().ok()?)))
}
