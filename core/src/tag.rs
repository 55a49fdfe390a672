//! Tags, by which a token is known to be the one that a call made: `NAME #TAG`.

use std::fmt;

/// The digits and lower-case letters that cannot be taken for one another: without 0, o, 1, l and i.
const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
const RANDOM: usize = 8;
const CHECK: usize = 2;

/// A tag: eight random characters and two that check them, so that a person's own `#department` is never taken for a tag.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Tag([u8; RANDOM + CHECK]);

impl Tag {
    /// A tag that no other call has: about 8.5 · 10¹¹ are possible.
    pub(crate) fn random() -> Result<Tag, getrandom::Error> {
        let mut tag = [0; RANDOM + CHECK];
        for place in &mut tag[..RANDOM] {
            // From the system each time: a generator of our own would make the same tags in a forked child. A byte that
            // would favour some characters is drawn again.
            *place = loop {
                let mut byte = [0];
                getrandom::fill(&mut byte)?;
                if usize::from(byte[0]) < 256 / ALPHABET.len() * ALPHABET.len() {
                    break ALPHABET[usize::from(byte[0]) % ALPHABET.len()];
                }
            };
        }
        let check = check(&tag[..RANDOM]);
        tag[RANDOM..].copy_from_slice(&check);
        Ok(Tag(tag))
    }

    /// The name that is sent: the given one, without a tag that it may already have, and this tag.
    pub(crate) fn apply(&self, name: &str) -> String {
        format!("{} #{self}", without_tag(name))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&byte| write!(f, "{}", char::from(byte)))
    }
}

/// A name without the tag at its end, if it has one.
pub(crate) fn without_tag(name: &str) -> &str {
    match name.rsplit_once(" #") {
        Some((name, tag)) if is_tag(tag.as_bytes()) => name,
        _ => name,
    }
}

fn is_tag(text: &[u8]) -> bool {
    text.len() == RANDOM + CHECK
        && text.iter().all(|byte| ALPHABET.contains(byte))
        && text[RANDOM..] == check(&text[..RANDOM])
}

/// The check characters: CRC-32 modulo the number of pairs.
fn check(random: &[u8]) -> [u8; CHECK] {
    let rest = crc32fast::hash(random) as usize % (ALPHABET.len() * ALPHABET.len());
    [ALPHABET[rest / ALPHABET.len()], ALPHABET[rest % ALPHABET.len()]]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn tags_differ_and_are_recognised() {
        let tags: BTreeSet<String> = (0..200).map(|_| Tag::random().unwrap().to_string()).collect();
        assert_eq!(tags.len(), 200);
        for tag in &tags {
            assert_eq!((tag.len(), without_tag(&format!("ci #{tag}"))), (10, "ci"));
        }
    }

    #[test]
    fn a_new_tag_replaces_the_old_one() {
        let (old, new) = (Tag::random().unwrap(), Tag::random().unwrap());
        assert_eq!(new.apply(&old.apply("deploy")), format!("deploy #{new}"));
    }

    #[test]
    fn a_persons_own_hash_is_not_a_tag() {
        for name in ["ci #department", "ci #0123456789", "#23456789ab", "ci #", "a #b #c", "ci #23456789é"] {
            assert_eq!(without_tag(name), name);
        }
        let mut tag = Tag::random().unwrap().to_string().into_bytes();
        tag[0] = if tag[0] == b'2' { b'3' } else { b'2' };
        assert!(!is_tag(&tag), "one changed character is noticed");
    }
}
