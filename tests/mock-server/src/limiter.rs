//! The rate limiter: one token bucket per PAT.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::world::RateLimit;

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

/// Buckets that refill with the server's clock. The keys are digests, so that no PAT is stored.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: RateLimit,
    buckets: HashMap<[u8; 32], Bucket>,
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, buckets: HashMap::new() }
    }

    /// Takes a token from this key's bucket; `false` if it is empty.
    pub(crate) fn allow(&mut self, key: [u8; 32], now: Timestamp) -> bool {
        let size = f64::from(self.limit.burst);
        let bucket = self.buckets.entry(key).or_insert(Bucket { left: size, at: now });
        let elapsed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.at = now;
        bucket.left = (bucket.left + elapsed * f64::from(self.limit.rpm) / 60.0).min(size);
        if bucket.left < 1.0 {
            return false;
        }
        bucket.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_refills() {
        let mut limiter = Limiter::new(RateLimit { rpm: 6, burst: 2 });
        let start: Timestamp = "2026-11-22T00:00:00Z".parse().expect("a time");
        let after = |seconds| start + jiff::SignedDuration::from_secs(seconds);
        assert!(limiter.allow([0; 32], start));
        assert!(limiter.allow([0; 32], start));
        assert!(!limiter.allow([0; 32], start));
        assert!(limiter.allow([1; 32], start), "each PAT has its own bucket");
        assert!(!limiter.allow([0; 32], after(9)));
        assert!(limiter.allow([0; 32], after(10)));
        assert!(!limiter.allow([0; 32], after(10)));
        assert!(!limiter.allow([0; 32], start), "a clock that was set back refills nothing");
        assert!(limiter.allow([0; 32], after(3600)));
        assert!(limiter.allow([0; 32], after(3600)));
        assert!(!limiter.allow([0; 32], after(3600)), "never more than the bucket's size");
    }
}
