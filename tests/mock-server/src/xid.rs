//! Xids, the twenty-character ids of tokens and requests.

use jiff::Timestamp;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// Generates xids: four bytes of time, five that identify the process, a three-byte counter.
#[derive(Debug)]
pub(crate) struct XidSource {
    process: [u8; 5],
    counter: u32,
}

impl XidSource {
    pub(crate) fn new() -> Self {
        let mut process = [0; 5];
        fastrand::fill(&mut process);
        Self { process, counter: fastrand::u32(..) }
    }

    pub(crate) fn next(&mut self, now: Timestamp) -> String {
        self.counter = self.counter.wrapping_add(1);
        let mut raw = [0_u8; 12];
        // An xid contains the low 32 bits of the Unix time.
        let seconds = now.as_second().to_be_bytes();
        raw[..4].copy_from_slice(&seconds[4..]);
        raw[4..9].copy_from_slice(&self.process);
        raw[9..].copy_from_slice(&self.counter.to_be_bytes()[1..]);
        encode(raw)
    }
}

/// Base32 with the "extended hex" alphabet, lower case, without padding.
fn encode(raw: [u8; 12]) -> String {
    let mut out = String::with_capacity(20);
    let mut bits: u32 = 0;
    let mut held = 0;
    for byte in raw {
        bits = (bits << 8) | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            out.push(char::from(ALPHABET[(bits >> held) as usize & 31]));
        }
    }
    out.push(char::from(ALPHABET[(bits << (5 - held)) as usize & 31]));
    out
}

/// Whether `text` has the shape of an xid.
#[must_use]
pub fn is_xid(text: &str) -> bool {
    text.len() == 20 && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_the_published_example() {
        let raw = [0x4d, 0x88, 0xe1, 0x5b, 0x60, 0xf4, 0x86, 0xe4, 0x28, 0x41, 0x2d, 0xc9];
        assert_eq!(encode(raw), "9m4e2mr0ui3e8a215n4g");
    }

    #[test]
    fn each_is_new() {
        let mut source = XidSource::new();
        let now = Timestamp::now();
        let first = source.next(now);
        assert!(is_xid(&first));
        assert_ne!(first, source.next(now));
        assert!(!is_xid("9m4e2mr0ui3e8a215n4"));
        assert!(!is_xid("9m4e2mr0ui3e8a215n4w"));
    }
}
