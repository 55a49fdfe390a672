//! One connection: requests read from it, answers written to it byte by byte, and the faults that break it.
//!
//! The head of a request is parsed by `httparse`; the rest is done here, because what a test asks for (a target that is
//! no URI, a body cut at a byte, an answer without the connection's end being told) is what an HTTP server prevents.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::control;
use crate::gojson::mend_utf8;
use crate::http::{Framing, Payload, Request, Response};
use crate::log::EntryId;
use crate::routes;
use crate::server::Core;
use crate::world::Action;

/// The longest head that is read, as Go's.
const MAX_HEAD: usize = 1 << 20;
const MAX_FIELDS: usize = 128;
/// Answers up to this are written in one piece.
const ONE_WRITE: usize = 16 * 1024;
/// How long a refused client may take to read why.
const LINGER: Duration = Duration::from_millis(500);

/// Which of the two servers a connection belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Api,
    Control,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// In order; TLS says goodbye.
    Shut,
    /// In order, and what the client still sends is read, so that it gets the answer rather than a reset.
    Linger,
    /// Without a word: FIN.
    Drop,
    /// Without a word: RST.
    Reset,
}

/// What the server keeps of an open connection, to close it from outside.
#[derive(Default)]
pub(crate) struct Link {
    idle: AtomicBool,
    close: Notify,
    closed: Notify,
}

impl Link {
    /// Tells an idle connection to close. Says whether it was idle.
    pub(crate) fn close_if_idle(&self) -> bool {
        let idle = self.idle.swap(false, Ordering::AcqRel);
        if idle {
            self.close.notify_one();
        }
        idle
    }

    /// Waits until the connection is closed; for the one who closed it.
    pub(crate) async fn wait_closed(&self) {
        self.closed.notified().await;
    }

    pub(crate) fn mark_closed(&self) {
        self.closed.notify_one();
    }
}

/// Why no request came.
enum NoRequest {
    End(End),
    Bad(&'static str),
    Unsupported,
}

impl From<io::Error> for NoRequest {
    fn from(_: io::Error) -> Self {
        Self::End(End::Drop)
    }
}

/// How an answer is sent.
#[derive(Clone, Copy)]
enum Mode {
    Whole,
    Cut(usize),
    Drip { bytes: usize, every: Duration },
}

/// Serves until the connection ends, and says how to end it.
pub(crate) async fn serve<S>(io: &mut S, core: &Core, number: u64, link: &Link, service: Service) -> End
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut connection = Connection { io, input: BytesMut::with_capacity(4096), output: Vec::with_capacity(4096) };
    loop {
        let request = match connection.read_request(link).await {
            Ok(request) => Arc::new(request),
            Err(NoRequest::End(end)) => return end,
            Err(NoRequest::Bad(detail)) => return connection.refuse(Response::bad_request(detail)).await,
            Err(NoRequest::Unsupported) => {
                let mut response = Response::bad_request("");
                response.status = 501;
                response.body = vec![Bytes::from_static(b"Unsupported transfer encoding")];
                return connection.refuse(response).await;
            }
        };
        let end = match service {
            Service::Api => connection.api(core, number, &request).await,
            Service::Control => {
                let response = control::answer(core, &request).await;
                let now = jiff::Timestamp::now();
                connection.send(response, &request, now, Mode::Whole).await
            }
        };
        match end {
            Ok(None) => {}
            Ok(Some(end)) => return end,
            Err(_) => return End::Drop,
        }
    }
}

