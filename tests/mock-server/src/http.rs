//! Requests and answers, apart from the connection they travel on.

use std::borrow::Cow;

use bytes::Bytes;
use jiff::Timestamp;

use crate::time::http_date;

/// A request that arrived whole. It has no `Debug`: credentials are in it.
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
    /// The first header of this name (given in lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let field = self.headers.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.as_str())
    }

    /// Whether the client lets the connection live on.
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

/// How an answer's length is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// As Go does: the length up to 2048 bytes, chunked beyond.
    Go,
    /// Always the length.
    Length,
    /// Neither; the connection's end is the body's, and there is no date. What Go sends for what it could not read.
    Close,
}

/// Go buffers this much before it gives up on telling the length.
const GO_BUFFER: usize = 2048;

/// An answer.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) fields: Vec<Field>,
    pub(crate) body: Vec<Bytes>,
    pub(crate) framing: Framing,
}

impl Response {
    pub(crate) fn new(status: u16) -> Self {
        Self { status, fields: Vec::new(), body: Vec::new(), framing: Framing::Go }
    }

    pub(crate) fn field(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.fields.push((Cow::Borrowed(name), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = vec![body.into()];
        self
    }

    /// What Go's server says by itself to what it cannot read.
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

    /// Whether the answer itself says that the connection ends.
    pub(crate) fn says_close(&self) -> bool {
        self.framing == Framing::Close
            || self
                .fields
                .iter()
                .any(|(name, value)| name.eq_ignore_ascii_case("connection") && value.eq_ignore_ascii_case("close"))
    }

    /// Whether only the connection's end tells where the body ends.
    pub(crate) fn ends_with_connection(&self, payload: Payload, request: &Request) -> bool {
        let too_long = self.framing == Framing::Go && self.body_length() > GO_BUFFER && request.version == 0;
        payload == Payload::Plain && (self.framing == Framing::Close || too_long)
    }

    /// Whether an answer of this status has a body at all.
    fn may_have_body(&self) -> bool {
        !matches!(self.status, 100..200 | 204 | 304)
    }

    /// Writes everything before the body, and says how the body is to be sent.
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
        if self.framing != Framing::Close && !self.has("date") {
            line("\r\nDate: ");
            line(&http_date(now));
        }
        let length = self.body_length();
        let chunked = self.framing == Framing::Go && length > GO_BUFFER && request.version > 0;
        let unsaid = self.framing == Framing::Close || (length > GO_BUFFER && self.framing == Framing::Go && !chunked);
        let own_length = self.has("content-length") || self.has("transfer-encoding");
        if chunked {
            line("\r\nTransfer-Encoding: chunked");
        } else if !unsaid && !own_length && self.may_have_body() {
            line("\r\nContent-Length: ");
            line(&length.to_string());
        }
        if (close || unsaid) && !self.says_close() {
            line("\r\nConnection: close");
        } else if request.version == 0 && !close && !unsaid {
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
    /// Go hands a large body on as one chunk.
    OneChunk,
}

fn reason(status: u16) -> &'static str {
    match status {
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
        409 => "Conflict",
        412 => "Precondition Failed",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unnamed",
    }
}
