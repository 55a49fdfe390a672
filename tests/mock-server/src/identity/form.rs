//! What is sent to the identity provider.

use crate::http::Request;
use crate::paths::Target;

/// The fields of a form or a query.
pub(super) struct Form(Target);

impl Form {
    pub(super) fn of_body(request: &Request) -> Self {
        let text = String::from_utf8_lossy(&request.body).into_owned();
        Self(Target { path: Vec::new(), query: Some(text) })
    }

    pub(super) fn of_query(target: Target) -> Self {
        Self(target)
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.0.parameter(name).filter(|value| !value.is_empty())
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default()
    }
}
