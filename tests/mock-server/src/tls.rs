//! HTTPS with certificates of a test CA.

use std::io;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::world::Tls;

const HERE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const ELSEWHERE: [&str; 1] = ["elsewhere.example"];

/// The test CA. Each server generates its own, with a key that exists only in memory.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> io::Result<Self> {
        let mut params = params("netbird-mock test CA", &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let issuer = CertifiedIssuer::self_signed(params, key).map_err(io::Error::other)?;
        Ok(Self { issuer })
    }

    /// The CA's certificate.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Accepts TLS connections with a certificate of this kind.
    pub(crate) fn acceptor(&self, tls: Tls) -> io::Result<TlsAcceptor> {
        let names: &[&str] = if tls == Tls::WrongHost { &ELSEWHERE } else { &HERE };
        let mut params = params(names[0], names)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        if tls == Tls::Expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = if tls == Tls::SelfSigned {
            params.self_signed(&key)
        } else {
            params.use_authority_key_identifier_extension = true;
            params.signed_by(&key, &self.issuer)
        }
        .map_err(io::Error::other)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// Valid for a year by the real clock, from yesterday because clocks differ.
fn params(name: &str, names: &[&str]) -> io::Result<CertificateParams> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, name);
    let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
    let day = |date: jiff::civil::Date| {
        let [month, day] = [date.month(), date.day()].map(|part| u8::try_from(part).unwrap_or(1));
        date_time_ymd(i32::from(date.year()), month, day)
    };
    params.not_before = day(today.yesterday().map_err(io::Error::other)?);
    params.not_after = day(today.saturating_add(jiff::Span::new().days(365)));
    Ok(params)
}
