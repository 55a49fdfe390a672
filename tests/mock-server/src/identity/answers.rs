//! The forms of the identity provider's answers.

use serde_json::{Value, json};

use crate::http::Response;

pub(super) fn respond(status: u16, body: &Value) -> Response {
    Response::new(status).field("Content-Type", "application/json").body(body.to_string())
}

/// An OAuth2 error.
pub(super) fn refuse(status: u16, error: &str, description: Option<&str>) -> Response {
    let mut body = json!({ "error": error });
    if let Some(description) = description {
        body["error_description"] = description.into();
    }
    respond(status, &body)
}
