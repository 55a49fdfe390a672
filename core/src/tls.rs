//! Which certificates are trusted.

#[cfg(all(unix, not(any(target_vendor = "apple", target_os = "android"))))]
mod system_roots;

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::error::{Error, Result};

/// The certificates of a PEM text.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().map_err(|_| {
        Error::configuration(
            "the CA text is not valid PEM: give the CA's certificate between BEGIN CERTIFICATE and END CERTIFICATE",
        )
    })?;
    if certificates.is_empty() {
        let hint = if looks_like_path(pem) {
            "this looks like the path of a file: give the file's content, that is "
        } else {
            "give "
        };
        return Err(Error::configuration(format!(
            "the CA text has no certificate in it: {hint}the CA's certificate between BEGIN CERTIFICATE and END CERTIFICATE"
        )));
    }
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store
            .add(certificate.clone())
            .map_err(|_| Error::configuration("the CA text has a certificate that cannot be read: export it again"))?;
    }
    Ok(certificates)
}

/// One short line with a separator or a usual extension in it is a path rather than a certificate.
fn looks_like_path(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let text = text.trim();
    text.len() < 1024
        && text.lines().count() == 1
        && (text.contains(['/', '\\']) || [".pem", ".crt", ".cer"].iter().any(|end| text.ends_with(end)))
}

/// Where the trusted roots come from, besides the ones that the caller adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Roots {
    /// The platform's; the bundled ones where it has none.
    Platform,
    /// The bundled ones alone, without reading the system's: for plain HTTP, where only a proxy can need TLS.
    Bundled,
}

/// The TLS settings of a client. Made once a process: they hold session tickets.
pub(crate) fn config(roots: Roots, extra: &[CertificateDer<'static>]) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = match roots {
        Roots::Platform => platform_verifier(&provider, extra).or_else(|_| bundled_verifier(&provider, extra))?,
        Roots::Bundled => bundled_verifier(&provider, extra)?,
    };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

fn unusable(_: impl std::error::Error) -> Error {
    Error::configuration("no trusted certificates could be loaded: check the system's CA store and the CA you added")
}

#[cfg(all(unix, not(any(target_vendor = "apple", target_os = "android"))))]
fn platform_verifier(
    provider: &Arc<CryptoProvider>,
    extra: &[CertificateDer<'static>],
) -> Result<Arc<dyn ServerCertVerifier>> {
    let system = system_roots::load();
    if system.is_empty() {
        return bundled_verifier(provider, extra);
    }
    verifier_of(provider, system, extra)
}

#[cfg(any(windows, target_vendor = "apple"))]
fn platform_verifier(
    provider: &Arc<CryptoProvider>,
    extra: &[CertificateDer<'static>],
) -> Result<Arc<dyn ServerCertVerifier>> {
    rustls_platform_verifier::Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(provider))
        .map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>)
        .map_err(unusable)
}

// The platform's verifier needs the application to introduce itself to it first, so here it is the bundled roots.
#[cfg(target_os = "android")]
fn platform_verifier(
    provider: &Arc<CryptoProvider>,
    extra: &[CertificateDer<'static>],
) -> Result<Arc<dyn ServerCertVerifier>> {
    bundled_verifier(provider, extra)
}

fn bundled_verifier(
    provider: &Arc<CryptoProvider>,
    extra: &[CertificateDer<'static>],
) -> Result<Arc<dyn ServerCertVerifier>> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    verifier_of(provider, Arc::new(store), extra)
}

/// Trusts these roots, and the extra ones.
fn verifier_of(
    provider: &Arc<CryptoProvider>,
    mut roots: Arc<RootCertStore>,
    extra: &[CertificateDer<'static>],
) -> Result<Arc<dyn ServerCertVerifier>> {
    if !extra.is_empty() {
        Arc::make_mut(&mut roots).add_parsable_certificates(extra.iter().cloned());
    }
    WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider))
        .build()
        .map(|verifier| verifier as Arc<dyn ServerCertVerifier>)
        .map_err(unusable)
}