struct Connection<'a, S> {
    io: &'a mut S,
    input: BytesMut,
    output: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<'_, S> {
    /// Logs the request, lets a fault have its way, acts and answers. `None`: the connection lives on.
    async fn api(&mut self, core: &Core, number: u64, request: &Arc<Request>) -> io::Result<Option<End>> {
        // Made before the request is logged: a test may release it as soon as it sees it.
        let released = core.released();
        let (entry, action) = {
            let mut state = core.state();
            let entry = state.log.arrived(number, Arc::clone(request));
            (entry, state.faults.take(&request.method, &request.target))
        };
        let act = || routes::answer(&mut core.state(), request);
        let mut mode = Mode::Whole;
        let mut end_after = None;
        let response = match action {
            None => act(),
            Some(Action::Delay { ms }) => {
                sleep(Duration::from_millis(ms)).await;
                act()
            }
            Some(Action::DelayAnswer { ms }) => {
                let response = act();
                sleep(Duration::from_millis(ms)).await;
                response
            }
            Some(Action::Hold {}) => {
                released.await;
                act()
            }
            Some(Action::HoldAnswer {}) => {
                let response = act();
                released.await;
                response
            }
            Some(Action::DropBefore { reset }) => return Ok(Some(dropped(reset))),
            Some(Action::DropAfter { reset }) => {
                act();
                return Ok(Some(dropped(reset)));
            }
            Some(Action::CutBody { at }) => {
                mode = Mode::Cut(at);
                end_after = Some(End::Drop);
                act()
            }
            Some(Action::Answer { status, headers, body, act: acts }) => {
                if acts {
                    act();
                }
                let mut response = Response::new(status).body(body);
                response.framing = Framing::Length;
                response.fields = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
                response
            }
            Some(Action::Redirect { status, location }) => Response::new(status).field("Location", location),
            Some(Action::Drip { bytes, every_ms }) => {
                mode = Mode::Drip { bytes: bytes.max(1), every: Duration::from_millis(every_ms) };
                act()
            }
            Some(Action::CloseAfter {}) => {
                end_after = Some(End::Shut);
                act()
            }
            Some(Action::Pad { to }) => padded(act(), to),
        };
        let now = Self::note(core, entry, response.status);
        let end = self.send(response, request, now, mode).await?;
        Ok(end_after.or(end))
    }

    /// Notes the status before any of the answer is on its way, so that a client that has it finds it noted.
    fn note(core: &Core, entry: EntryId, status: u16) -> jiff::Timestamp {
        let mut state = core.state();
        state.log.answered(entry, status);
        state.now()
    }

    async fn send(
        &mut self,
        response: Response,
        request: &Request,
        now: jiff::Timestamp,
        mode: Mode,
    ) -> io::Result<Option<End>> {
        let close = !request.keep_alive();
        self.output.clear();
        let payload = response.write_head(&mut self.output, request, now, close);
        let length = response.body_length();
        let tail: &[u8] = if payload == Payload::OneChunk { b"\r\n0\r\n\r\n" } else { b"" };
        if payload == Payload::OneChunk {
            self.output.extend_from_slice(format!("{length:x}\r\n").as_bytes());
        }
        let ends = close || response.says_close() || response.ends_with_connection(payload, request);
        let linger = response.framing == Framing::Close;
        let body = if payload == Payload::Nothing { Vec::new() } else { response.body };
        match mode {
            Mode::Whole if length <= ONE_WRITE => {
                body.iter().for_each(|piece| self.output.extend_from_slice(piece));
                self.output.extend_from_slice(tail);
                self.io.write_all(&self.output).await?;
            }
            Mode::Whole => {
                self.io.write_all(&self.output).await?;
                for piece in &body {
                    self.io.write_all(piece).await?;
                }
                self.io.write_all(tail).await?;
            }
            Mode::Cut(at) => {
                let body = body.concat();
                let whole = at >= body.len();
                self.output.extend_from_slice(&body[..at.min(body.len())]);
                self.output.extend_from_slice(if whole { tail } else { b"" });
                self.io.write_all(&self.output).await?;
            }
            Mode::Drip { bytes, every } => {
                self.io.write_all(&self.output).await?;
                self.io.flush().await?;
                for piece in body.concat().chunks(bytes) {
                    sleep(every).await;
                    self.io.write_all(piece).await?;
                    self.io.flush().await?;
                }
                self.io.write_all(tail).await?;
            }
        }
        self.io.flush().await?;
        let end = if linger { End::Linger } else { End::Shut };
        Ok(ends.then_some(end))
    }

    /// Answers a request that could not be read, and ends.
    async fn refuse(&mut self, response: Response) -> End {
        let unread =
            Request { method: String::new(), target: String::new(), headers: Vec::new(), body: Vec::new(), version: 1 };
        let sent = self.send(response, &unread, jiff::Timestamp::now(), Mode::Whole).await;
        if sent.is_ok() { End::Linger } else { End::Drop }
    }

    async fn read_request(&mut self, link: &Link) -> Result<Request, NoRequest> {
        if self.input.is_empty() {
            link.idle.store(true, Ordering::Release);
            let read = tokio::select! {
                biased;
                () = link.close.notified() => return Err(NoRequest::End(End::Shut)),
                read = self.io.read_buf(&mut self.input) => read?,
            };
            // Somebody who closes idle connections may have come first.
            if !link.idle.swap(false, Ordering::AcqRel) || read == 0 {
                return Err(NoRequest::End(End::Shut));
            }
        }
        let mut request = loop {
            if let Some(request) = self.parse_head()? {
                break request;
            }
            if self.input.len() > MAX_HEAD {
                return Err(NoRequest::Bad(""));
            }
            self.fill().await?;
        };
        self.read_body(&mut request).await?;
        Ok(request)
    }

    async fn fill(&mut self) -> Result<(), NoRequest> {
        if self.io.read_buf(&mut self.input).await? == 0 {
            return Err(NoRequest::End(End::Drop));
        }
        Ok(())
    }

    fn parse_head(&mut self) -> Result<Option<Request>, NoRequest> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut head = httparse::Request::new(&mut fields);
        let length = match head.parse(&self.input) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(NoRequest::Bad("")),
        };
        let request = Request {
            method: head.method.unwrap_or_default().to_owned(),
            target: head.path.unwrap_or_default().to_owned(),
            headers: head
                .headers
                .iter()
                .map(|field| (field.name.to_ascii_lowercase(), mend_utf8(field.value).into_owned()))
                .collect(),
            body: Vec::new(),
            version: head.version.unwrap_or(1),
        };
        self.input.advance(length);
        let hosts = request.headers.iter().filter(|(name, _)| name == "host").count();
        match hosts {
            0 if request.version > 0 => Err(NoRequest::Bad(": missing required Host header")),
            0 | 1 => Ok(Some(request)),
            _ => Err(NoRequest::Bad(": too many Host headers")),
        }
    }

    async fn read_body(&mut self, request: &mut Request) -> Result<(), NoRequest> {
        let coding = request.header("transfer-encoding").map(str::to_ascii_lowercase);
        let length = match (coding.as_deref(), request.header("content-length")) {
            (Some("chunked"), _) => None,
            (Some(_), _) => return Err(NoRequest::Unsupported),
            (None, None) => return Ok(()),
            (None, Some(text)) => match text.parse::<usize>() {
                Ok(length) if text.bytes().all(|b| b.is_ascii_digit()) => Some(length),
                _ => return Err(NoRequest::Bad("")),
            },
        };
        let expects = request.header("expect");
        if self.input.is_empty() && expects.is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
            self.io.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            self.io.flush().await?;
        }
        match length {
            Some(length) => {
                self.fill_to(length).await?;
                request.body = self.input.split_to(length).to_vec();
            }
            None => request.body = self.read_chunks().await?,
        }
        Ok(())
    }

    async fn fill_to(&mut self, length: usize) -> Result<(), NoRequest> {
        while self.input.len() < length {
            self.fill().await?;
        }
        Ok(())
    }

    async fn read_chunks(&mut self) -> Result<Vec<u8>, NoRequest> {
        let mut body = Vec::new();
        loop {
            let (line, size) = loop {
                match httparse::parse_chunk_size(&self.input) {
                    Ok(httparse::Status::Complete(found)) => break found,
                    Ok(httparse::Status::Partial) => self.fill().await?,
                    Err(_) => return Err(NoRequest::Bad("")),
                }
            };
            self.input.advance(line);
            if size == 0 {
                self.skip_trailers().await?;
                return Ok(body);
            }
            let size = usize::try_from(size).map_err(|_| NoRequest::Bad(""))?;
            let with_end = size.checked_add(2).ok_or(NoRequest::Bad(""))?;
            self.fill_to(with_end).await?;
            body.extend_from_slice(&self.input[..size]);
            if &self.input[size..with_end] != b"\r\n" {
                return Err(NoRequest::Bad(""));
            }
            self.input.advance(with_end);
        }
    }

    async fn skip_trailers(&mut self) -> Result<(), NoRequest> {
        loop {
            match self.input.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    let empty = matches!(&self.input[..end], b"" | b"\r");
                    self.input.advance(end + 1);
                    if empty {
                        return Ok(());
                    }
                }
                None => self.fill().await?,
            }
        }
    }
}

/// Reads what a refused client still sends, for a while.
pub(crate) async fn drain<S: AsyncRead + Unpin>(io: &mut S) {
    let mut scrap = [0; 4096];
    let drained = async { while matches!(io.read(&mut scrap).await, Ok(1..)) {} };
    // Running out of time is as good as reaching the end.
    let _ = timeout(LINGER, drained).await;
}

fn dropped(reset: bool) -> End {
    if reset { End::Reset } else { End::Drop }
}

/// Adds white space after the body until it has this length.
fn padded(mut response: Response, to: usize) -> Response {
    static SPACES: [u8; 64 * 1024] = [b' '; 64 * 1024];
    let mut missing = to.saturating_sub(response.body_length());
    while missing > 0 {
        let piece = missing.min(SPACES.len());
        response.body.push(Bytes::from_static(&SPACES[..piece]));
        missing -= piece;
    }
    response
}
