//! Why there is no complete answer: what reqwest's errors mean.

use std::error::Error as _;

use rustls::CertificateError;
use rustls_pki_types::UnixTime;

use crate::error::Error;
use crate::timestamp::Timestamp;

use super::sent::Sent;

/// Why there is no complete answer.
pub(crate) enum Failure {
    /// No connection.
    Connect(String),
    /// No TLS over the connection.
    Tls(TlsFault),
    /// Time ran out, before anything was sent or after.
    Timeout { sent: bool },
    /// The connection ended early, before anything was sent or after.
    Broken { why: String, sent: bool },
    /// The body is larger than allowed.
    TooLarge,
    /// Not a matter of the network.
    Other { error: Error, sent: bool },
}

/// Why there is no TLS.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TlsFault {
    UnknownCa,
    Expired(Option<Timestamp>),
    NotYetValid(Option<Timestamp>),
    WrongName,
    /// What came is not TLS: plain HTTP, for example.
    NotTls,
    Other(String),
}

pub(super) fn failure(error: &reqwest::Error, sent: &Sent) -> Failure {
    if error.is_builder() {
        return Failure::Other { error: Error::bug(), sent: false };
    }
    if error.is_connect() {
        return match () {
            () if error.is_timeout() => Failure::Timeout { sent: false },
            () => match tls_fault(error) {
                Some(fault) => Failure::Tls(fault),
                None => Failure::Connect(innermost(error)),
            },
        };
    }
    if error.is_timeout() {
        Failure::Timeout { sent: sent.begun() }
    } else {
        Failure::Broken { why: innermost(error), sent: sent.begun() }
    }
}

type Cause<'a> = &'a (dyn std::error::Error + 'static);

fn causes(error: &reqwest::Error) -> impl Iterator<Item = Cause<'_>> {
    fn below(error: Cause<'_>) -> Option<Cause<'_>> {
        // An I/O error's source is not what it wraps, but the source of that.
        match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    }
    std::iter::successors(error.source(), |error| below(*error))
}

fn tls_fault(error: &reqwest::Error) -> Option<TlsFault> {
    let time = |time: &UnixTime| i64::try_from(time.as_secs()).ok().and_then(|at| Timestamp::from_unix(at, 0).ok());
    let fault = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    Some(match fault {
        rustls::Error::InvalidCertificate(fault) => match fault {
            CertificateError::UnknownIssuer => TlsFault::UnknownCa,
            CertificateError::Expired => TlsFault::Expired(None),
            CertificateError::ExpiredContext { not_after, .. } => TlsFault::Expired(time(not_after)),
            CertificateError::NotValidYet => TlsFault::NotYetValid(None),
            CertificateError::NotValidYetContext { not_before, .. } => TlsFault::NotYetValid(time(not_before)),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => TlsFault::WrongName,
            // A private CA's certificate that is sent as the server's own.
            CertificateError::Other(_) if fault.to_string().contains("CaUsedAsEndEntity") => TlsFault::UnknownCa,
            other => TlsFault::Other(format!("its certificate is not accepted ({other})")),
        },
        rustls::Error::InvalidMessage(_) => TlsFault::NotTls,
        other => TlsFault::Other(other.to_string()),
    })
}

/// The innermost cause, which says what happened; the others only say where. None of them holds a header field.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "the connection failed".to_owned(), ToString::to_string)
}
