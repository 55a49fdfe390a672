//! Reading requests.

use std::io;

use bytes::Buf as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::stream::Connection;
use crate::gojson::lossy_utf8;
use crate::http::Request;
use crate::link::{End, Link};

/// The longest head that is read; the same limit as Go's.
const MAX_HEAD: usize = 1 << 20;
const MAX_FIELDS: usize = 128;

/// Why no request was read.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoRequest {
    #[error("the connection ends: {0:?}")]
    End(End),
    #[error("the connection was lost: {0}")]
    Lost(#[from] io::Error),
    #[error("not a valid request{0}")]
    Bad(&'static str),
    #[error("the transfer encoding is not supported")]
    Unsupported,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<'_, S> {
    pub(super) async fn read_request(&mut self, link: &Link) -> Result<Request, NoRequest> {
        if self.input.is_empty() {
            link.mark_idle();
            let read = tokio::select! {
                biased;
                () = link.told_to_close() => return Err(NoRequest::End(End::Shut)),
                read = self.io.read_buf(&mut self.input) => read?,
            };
            if !link.mark_busy() || read == 0 {
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
                .map(|field| (field.name.to_ascii_lowercase(), lossy_utf8(field.value).into_owned()))
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
