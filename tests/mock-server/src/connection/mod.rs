//! One connection: requests are read from it, answers are written to it byte by byte, and faults break it.
//!
//! `httparse` parses the head of a request; the rest of HTTP/1.1 is here, because tests need what an HTTP server library
//! prevents: a target that is not a URI, a body cut at a byte, a connection that ends without notice.

mod input;
mod output;
mod stream;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::sleep;

use crate::control;
use crate::faults::Applied;
use crate::http::{Framing, Request, Response};
use crate::identity;
use crate::link::{End, Link};
use crate::log::EntryId;
use crate::routes;
use crate::shared::Core;
use crate::world::Action;

use input::NoRequest;
use output::Mode;
use stream::Connection;

/// Which of the two servers a connection belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Api,
    Control,
}

/// Serves until the connection ends. Returns how to end it.
pub(crate) async fn serve<S>(io: &mut S, core: &Core, number: u64, link: &Link, service: Service) -> End
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut connection = Connection { io, input: BytesMut::with_capacity(4096), output: Vec::with_capacity(4096) };
    loop {
        let request = match connection.read_request(link).await {
            Ok(request) => Arc::new(request),
            Err(NoRequest::End(end)) => return end,
            Err(NoRequest::Lost(_)) => return End::Drop,
            Err(NoRequest::Bad(detail)) => return connection.refuse(Response::bad_request(detail)).await,
            Err(NoRequest::Unsupported) => {
                let mut refusal = Response::bad_request("").body("Unsupported transfer encoding");
                refusal.status = 501;
                return connection.refuse(refusal).await;
            }
        };
        let end = match service {
            Service::Api => connection.api(core, number, &request).await,
            Service::Control => {
                let response = control::answer(core, &request).await;
                connection.send(response, &request, jiff::Timestamp::now(), Mode::Whole).await
            }
        };
        match end {
            Ok(None) => {}
            Ok(Some(end)) => return end,
            Err(_) => return End::Drop,
        }
    }
}

/// An answer, how to send it, and whether the connection ends after it.
struct Reply {
    response: Response,
    mode: Mode,
    end: Option<End>,
}

impl Reply {
    fn whole(response: Response) -> Self {
        Self { response, mode: Mode::Whole, end: None }
    }
}

/// What to do after a request was handled.
enum Outcome {
    Reply(Reply),
    /// Write this text, whatever it is, then close.
    Raw(String),
    End(End),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<'_, S> {
    /// Logs the request, applies faults, acts and answers. `None`: the connection stays open.
    async fn api(&mut self, core: &Core, number: u64, request: &Arc<Request>) -> io::Result<Option<End>> {
        // Made before the request is logged: a test may release it as soon as it sees it.
        let released = core.released();
        let (entry, applied) = {
            let mut state = core.state();
            let entry = state.log.arrived(number, Arc::clone(request));
            (entry, state.faults.take(&request.method, &request.target))
        };
        let Applied { action, edits } = applied;
        match handle(core, request, action, released).await {
            Outcome::End(end) => Ok(Some(end)),
            Outcome::Raw(text) => {
                if let Some(status) = status_of(&text) {
                    note(core, entry, status);
                }
                self.write_raw(&text).await?;
                Ok(Some(End::Shut))
            }
            Outcome::Reply(Reply { mut response, mode, end: end_after }) => {
                for edit in edits {
                    response.edit(edit);
                }
                let now = note(core, entry, response.status);
                let end = self.send(response, request, now, mode).await?;
                Ok(end_after.or(end))
            }
        }
    }
}

fn respond(core: &Core, request: &Request) -> Response {
    let mut state = core.state();
    let answer = identity::answer(&mut state, || core.url(), request);
    answer.unwrap_or_else(|| routes::answer(&mut state, request))
}

/// Acts on a request as the fault's action says.
async fn handle(
    core: &Core,
    request: &Arc<Request>,
    action: Option<Action>,
    released: impl Future<Output = ()>,
) -> Outcome {
    if action.as_ref().is_none_or(Action::acts) && identity::hangs(&mut core.state(), request) {
        released.await;
        return Outcome::End(dropped(false));
    }
    let act = || respond(core, request);
    let reply = match action {
        // `Faults::take` returns header edits apart from the action.
        None | Some(Action::EditHeaders { .. }) => Reply::whole(act()),
        Some(Action::Delay { ms }) => {
            sleep(Duration::from_millis(ms)).await;
            Reply::whole(act())
        }
        Some(Action::DelayAnswer { ms }) => {
            let response = act();
            sleep(Duration::from_millis(ms)).await;
            Reply::whole(response)
        }
        Some(Action::Hold {}) => {
            released.await;
            Reply::whole(act())
        }
        Some(Action::HoldAnswer {}) => {
            let response = act();
            released.await;
            Reply::whole(response)
        }
        Some(Action::DropBefore { reset }) => return Outcome::End(dropped(reset)),
        Some(Action::DropAfter { reset }) => {
            act();
            return Outcome::End(dropped(reset));
        }
        Some(Action::CutBody { at }) => Reply { response: act(), mode: Mode::Cut(at), end: Some(End::Drop) },
        Some(Action::Answer { status, headers, body, act: acts }) => {
            if acts {
                act();
            }
            let mut response = Response::new(status).body(body);
            response.framing = Framing::Length;
            response.fields = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            Reply::whole(response)
        }
        Some(Action::Raw { text, act: acts }) => {
            if acts {
                act();
            }
            return Outcome::Raw(text);
        }
        Some(Action::Redirect { status, location }) => Reply::whole(Response::new(status).field("Location", location)),
        Some(Action::Drip { bytes, every_ms }) => {
            let mode = Mode::Drip { bytes: bytes.max(1), every: Duration::from_millis(every_ms) };
            Reply { response: act(), mode, end: None }
        }
        Some(Action::CloseAfter {}) => Reply { response: act(), mode: Mode::Whole, end: Some(End::Shut) },
        Some(Action::Pad { to }) => {
            let mut response = act();
            response.pad(to);
            Reply::whole(response)
        }
    };
    Outcome::Reply(reply)
}

/// Logs the status before any of the answer is sent, so that a client that received it finds it in the log.
fn note(core: &Core, entry: EntryId, status: u16) -> jiff::Timestamp {
    let mut state = core.state();
    state.log.answered(entry, status);
    state.now()
}

fn dropped(reset: bool) -> End {
    if reset { End::Reset } else { End::Drop }
}

/// The status that a raw answer claims, if it looks like HTTP.
fn status_of(text: &str) -> Option<u16> {
    let mut words = text.lines().next()?.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/"))?;
    words.next()?.parse().ok()
}
