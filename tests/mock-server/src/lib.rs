//! A faithful NetBird token server for tests: stateful, over real sockets, with faults on demand.

pub mod world;
