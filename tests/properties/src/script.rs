//! An input of the target `answers`: an operation, and the answers that the server gives to its requests.
//!
//! ```text
//! get_token retries
//! 200
//! content-type: application/json
//!
//! {"id":"token","name":"ci", …}
//! %%
//! 500
//! ```
//!
//! A status line may also be written out, as `HTTP/1.1 200 OK`. `{{name}}` in a body stands for the name of the last create.

/// What a client is asked to do, and what it gets.
pub(crate) struct Script<'a> {
    pub(crate) operation: &'a str,
    /// Whether requests may be sent again.
    pub(crate) retries: bool,
    pub(crate) answers: Vec<Answer>,
}

/// One answer, as bytes.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status_line: Vec<u8>,
    pub(crate) headers: Vec<Vec<u8>>,
    pub(crate) body: Vec<u8>,
}

/// More answers than any operation asks for.
const MOST_ANSWERS: usize = 12;

impl<'a> Script<'a> {
    pub(crate) fn parse(data: &'a [u8]) -> Option<Self> {
        let (first, rest) = split_once(data, b"\n").unwrap_or((data, b""));
        let mut words = std::str::from_utf8(first).ok()?.split_whitespace();
        let operation = words.next()?;
        let retries = words.any(|word| word == "retries");
        let mut answers = Vec::new();
        let mut rest = Some(rest);
        while let Some(text) = rest.filter(|text| !text.is_empty()) {
            if answers.len() == MOST_ANSWERS {
                break;
            }
            let (answer, next) = match split_once(text, b"\n%%\n") {
                Some((answer, next)) => (answer, Some(next)),
                None => (text, None),
            };
            answers.push(Answer::parse(answer));
            rest = next;
        }
        Some(Script { operation, retries, answers })
    }
}

impl Answer {
    fn parse(text: &[u8]) -> Self {
        let (head, body) = split_once(text, b"\n\n").unwrap_or((text, b""));
        let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::to_vec);
        let status = lines.next().unwrap_or_default();
        let status_line =
            if status.starts_with(b"HTTP/") { status } else { [b"HTTP/1.1 ", status.as_slice(), b" Status"].concat() };
        Answer { status_line, headers: lines.collect(), body: body.to_vec() }
    }

    /// The bytes that are sent, and whether the connection must end after them.
    pub(crate) fn bytes(&self, name: &str) -> (Vec<u8>, bool) {
        let mut bytes = self.status_line.clone();
        bytes.extend_from_slice(b"\r\n");
        for header in &self.headers {
            bytes.extend_from_slice(header);
            bytes.extend_from_slice(b"\r\n");
        }
        let body = self.body(name);
        // Where the input says itself how long the body is, only the end of the connection is certain.
        let is_framed = self.headers.iter().any(|header| {
            let header = header.to_ascii_lowercase();
            header.starts_with(b"content-length") || header.starts_with(b"transfer-encoding")
        });
        if !is_framed {
            bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&body);
        let is_plain = matches!(self.status_line.get(9), Some(b'2'..=b'5'))
            && self.status_line.starts_with(b"HTTP/1.1 ")
            && !self.status_line.starts_with(b"HTTP/1.1 204")
            && !self.status_line.starts_with(b"HTTP/1.1 304");
        (bytes, is_framed || !is_plain)
    }

    /// The body as it is sent. `name` is the name in the last create, as JSON without its quotes.
    pub(crate) fn body(&self, name: &str) -> Vec<u8> {
        const NAME: &[u8] = b"{{name}}";
        let mut body = Vec::with_capacity(self.body.len());
        let mut rest = self.body.as_slice();
        while let Some((before, after)) = split_once(rest, NAME) {
            body.extend_from_slice(before);
            body.extend_from_slice(name.as_bytes());
            rest = after;
        }
        body.extend_from_slice(rest);
        body
    }
}

fn split_once<'a>(text: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let found = text.windows(at.len()).position(|window| window == at)?;
    Some((&text[..found], &text[found + at.len()..]))
}
