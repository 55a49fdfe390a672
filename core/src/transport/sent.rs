//! Whether a request may have left.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::sending::Sending;

/// Whether any of a request may have left: it may once its body has been taken, which happens when there is a connection to
/// write it to. A request without a body cannot tell and counts as sent.
#[derive(Clone)]
pub(super) struct Sent(pub(super) Option<Arc<Sending>>);

impl Sent {
    pub(super) fn begun(&self) -> bool {
        self.0.as_ref().is_none_or(|sending| sending.has_begun())
    }
}

/// A complete body that notes when it is taken.
pub(super) struct NotedBody {
    pub(super) body: Option<Bytes>,
    pub(super) sending: Arc<Sending>,
}

impl http_body::Body for NotedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let Some(body) = self.body.take() else { return Poll::Ready(None) };
        if !self.sending.begin() {
            // The connection ends with this, and a head without its body is not a request.
            return Poll::Ready(Some(Err(io::Error::other("the caller went away"))));
        }
        Poll::Ready(Some(Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }
}
