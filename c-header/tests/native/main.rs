//! The library as C and C++ programs have it: built for release, installed into a prefix, and used from there.
//!
//! Needs gcc, g++, cmake, pkg-config, nm and valgrind.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test's helpers")]
#![allow(clippy::print_stdout, reason = "what the programs reported is the evidence")]

mod documents;
mod guests;
mod must_use;
mod package;
mod scene;
mod suites;
mod tools;
