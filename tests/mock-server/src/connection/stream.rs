//! What reading requests and writing answers share: the stream and its buffers.

use bytes::BytesMut;

pub(super) struct Connection<'a, S> {
    pub(super) io: &'a mut S,
    pub(super) input: BytesMut,
    pub(super) output: Vec<u8>,
}
