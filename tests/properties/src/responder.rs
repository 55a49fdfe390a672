//! A server that gives the answers it was told to, byte for byte, and keeps what it was asked.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use serde_json::Value;

use crate::script::Answer;

/// How many connections it serves at the same time. A client keeps some open until it is dropped.
const CONNECTIONS: usize = 32;

/// A request that arrived, and the body that answered it.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The JSON in the request.
    pub(crate) sent: Value,
    pub(crate) answered: Vec<u8>,
}

/// What is to be answered, and what was.
#[derive(Default)]
pub(crate) struct State {
    answers: VecDeque<Answer>,
    /// The name in the last create, as JSON without its quotes.
    name: String,
    exchanges: Vec<Exchange>,
}

/// The one server of this process.
pub(crate) struct Responder {
    pub(crate) url: String,
    state: Mutex<State>,
    turn: Mutex<()>,
}

impl Responder {
    pub(crate) fn get() -> &'static Responder {
        static SERVER: OnceLock<Responder> = OnceLock::new();
        SERVER.get_or_init(|| {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
            let url = format!("http://{}", listener.local_addr().expect("it has an address"));
            // They live as long as the process: a leak check takes a thread that is just starting or ending for a leak.
            for _ in 0..CONNECTIONS {
                let listener = listener.try_clone().expect("a descriptor is free");
                thread::spawn(move || {
                    for connection in listener.incoming().flatten() {
                        serve(connection, Responder::get());
                    }
                });
            }
            Responder { url, state: Mutex::default(), turn: Mutex::default() }
        })
    }

    /// Begins with these answers, and forgets what was before. The server is for one input at a time: for as long as the
    /// guard lives.
    pub(crate) fn answer_with(&self, answers: &[Answer]) -> MutexGuard<'_, ()> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        *self.lock() = State { answers: answers.iter().cloned().collect(), ..State::default() };
        turn
    }

    /// What was asked since.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.lock().exchanges.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is answered when the script is over: the server's own refusal, after which nothing is sent again.
fn the_end() -> Answer {
    Answer {
        status_line: b"HTTP/1.1 400 Status".to_vec(),
        headers: vec![b"content-type: application/json".to_vec()],
        body: br#"{"message":"the script is over","code":400}"#.to_vec(),
    }
}

fn serve(connection: TcpStream, server: &Responder) {
    // A client that went away is no failure of the server.
    let _ = connection.set_nodelay(true);
    let Ok(mut out) = connection.try_clone() else { return };
    let mut connection = BufReader::new(connection);
    while let Some((method, path, sent)) = request(&mut connection) {
        let (bytes, is_last) = {
            let mut state = server.lock();
            if let Some(name) = sent.get("name").and_then(Value::as_str) {
                let quoted = Value::from(name).to_string();
                quoted[1..quoted.len() - 1].clone_into(&mut state.name);
            }
            let answer = state.answers.pop_front().unwrap_or_else(the_end);
            let answered = answer.body(&state.name);
            let reply = answer.bytes(&state.name);
            state.exchanges.push(Exchange { method, path, sent, answered });
            reply
        };
        if out.write_all(&bytes).is_err() || is_last {
            return;
        }
    }
}

/// Reads a request: its method, its path, and the JSON in its body.
fn request(connection: &mut BufReader<TcpStream>) -> Option<(String, String, Value)> {
    let mut line = String::new();
    connection.read_line(&mut line).ok().filter(|&read| read > 0)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        connection.read_line(&mut header).ok()?;
        let header = header.trim_end();
        if header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().expect("the client states the length");
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).ok()?;
    Some((method, path, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}
