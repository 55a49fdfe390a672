//! Just enough HTTP/1.1 for a proxy that knows where a message ends.

use std::io::{self, Read};

/// The largest message that is read.
const LARGEST: usize = 4 * 1024 * 1024;

/// A complete request or answer, as it came.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) bytes: Vec<u8>,
    head: usize,
}

/// Reads one message; `None` if the stream ends before it begins. What was read beyond it stays in `rest`.
pub(crate) fn read(stream: &mut impl Read, rest: &mut Vec<u8>) -> io::Result<Option<Message>> {
    let mut bytes = std::mem::take(rest);
    let mut chunk = [0; 8192];
    loop {
        if let Some(end) = end(&bytes)? {
            *rest = bytes.split_off(end);
            let head = head_length(&bytes).unwrap_or(bytes.len());
            return Ok(Some(Message { bytes, head }));
        }
        if bytes.len() > LARGEST {
            return Err(io::Error::other("the message is too large"));
        }
        match stream.read(&mut chunk)? {
            0 if bytes.is_empty() => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Where the message ends, once all of it is there.
fn end(bytes: &[u8]) -> io::Result<Option<usize>> {
    let Some(head_length) = head_length(bytes) else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..head_length]).map_err(io::Error::other)?;
    if field(head, "transfer-encoding").is_some() {
        return Ok(chunks(&bytes[head_length..])?.map(|(length, _)| head_length + length));
    }
    let length = field(head, "content-length").map_or(Ok(0), str::parse::<usize>).map_err(io::Error::other)?;
    Ok((bytes.len() >= head_length + length).then_some(head_length + length))
}

/// The length of a chunked body and what it contains, once all of it is there.
fn chunks(body: &[u8]) -> io::Result<Option<(usize, Vec<u8>)>> {
    let (mut at, mut plain) = (0, Vec::new());
    loop {
        let Some(line) = body[at..].windows(2).position(|window| window == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&body[at..at + line]).map_err(io::Error::other)?;
        let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
        let from = at + line + 2;
        if body.len() < from + size + 2 {
            return Ok(None);
        }
        plain.extend_from_slice(&body[from..from + size]);
        at = from + size + 2;
        if size == 0 {
            return Ok(Some((at, plain)));
        }
    }
}

impl Message {
    pub(crate) fn head(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.head]).unwrap_or_default()
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[self.head..]
    }

    /// The body without its chunks' framing.
    pub(crate) fn plain_body(&self) -> Vec<u8> {
        match field(self.head(), "transfer-encoding") {
            Some(_) => chunks(self.body()).ok().flatten().map(|(_, plain)| plain).unwrap_or_default(),
            None => self.body().to_vec(),
        }
    }

    pub(crate) fn head_length(&self) -> usize {
        self.head
    }

    pub(crate) fn method_and_target(&self) -> (&str, &str) {
        let mut words = self.head().split(' ');
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    pub(crate) fn status(&self) -> u16 {
        self.head().split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The secret in the `Authorization` header.
    pub(crate) fn credential(&self) -> &str {
        let value = field(self.head(), "authorization").unwrap_or_default();
        value.split_once(' ').map_or(value, |(_, secret)| secret)
    }

    /// The same message with another `Date`, or without one.
    pub(crate) fn with_date(&self, change: impl Fn(&str) -> Option<String>) -> Vec<u8> {
        let mut out = String::new();
        for line in self.head().trim_end().lines() {
            match line.split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("date") => {
                    if let Some(date) = change(value.trim()) {
                        out.push_str(&format!("Date: {date}\r\n"));
                    }
                }
                _ => out.push_str(&format!("{line}\r\n")),
            }
        }
        out.push_str("\r\n");
        let mut bytes = out.into_bytes();
        bytes.extend_from_slice(self.body());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> (Message, Vec<u8>) {
        let mut rest = Vec::new();
        let message = read(&mut text.as_bytes(), &mut rest).expect("read").expect("a message");
        (message, rest)
    }

    #[test]
    fn a_message_ends_where_its_length_or_its_chunks_say() {
        let (request, rest) = message("POST /x HTTP/1.1\r\nAuthorization: Token s\r\nContent-Length: 2\r\n\r\nabGET");
        assert_eq!((request.body(), rest.as_slice()), (&b"ab"[..], &b"GET"[..]));
        assert_eq!((request.method_and_target(), request.credential()), (("POST", "/x"), "s"));
        let (answer, rest) =
            message("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nHTTP");
        assert_eq!((answer.plain_body(), rest.as_slice()), (b"abcde".to_vec(), &b"HTTP"[..]));
        assert_eq!(answer.status(), 200);
    }

    #[test]
    fn a_message_that_breaks_off_is_an_error() {
        assert!(read(&mut &b"GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab"[..], &mut Vec::new()).is_err());
        assert!(read(&mut &b""[..], &mut Vec::new()).expect("read").is_none());
    }

    #[test]
    fn a_date_is_changed_or_left_out() {
        let (answer, _) = message("HTTP/1.1 200 OK\r\nDate: then\r\nContent-Length: 1\r\n\r\nx");
        assert!(String::from_utf8_lossy(&answer.with_date(|_| Some("now".into()))).contains("\r\nDate: now\r\n"));
        let without = answer.with_date(|_| None);
        assert!(!String::from_utf8_lossy(&without).contains("Date") && without.ends_with(b"\r\n\r\nx"));
    }
}
