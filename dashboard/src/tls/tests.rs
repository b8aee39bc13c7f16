use std::fs::{Permissions, set_permissions, write};
use std::path::PathBuf;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::*;
use crate::{Limits, serve};

/// A certificate of `localhost` that signs itself, and its key: for this test alone.
const CERTIFICATE: &str = include_str!("../../fixtures/tls/cert.pem");
const KEY: &str = include_str!("../../fixtures/tls/key.pem");

fn files(folder: &Path, mode: u32) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    write(&certificate, CERTIFICATE).expect("written");
    write(&key, KEY).expect("written");
    set_permissions(&key, Permissions::from_mode(mode)).expect("set");
    (certificate, key)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_comes_over_tls_and_no_other_way() {
    let folder = tempfile::tempdir().expect("folder");
    let (certificate, key) = files(folder.path(), 0o600);
    let tls = acceptor(&certificate, &key).expect("TLS");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let address = listener.local_addr().expect("address");
    let router = Router::new().route("/", get(|| async { "here" }));
    let never = std::future::pending::<()>;
    let _serving = tokio::spawn(serve(listener, router, Limits::default(), Some(tls), never(), never()));

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).expect("PEM")).expect("a certificate");
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TcpStream::connect(address).await.expect("connected");
    let mut stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await.expect("TLS");
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let answer = String::from_utf8(answer).expect("text");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer}");

    let mut plain = TcpStream::connect(address).await.expect("connected");
    plain.write_all(request).await.expect("sent");
    let mut answer = Vec::new();
    // Whether it ends in order or not.
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[test]
fn a_key_that_others_can_read_is_refused_and_so_is_what_is_no_certificate() {
    let folder = tempfile::tempdir().expect("folder");
    let (certificate, key) = files(folder.path(), 0o640);
    assert!(matches!(acceptor(&certificate, &key), Err(TlsError::Open(_))));
    let (certificate, key) = files(folder.path(), 0o600);
    assert!(acceptor(&certificate, &certificate).is_err());
    assert!(matches!(acceptor(&key, &key), Err(TlsError::NoCertificate(_))));
}
