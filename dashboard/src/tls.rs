//! TLS of the server's own, by rustls. The PostgreSQL wire takes the same.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// Bits of a file's mode by which others than its owner may do something.
const OTHERS: u32 = 0o077;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("[tls]: {file} holds no PEM that can be read: {source}")]
    Pem { file: String, source: pem::Error },
    #[error("[tls]: {0} holds no certificate")]
    NoCertificate(String),
    #[error("[tls]: {file}: {source}")]
    Io { file: String, source: std::io::Error },
    #[error("[tls]: the key {0} can be read by others than its owner; run `chmod 600 {0}`")]
    Open(String),
    #[error("[tls]: certificate and key cannot be used: {0}")]
    Unfit(#[from] rustls::Error),
}

/// Answers with that certificate; the key must be for its owner alone.
pub fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let pem = |file: &Path, source| TlsError::Pem { file: file.display().to_string(), source };
    let chain = CertificateDer::pem_file_iter(certificate).map_err(|source| pem(certificate, source))?;
    let chain: Vec<CertificateDer<'static>> =
        chain.collect::<Result<_, _>>().map_err(|source| pem(certificate, source))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.display().to_string()));
    }
    let about = std::fs::metadata(key).map_err(|source| TlsError::Io { file: key.display().to_string(), source })?;
    if about.permissions().mode() & OTHERS != 0 {
        return Err(TlsError::Open(key.display().to_string()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|source| pem(key, source))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests;
