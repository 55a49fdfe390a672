//! One request on its way to the server, and the answer on its way back, with what goes wrong.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::http::{self, Message};
use crate::link::{Link, Run, Server, reset, wait_for_end, write_first};
use crate::story::{Fault, Form, Moment, On};
use crate::wire::Exchange;

/// Where redirects point: nothing is there.
pub(crate) const ELSEWHERE: &str = "/elsewhere";

/// The longest that a connection without an answer is kept open.
const STALL: Duration = Duration::from_secs(20);

/// The pause between two bytes of a slow body: shorter than the silence that clients allow.
const DRIP: Duration = Duration::from_millis(30);

/// Passes a request on. Says whether the connection can take another one.
pub(crate) fn pass_on(
    link: &Link,
    run: &Run,
    request: &Message,
    client: &mut TcpStream,
    server: &mut Server,
) -> io::Result<bool> {
    let (method, target) = request.method_and_target();
    if target.starts_with(ELSEWHERE) {
        run.wire.followed_redirect(method);
    }
    let on = match method {
        "POST" => On::Post,
        "DELETE" => On::Delete,
        _ => On::Get,
    };
    let fault = link.next_fault(on);
    link.reached(Moment::Sent, request);
    let mut passing = Passing { link, run, request, client, server };
    match fault {
        None => passing.whole(Duration::ZERO, true),
        Some(fault) => passing.broken(fault),
    }
}

struct Passing<'a> {
    link: &'a Link,
    run: &'a Run,
    request: &'a Message,
    client: &'a mut TcpStream,
    server: &'a mut Server,
}

impl Passing<'_> {
    /// Lets the server act, and takes its answer.
    fn act(&mut self) -> io::Result<(Message, usize)> {
        let (stream, rest) = match &mut *self.server {
            Some(open) => open,
            closed => {
                let stream = TcpStream::connect(self.run.server)?;
                stream.set_nodelay(true)?;
                closed.insert((stream, Vec::new()))
            }
        };
        stream.write_all(&self.request.bytes)?;
        let answer = http::read(stream, rest)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let number = self.run.wire.answered(Exchange::new(self.run.client, self.request, &answer));
        self.link.reached(Moment::Acted, self.request);
        Ok((answer, number))
    }

    /// Lets the server act, and sends all of its answer on.
    fn whole(&mut self, hold: Duration, undisturbed: bool) -> io::Result<bool> {
        let (answer, number) = self.act()?;
        thread::sleep(hold);
        self.run.wire.delivered(number, undisturbed);
        self.client.write_all(&answer.bytes)?;
        Ok(true)
    }

    fn broken(&mut self, fault: Fault) -> io::Result<bool> {
        match fault {
            Fault::Refuse => Ok(false),
            Fault::CutRequest { at, reset: with_reset } => {
                if at >= self.request.bytes.len() {
                    self.act()?;
                } else {
                    let mut stream = TcpStream::connect(self.run.server)?;
                    write_first(&mut stream, &self.request.bytes, at)?;
                }
                self.end(with_reset)
            }
            Fault::DelayRequest { ms } => {
                thread::sleep(Duration::from_millis(ms));
                self.whole(Duration::ZERO, false)
            }
            Fault::HoldAnswer { ms } => self.whole(Duration::from_millis(ms), false),
            Fault::CutAnswer { at, reset: with_reset } => {
                let (answer, number) = self.act()?;
                if write_first(self.client, &answer.bytes, at)? {
                    self.run.wire.delivered(number, false);
                }
                self.end(with_reset)
            }
            Fault::Stall { act } => {
                if act {
                    self.act()?;
                }
                wait_for_end(self.client, STALL)?;
                Ok(false)
            }
            Fault::Answer { status, form, act } => {
                if act {
                    self.act()?;
                }
                self.client.write_all(&answer(status, form, self.request.credential()))?;
                Ok(true)
            }
            Fault::Redirect { status } => {
                let (_, target) = self.request.method_and_target();
                let head =
                    format!("HTTP/1.1 {status} Moved\r\nLocation: {ELSEWHERE}{target}\r\nContent-Length: 0\r\n\r\n");
                self.client.write_all(head.as_bytes())?;
                Ok(true)
            }
            Fault::ShiftDate { secs } => self.with_date(|date| shifted(date, secs)),
            Fault::NoDate => self.with_date(|_| None),
            Fault::CloseAfter => {
                self.whole(Duration::ZERO, false)?;
                Ok(false)
            }
            Fault::Drip { ms } => self.drip(Duration::from_millis(ms)),
        }
    }

    fn end(&mut self, with_reset: bool) -> io::Result<bool> {
        if with_reset {
            reset(self.client);
        } else {
            self.client.shutdown(Shutdown::Both)?;
        }
        Ok(false)
    }

    fn with_date(&mut self, change: impl Fn(&str) -> Option<String>) -> io::Result<bool> {
        let (answer, number) = self.act()?;
        self.run.wire.delivered(number, false);
        self.client.write_all(&answer.with_date(change))?;
        Ok(true)
    }

    fn drip(&mut self, limit: Duration) -> io::Result<bool> {
        let (answer, number) = self.act()?;
        let end = Instant::now() + limit;
        self.client.write_all(answer.head().as_bytes())?;
        for byte in &answer.bytes[answer.head_length()..] {
            if Instant::now() >= end {
                return Ok(false);
            }
            thread::sleep(DRIP);
            self.client.write_all(&[*byte])?;
        }
        self.run.wire.delivered(number, false);
        Ok(true)
    }
}

fn shifted(date: &str, secs: i64) -> Option<String> {
    let at = httpdate::parse_http_date(date).ok()?;
    let by = Duration::from_secs(secs.unsigned_abs());
    let at = if secs < 0 { at.checked_sub(by) } else { at.checked_add(by) };
    at.map(httpdate::fmt_http_date)
}

fn answer(status: u16, form: Form, credential: &str) -> Vec<u8> {
    let (kind, body) = match form {
        Form::Html => ("text/html", "<!doctype html><title>Log in</title>".to_owned()),
        Form::Text => ("text/plain", "no healthy upstream".to_owned()),
        // A 404 without `code` is not NetBird's, but a 401 and a 403 may be.
        Form::ForeignJson if status == 404 => {
            ("application/json", r#"{"message":"no Route matched with those values"}"#.to_owned())
        }
        Form::ForeignJson => ("application/json", format!(r#"{{"error":"denied","status":{status}}}"#)),
        Form::Own => ("application/json", format!(r#"{{"message":"internal server error","code":{status}}}"#)),
        Form::Echo => {
            ("application/json", format!(r#"{{"message":"bad header: Token {credential}","code":{status}}}"#))
        }
    };
    format!(
        "HTTP/1.1 {status} Answer\r\nContent-Type: {kind}\r\nX-Request-Id: {}\r\nContent-Length: {}\r\n\r\n{body}",
        if form == Form::Echo { credential } else { "gateway" },
        body.len()
    )
    .into_bytes()
}
