//! Requests and answers, independent of the connection they travel on.

use std::borrow::Cow;

use bytes::Bytes;
use jiff::Timestamp;

use crate::time::{http_date, saturating_add_seconds};
use crate::world::Action;

/// A request that arrived completely. It has no `Debug` because it contains credentials.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Names in lower case, in order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The minor version of HTTP/1.
    pub(crate) version: u8,
}

impl Request {
    /// The target's path, as sent.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The first header of this name (given in lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let field = self.headers.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.as_str())
    }

    /// Whether the client allows further requests on the connection.
    pub(crate) fn keep_alive(&self) -> bool {
        let says = |word: &str| {
            self.headers
                .iter()
                .filter(|(name, _)| name == "connection")
                .flat_map(|(_, value)| value.split(','))
                .any(|option| option.trim().eq_ignore_ascii_case(word))
        };
        if self.version == 0 { says("keep-alive") } else { !says("close") }
    }
}

pub(crate) type Field = (Cow<'static, str>, Cow<'static, str>);

/// How the end of a body is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// As Go does: `Content-Length` up to 2048 bytes, chunked above.
    Go,
    /// Always `Content-Length`.
    Length,
    /// The end of the connection, and there is no `Date`: what Go sends if it could not read the request.
    Close,
}

/// Go buffers this much of a body; a longer one is sent chunked.
const GO_BUFFER: usize = 2048;

/// Changes to the head of an answer.
#[derive(Clone, Debug)]
pub(crate) struct HeaderEdit {
    pub(crate) set: Vec<(String, String)>,
    pub(crate) remove: Vec<String>,
    pub(crate) date_shift_secs: i64,
}

impl HeaderEdit {
    /// The edit that a fault's action asks for; `None`: the action is of another kind.
    pub(crate) fn of(action: &Action) -> Option<Self> {
        match action {
            Action::EditHeaders { set, remove, date_shift_secs } => {
                Some(Self { set: set.clone(), remove: remove.clone(), date_shift_secs: *date_shift_secs })
            }
            _ => None,
        }
    }
}

/// The media type of every answer of a handler.
pub(crate) const JSON: &str = "application/json; charset=UTF-8";

/// Status 200 with this JSON, which has to end with a line feed.
pub(crate) fn json(body: impl Into<Bytes>) -> Response {
    Response::new(200).field("Content-Type", JSON).body(body)
}

/// An answer.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) fields: Vec<Field>,
    pub(crate) body: Vec<Bytes>,
    pub(crate) framing: Framing,
    without_date: bool,
    without_length: bool,
    date_shift_secs: i64,
}

impl Response {
    pub(crate) fn new(status: u16) -> Self {
        Self {
            status,
            fields: Vec::new(),
            body: Vec::new(),
            framing: Framing::Go,
            without_date: false,
            without_length: false,
            date_shift_secs: 0,
        }
    }

    pub(crate) fn field(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.fields.push((Cow::Borrowed(name), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = vec![body.into()];
        self
    }

    /// Changes header fields, including those that are otherwise added when the answer is sent.
    pub(crate) fn edit(&mut self, edit: HeaderEdit) {
        let HeaderEdit { set, remove, date_shift_secs } = edit;
        for name in &remove {
            self.drop_fields(name);
            self.without_date |= name.eq_ignore_ascii_case("date");
            self.without_length |= name.eq_ignore_ascii_case("content-length");
        }
        for (name, value) in set {
            self.drop_fields(&name);
            self.fields.push((name.into(), value.into()));
        }
        self.date_shift_secs = self.date_shift_secs.saturating_add(date_shift_secs);
    }

    fn drop_fields(&mut self, name: &str) {
        self.fields.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// Appends white space to the body until it has this length.
    pub(crate) fn pad(&mut self, to: usize) {
        static SPACES: [u8; 64 * 1024] = [b' '; 64 * 1024];
        let mut missing = to.saturating_sub(self.body_length());
        while missing > 0 {
            let piece = missing.min(SPACES.len());
            self.body.push(Bytes::from_static(&SPACES[..piece]));
            missing -= piece;
        }
    }

    /// What Go's server itself answers if it cannot read a request.
    pub(crate) fn bad_request(detail: &str) -> Self {
        let mut response = Self::new(400)
            .field("Content-Type", "text/plain; charset=utf-8")
            .field("Connection", "close")
            .body(format!("400 Bad Request{detail}"));
        response.framing = Framing::Close;
        response
    }

    pub(crate) fn body_length(&self) -> usize {
        self.body.iter().map(Bytes::len).sum()
    }

    fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Whether the answer announces that the connection ends.
    pub(crate) fn says_close(&self) -> bool {
        self.framing == Framing::Close
            || self
                .fields
                .iter()
                .any(|(name, value)| name.eq_ignore_ascii_case("connection") && value.eq_ignore_ascii_case("close"))
    }

    /// Whether the body ends where the connection ends.
    pub(crate) fn ends_with_connection(&self, payload: Payload, request: &Request) -> bool {
        payload == Payload::Plain && self.is_unframed(request)
    }

    /// Whether the head says nothing about the body's length.
    fn is_unframed(&self, request: &Request) -> bool {
        let too_long = self.framing == Framing::Go && self.body_length() > GO_BUFFER && request.version == 0;
        self.framing == Framing::Close || too_long || self.is_stripped()
    }

    /// Whether a fault removed the length.
    fn is_stripped(&self) -> bool {
        self.without_length && !self.has("content-length") && self.may_have_body()
    }

    /// Whether an answer of this status has a body at all.
    fn may_have_body(&self) -> bool {
        !matches!(self.status, 100..200 | 204 | 304)
    }

    /// Writes everything before the body. Returns how to send the body.
    pub(crate) fn write_head(&self, out: &mut Vec<u8>, request: &Request, now: Timestamp, close: bool) -> Payload {
        let mut line = |text: &str| out.extend_from_slice(text.as_bytes());
        line(if request.version == 0 { "HTTP/1.0 " } else { "HTTP/1.1 " });
        line(&self.status.to_string());
        line(" ");
        line(reason(self.status));
        for (name, value) in &self.fields {
            line("\r\n");
            line(name);
            line(": ");
            line(value);
        }
        if self.framing != Framing::Close && !self.has("date") && !self.without_date {
            line("\r\nDate: ");
            line(&http_date(saturating_add_seconds(now, self.date_shift_secs)));
        }
        let length = self.body_length();
        let unframed = self.is_unframed(request);
        let own_length = self.has("content-length") || self.has("transfer-encoding");
        let chunked = self.framing == Framing::Go && length > GO_BUFFER && !unframed && !own_length;
        if chunked {
            line("\r\nTransfer-Encoding: chunked");
        } else if !unframed && !own_length && self.may_have_body() {
            line("\r\nContent-Length: ");
            line(&length.to_string());
        }
        // A fault that removed the length does not announce the end of the connection either.
        if (close || unframed) && !self.says_close() && !self.is_stripped() {
            line("\r\nConnection: close");
        } else if request.version == 0 && !close && !unframed {
            line("\r\nConnection: keep-alive");
        }
        line("\r\n\r\n");
        if request.method == "HEAD" || !self.may_have_body() {
            Payload::Nothing
        } else if chunked {
            Payload::OneChunk
        } else {
            Payload::Plain
        }
    }
}

/// How a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    Nothing,
    Plain,
    /// Go sends a large body as one chunk.
    OneChunk,
}

fn reason(status: u16) -> &'static str {
    match status {
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        412 => "Precondition Failed",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}
