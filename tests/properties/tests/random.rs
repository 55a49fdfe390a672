//! Inputs made from the corpus, over every target: cut, joined and changed, and some that are entirely random.
//!
//! A failure prints its input, reduced. Put it into fuzz/corpus as a file. `PROPTEST_CASES` makes a longer run,
//! `PROPTEST_RNG_SEED` another one.

use std::fs;
use std::path::Path;

use netbird_properties::TARGETS;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// The smallest and largest numbers, and pieces of what the targets read.
const PIECES: &[&[u8]] = &[
    b"\n%%\n",
    b"\n\n",
    b"nbp_",
    b"eyJ",
    b"null",
    b"\"",
    b"{",
    b"[",
    b"]",
    b"}",
    b"0",
    b"-1",
    b"18446744073709551615",
    b"1e999",
    b"9999-12-31T23:59:59.999999999Z",
    b"0001-01-01T00:00:00Z",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\0",
    b"%2F",
    b"/",
    b"@",
    b"https://",
    b"content-length: 99999999999999999999",
    b"retry-after: 4294967296",
    b"transfer-encoding: chunked",
    b"#",
];

/// What is done to an input.
#[derive(Clone, Debug)]
enum Change {
    Cut(Index, Index),
    Insert(Index, Vec<u8>),
    Replace(Index, u8),
    Repeat(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![select(PIECES).prop_map(<[u8]>::to_vec), vec(any::<u8>(), 1..8)];
    prop_oneof![
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Cut(from, to)),
        (any::<Index>(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Repeat(from, to)),
    ]
}

fn range(from: Index, to: Index, length: usize) -> std::ops::Range<usize> {
    let (from, to) = (from.index(length + 1), to.index(length + 1));
    from.min(to)..from.max(to)
}

fn apply(mut data: Vec<u8>, change: Change) -> Vec<u8> {
    match change {
        Change::Cut(from, to) => drop(data.drain(range(from, to, data.len()))),
        Change::Insert(at, piece) => {
            let at = at.index(data.len() + 1);
            data.splice(at..at, piece);
        }
        Change::Replace(at, byte) if !data.is_empty() => {
            let at = at.index(data.len());
            data[at] = byte;
        }
        Change::Replace(..) => {}
        Change::Repeat(from, to) => {
            let part = data[range(from, to, data.len())].to_vec();
            data.extend(part);
        }
    }
    data
}

fn inputs(target: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut corpus: Vec<Vec<u8>> = fs::read_dir(folder)
        .expect("it has a corpus")
        .map(|entry| fs::read(entry.expect("it can be listed").path()).expect("it can be read"))
        .collect();
    corpus.sort();
    let changed =
        (select(corpus), vec(change(), 1..5)).prop_map(|(data, changes)| changes.into_iter().fold(data, apply));
    prop_oneof![9 => changed, 1 => vec(any::<u8>(), 0..200)]
}

#[test]
fn inputs_made_from_the_corpus_keep_what_must_hold() {
    for (target, check) in TARGETS {
        let mut config = Config { failure_persistence: None, ..Config::default() };
        // The same inputs in every run of CI; a seed of its own makes others.
        if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
            config.rng_seed = RngSeed::Fixed(13);
        }
        // Each of these is a call over a socket, or a file.
        if matches!(*target, "answers" | "scenarios") {
            config.cases /= 4;
        }
        eprintln!("{target}: {} cases", config.cases);
        let done = TestRunner::new(config).run(&inputs(target), |data| {
            check(&data);
            Ok(())
        });
        if let Err(error) = done {
            panic!("{target}: {error}");
        }
    }
}
