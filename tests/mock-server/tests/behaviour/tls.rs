//! HTTPS with a valid certificate and with three invalid ones.

use std::net::TcpStream;
use std::sync::Arc;

use netbird_mock::world::{Action, Fault, Tls, World};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{Client, Fixture, owner};

type Stream = StreamOwned<ClientConnection, TcpStream>;

fn connect(fixture: &Fixture) -> Client<Stream> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(fixture.server.ca_pem().as_bytes()).expect("a certificate");
    roots.add(ca).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").expect("an address");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a connection");
    let address = fixture.server.url().trim_start_matches("https://").to_owned();
    Client::over(StreamOwned::new(connection, TcpStream::connect(address).expect("it listens")))
}

/// The status of a list, or the TLS error.
fn list(fixture: &Fixture) -> Result<u16, String> {
    use std::io::Write as _;
    let mut client = connect(fixture);
    let request = format!(
        "GET /api/users/owner-1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\n\r\n",
        fixture.authorization()
    );
    client.stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    client.answer("GET").map(|answer| answer.status).map_err(|error| error.to_string())
}

fn fixture(tls: Tls) -> Fixture {
    Fixture::new(World { tls: Some(tls), ..World::default() })
}

#[test]
fn only_the_valid_certificate_is_accepted() {
    assert_eq!(list(&fixture(Tls::Valid)), Ok(200));
    for (tls, reason) in
        [(Tls::WrongHost, "not valid for name"), (Tls::Expired, "expired"), (Tls::SelfSigned, "UnknownIssuer")]
    {
        let error = list(&fixture(tls)).expect_err(reason);
        assert!(error.contains(reason), "{tls:?}: {error}");
    }
}

#[test]
fn faults_break_encrypted_connections_too() {
    let fixture = fixture(Tls::Valid);
    let fault = |action| Fault { method: None, target_contains: None, skip: 0, times: None, action };
    for action in
        [Action::DropBefore { reset: false }, Action::DropBefore { reset: true }, Action::DropAfter { reset: true }]
    {
        fixture.server.push_fault(fault(action));
        assert!(list(&fixture).is_err());
    }
    assert_eq!(list(&fixture), Ok(200));
    let mut client = connect(&fixture);
    let answer = client.request("GET", "/api/instance", &[], None).expect("an answer");
    assert_eq!(answer.status, 200);
    assert_eq!(fixture.server.close_idle_connections(), 1);
    assert!(client.end().is_ok(), "TLS ends with close_notify");
}

#[test]
fn a_reset_turns_it_on_and_off() {
    let fixture = fixture(Tls::Valid);
    let world = |tls| World { users: vec![owner()], tls, ..World::default() };
    assert!(fixture.server.url().starts_with("https://"));
    fixture.server.reset(world(None)).expect("a world");
    assert!(fixture.server.url().starts_with("http://"));
    assert_eq!(fixture.list().status, 404, "over plain HTTP, with a token of the old world");
    fixture.server.reset(world(Some(Tls::Valid))).expect("a world");
    assert_eq!(list(&fixture), Ok(404));
}
