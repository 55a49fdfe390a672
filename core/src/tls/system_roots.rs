//! The system's trusted roots, where they are files. Reading them takes longer than a handshake, so clients share them.

use std::env;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use rustls::RootCertStore;

/// After this time they are read again for the next client: the system's certificates are updated while processes run.
const FRESH: Duration = Duration::from_secs(60);

/// What says where they are.
const PLACES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

struct Kept {
    places: [Option<OsString>; 2],
    read_at: Instant,
    roots: Arc<RootCertStore>,
}

// Without a lock: a forked child could inherit it held.
static KEPT: ArcSwapOption<Kept> = ArcSwapOption::const_empty();

/// The roots; none on a machine that has no CA bundle.
pub(super) fn load() -> Arc<RootCertStore> {
    let places = PLACES.map(env::var_os);
    let kept = KEPT.load_full();
    if let Some(kept) = kept.filter(|kept| kept.places == places && kept.read_at.elapsed() < FRESH) {
        return Arc::clone(&kept.roots);
    }
    let roots = Arc::new(read());
    KEPT.store(Some(Arc::new(Kept { places, read_at: Instant::now(), roots: Arc::clone(&roots) })));
    roots
}

fn read() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for error in found.errors {
        log::warn!(target: "netbird_tokens", "a certificate of the system's CA store cannot be read: {error}");
    }
    let mut roots = RootCertStore::empty();
    let (_, unusable) = roots.add_parsable_certificates(found.certs);
    if unusable > 0 {
        log::debug!(target: "netbird_tokens", "{unusable} certificates of the system's CA store are left out: they are not in a usable form");
    }
    roots
}
