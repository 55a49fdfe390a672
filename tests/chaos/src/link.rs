//! A client's way to the server: a proxy that knows requests and bytes, and where the story's faults happen.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::http::{self, Message};
use crate::story::{Fault, Moment, On, PlannedFault};
use crate::wire::{self, Wire};

/// How long after an interrupt the proxy holds what it is about to send on, so that the interrupt comes first.
const HOLD: Duration = Duration::from_millis(80);

/// The proxy of one client. It listens for as long as the process lives; its plan is that of the current run.
#[derive(Clone, Debug)]
pub struct Link(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    state: Mutex<State>,
    quiet: Condvar,
}

/// The server's end of a connection, and what was read ahead from it.
pub(crate) type Server = Option<(TcpStream, Vec<u8>)>;

/// What passes a request on, and says whether the connection can take another one.
pub(crate) type PassOn = fn(&Link, &Run, &Message, &mut TcpStream, &mut Server) -> io::Result<bool>;

/// By which the request of one call is known.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// A create with this lifetime.
    Days(i64),
    /// The delete of this token.
    Delete(String),
}

impl Mark {
    fn is_on(&self, request: &Message) -> bool {
        let (method, target) = request.method_and_target();
        match self {
            Mark::Days(days) => method == "POST" && wire::days(request) == Some(*days),
            Mark::Delete(id) => method == "DELETE" && target.ends_with(id.as_str()),
        }
    }
}

/// What a moment sets off.
type Action = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    run: Option<Run>,
    counts: [u32; 5],
    /// Something went wrong with a POST.
    post_broke: bool,
    sockets: HashMap<u64, TcpStream>,
    next_socket: u64,
    /// Requests that are being passed on.
    busy: usize,
    armed: HashMap<u64, (Moment, Mark, Action)>,
    next_armed: u64,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("counts", &self.counts).field("busy", &self.busy).finish_non_exhaustive()
    }
}

/// What the proxy does in the current run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) client: usize,
    pub(crate) server: SocketAddr,
    pub(crate) wire: Wire,
    faults: Vec<PlannedFault>,
}

