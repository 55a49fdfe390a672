//! Errors as the API reports them.

use crate::gojson::{lower, write_string};
use crate::http::{JSON, Response};

/// A status with a message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {message}")]
pub(crate) struct ApiError {
    status: u16,
    message: String,
}

impl ApiError {
    /// The server converts these messages to lower case, including any ids in them.
    pub(crate) fn new(status: u16, message: impl AsRef<str>) -> Self {
        Self { status, message: lower(message.as_ref()) }
    }

    /// One of the few messages that the server does not convert to lower case.
    pub(crate) fn verbatim(status: u16, message: &str) -> Self {
        Self { status, message: message.to_owned() }
    }

    pub(crate) fn body_not_json() -> Self {
        Self::verbatim(400, "couldn't parse JSON request")
    }

    pub(crate) fn permission_denied() -> Self {
        Self::new(403, "permission denied")
    }

    pub(crate) fn into_response(self) -> Response {
        let mut body = String::from("{\"message\":");
        write_string(&mut body, &self.message);
        body.push_str(&format!(",\"code\":{}}}\n", self.status));
        Response::new(self.status).field("Content-Type", JSON).body(body)
    }
}
