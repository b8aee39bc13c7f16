//! Who may ask, and what browsers are told. Loopback without accounts is the principal `local`, so
//! a page elsewhere must not reach us under a name of its own (DNS rebinding): the Host header has
//! to be a loopback name (design §6).

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::{CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::Problem;

const NOT_THIS_HOST: &str = "this server answers to localhost, 127.0.0.1 and [::1] only";
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// Refuses foreign hosts and sets the security headers.
pub(crate) async fn watch(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str())).map(is_loopback);
    let is_api = crate::api::is_api(request.uri());
    let mut response = match host {
        Some(true) => next.run(request).await,
        Some(false) if is_api => Problem::new(StatusCode::MISDIRECTED_REQUEST, "host", NOT_THIS_HOST).into_response(),
        None if is_api => Problem::new(StatusCode::BAD_REQUEST, "host", "the Host header is missing").into_response(),
        Some(false) => {
            let words = "This server answers to localhost, 127.0.0.1 and [::1] only.\n本服务只接受以 localhost、127.0.0.1 或 [::1] 访问。\n";
            (StatusCode::MISDIRECTED_REQUEST, words).into_response()
        }
        None => (StatusCode::BAD_REQUEST, "The Host header is missing.\n缺少 Host 请求头。\n").into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether a Host header names this machine to itself.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) if port.is_empty() || is_port(port) => name,
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) if is_port(&format!(":{port}")) => name,
            Some(_) => return false,
            None => host,
        },
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_answered() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.9:80", "[::1]", "[::1]:8080"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["sunlake.example", "localhost.evil.example", "10.0.0.5:8080", "127.0.0.1.evil.example", "", "[::1"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
