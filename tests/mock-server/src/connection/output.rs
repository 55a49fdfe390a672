//! Writing answers.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::sleep;

use super::stream::Connection;
use crate::http::{Framing, Payload, Request, Response};
use crate::link::End;

/// Answers up to this size are written in one piece.
const ONE_WRITE: usize = 16 * 1024;

/// How an answer is sent.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    Whole,
    /// Only so many bytes of the body.
    Cut(usize),
    Drip {
        bytes: usize,
        every: Duration,
    },
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<'_, S> {
    /// Sends an answer. `Some`: the connection then ends.
    pub(super) async fn send(
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

    pub(super) async fn write_raw(&mut self, text: &str) -> io::Result<()> {
        self.io.write_all(text.as_bytes()).await?;
        self.io.flush().await
    }

    /// Answers a request that could not be read. The connection then ends.
    pub(super) async fn refuse(&mut self, response: Response) -> End {
        let unread =
            Request { method: String::new(), target: String::new(), headers: Vec::new(), body: Vec::new(), version: 1 };
        let sent = self.send(response, &unread, jiff::Timestamp::now(), Mode::Whole).await;
        if sent.is_ok() { End::Linger } else { End::Drop }
    }
}