impl Link {
    /// Starts listening.
    ///
    /// # Errors
    /// No port is free.
    pub(crate) fn start(pass_on: PassOn) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let link = Link(Arc::new(Shared { address, state: Mutex::default(), quiet: Condvar::new() }));
        let accepting = link.clone();
        thread::Builder::new().name("chaos-proxy".to_owned()).spawn(move || {
            for stream in listener.incoming().flatten() {
                accepting.accepted(stream, pass_on);
            }
        })?;
        Ok(link)
    }

    /// The URL that a client is given.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Begins a run: breaks what is left of the last one, and follows another plan.
    pub fn begin(&self, client: usize, server: SocketAddr, wire: &Wire, faults: &[PlannedFault]) {
        self.end();
        let faults = faults.iter().filter(|fault| fault.client == client).cloned().collect();
        let mut state = self.lock();
        state.counts = [0; 5];
        state.post_broke = false;
        state.run = Some(Run { client, server, wire: wire.clone(), faults });
    }

    /// Ends a run: waits until every request that is under way has reached the server, and breaks the connections.
    pub fn end(&self) {
        let mut state = self.lock();
        state.run = None;
        state.armed.clear();
        for socket in state.sockets.values() {
            // It may be closed already.
            let _ = socket.shutdown(Shutdown::Both);
        }
        while state.busy > 0 {
            state = self.0.quiet.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Has `action` happen once, when the request with that mark comes to that moment.
    pub(crate) fn arm(&self, moment: Moment, mark: Mark, action: impl FnOnce() + Send + 'static) -> Armed {
        let mut state = self.lock();
        let number = state.next_armed;
        state.next_armed += 1;
        state.armed.insert(number, (moment, mark, Box::new(action)));
        Armed { link: self.clone(), number }
    }

    /// Sets off what was armed for this moment, and holds on if something was.
    pub(crate) fn reached(&self, moment: Moment, request: &Message) {
        let actions: Vec<Action> = {
            let mut state = self.lock();
            let is_due = |(at, mark, _): &(Moment, Mark, Action)| *at == moment && mark.is_on(request);
            let due: Vec<u64> =
                state.armed.iter().filter(|(_, armed)| is_due(armed)).map(|(number, _)| *number).collect();
            due.iter().filter_map(|number| state.armed.remove(number)).map(|(_, _, action)| action).collect()
        };
        if actions.is_empty() {
            return;
        }
        actions.into_iter().for_each(|action| action());
        thread::sleep(HOLD);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault of the next request or connection, if one is planned.
    pub(crate) fn next_fault(&self, on: On) -> Option<Fault> {
        let mut state = self.lock();
        let is_look = on == On::Get && state.post_broke;
        let mut found = None;
        for on in [Some(on), is_look.then_some(On::Look)].into_iter().flatten() {
            let count = &mut state.counts[on as usize];
            *count += 1;
            let nth = *count;
            let planned = state.run.as_ref()?.faults.iter().find(|fault| fault.on == on && fault.nth == nth);
            found = planned.map(|planned| planned.fault.clone()).or(found);
        }
        state.post_broke |= on == On::Post && found.is_some();
        if found.is_some() {
            state.run.as_ref()?.wire.fault_happened();
        }
        found
    }

    fn accepted(&self, stream: TcpStream, pass_on: PassOn) {
        let Some((run, number)) = self.register(&stream) else { return };
        if self.next_fault(On::Connection) == Some(Fault::Refuse) {
            reset(&stream);
            self.lock().sockets.remove(&number);
            return;
        }
        let link = self.clone();
        let served = thread::Builder::new().name("chaos-proxy".to_owned()).spawn(move || {
            // A broken connection is the point; the client reports it.
            let _ = link.serve(stream, &run, pass_on);
            link.lock().sockets.remove(&number);
        });
        if served.is_err() {
            self.lock().sockets.remove(&number);
        }
    }

    /// Remembers a connection, to break it at the end of the run.
    fn register(&self, stream: &TcpStream) -> Option<(Run, u64)> {
        let mut state = self.lock();
        let run = state.run.clone()?;
        let number = state.next_socket;
        state.next_socket += 1;
        state.sockets.insert(number, stream.try_clone().ok()?);
        Some((run, number))
    }

    fn serve(&self, mut client: TcpStream, run: &Run, pass_on: PassOn) -> io::Result<()> {
        client.set_nodelay(true)?;
        let (mut rest, mut server) = (Vec::new(), None);
        while let Some(request) = http::read(&mut client, &mut rest)? {
            let Some(_busy) = Busy::begin(self) else { return Ok(()) };
            if !pass_on(self, run, &request, &mut client, &mut server)? {
                break;
            }
        }
        Ok(())
    }
}

/// What was armed, until it is dropped.
#[derive(Debug)]
pub(crate) struct Armed {
    link: Link,
    number: u64,
}

impl Drop for Armed {
    fn drop(&mut self) {
        self.link.lock().armed.remove(&self.number);
    }
}

/// A request that is being passed on.
struct Busy<'a>(&'a Link);

impl<'a> Busy<'a> {
    /// `None` once the run has ended.
    fn begin(link: &'a Link) -> Option<Self> {
        let mut state = link.lock();
        state.run.as_ref()?;
        state.busy += 1;
        Some(Busy(link))
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.lock().busy -= 1;
        self.0.0.quiet.notify_all();
    }
}

/// Has the connection end with RST.
pub(crate) fn reset(stream: &TcpStream) {
    // If this fails the other side sees FIN.
    let _ = rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO));
}

/// Waits until the other side closes the connection or breaks it, for at most as long as `limit`.
pub(crate) fn wait_for_end(stream: &TcpStream, limit: Duration) -> io::Result<()> {
    let end = Instant::now() + limit;
    let mut one = [0];
    stream.set_read_timeout(Some(Duration::from_millis(100)))?;
    while Instant::now() < end {
        match stream.peek(&mut one) {
            Ok(0) => break,
            Ok(_) => thread::sleep(Duration::from_millis(20)),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    Ok(())
}

/// Writes at most the first bytes, and says whether these were all.
pub(crate) fn write_first(stream: &mut TcpStream, bytes: &[u8], at: usize) -> io::Result<bool> {
    let count = at.min(bytes.len());
    stream.write_all(&bytes[..count])?;
    Ok(count == bytes.len())
}
