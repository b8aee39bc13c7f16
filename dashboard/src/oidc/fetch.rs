//! Asking the provider: over TLS, or on this machine, and no more than fits.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::{Host, Url};

use super::OidcError;

/// Bytes of an answer.
const MOST: usize = 1024 * 1024;

/// Whether what is said there cannot be overheard.
pub(super) fn is_safe(address: &str) -> Result<(), OidcError> {
    let near = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match Url::parse(address) {
        Ok(url) if url.scheme() == "https" || (url.scheme() == "http" && near(&url)) => Ok(()),
        _ => Err(OidcError::Plain(address.to_owned())),
    }
}

pub(super) async fn get<T: DeserializeOwned>(
    client: &Client,
    address: &str,
    what: &'static str,
) -> Result<T, OidcError> {
    is_safe(address)?;
    let response = client.get(address).send().await?.error_for_status()?;
    read(&bytes(response, what).await?, what)
}

/// Sends a form, with the name and the secret of this server if it has one.
pub(super) async fn post<T: DeserializeOwned>(
    client: &Client,
    address: &str,
    form: String,
    basic: Option<(&str, &str)>,
) -> Result<T, OidcError> {
    is_safe(address)?;
    let mut request = client.post(address).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
    if let Some((name, secret)) = basic {
        // As forms are written (RFC 6749 §2.3.1).
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        request = request.basic_auth(encode(name), Some(encode(secret)));
    }
    let response = request.send().await?;
    let (status, what) = (response.status(), "a token");
    let body = bytes(response, what).await?;
    if !status.is_success() {
        // Its code alone: what else stands there may be anything.
        let told: Value = read(&body, what)?;
        let code = told.get("error").and_then(Value::as_str).unwrap_or("without a reason");
        return Err(OidcError::Refused(code.chars().take(64).collect()));
    }
    read(&body, what)
}

async fn bytes(mut response: Response, what: &'static str) -> Result<Vec<u8>, OidcError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > MOST {
            return Err(OidcError::TooLarge(what));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn read<T: DeserializeOwned>(bytes: &[u8], what: &'static str) -> Result<T, OidcError> {
    serde_json::from_slice(bytes).map_err(|source| OidcError::Unreadable { what, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_asked_over_tls_or_on_this_machine() {
        for safe in ["https://id.example/realm", "http://127.0.0.1:3000", "http://[::1]:3000/x", "http://localhost"] {
            assert!(is_safe(safe).is_ok(), "{safe}");
        }
        for open in ["http://id.example", "http://127.0.0.1.evil.example", "file:///etc/passwd", "", "id.example"] {
            assert!(is_safe(open).is_err(), "{open}");
        }
    }
}
