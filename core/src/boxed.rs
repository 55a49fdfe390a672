//! Futures whose code a library has once.

use std::pin::Pin;

/// A future in a box.
///
/// The compiler puts the code of an `async fn` into each crate that polls it, and so twice into a library that has both a
/// blocking call and its asynchronous twin. The code of a future that is boxed by a function of this crate stays here.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
