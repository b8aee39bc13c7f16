//! By which names the server is asked, and what browsers are told. Loopback without accounts is the
//! principal `local`, so a page elsewhere must not reach us under a name of its own (DNS rebinding): the
//! Host header has to be a loopback name (design §6), or, where there are accounts, one of the door's.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::Problem;
use crate::gate::Door;

const NOT_THIS_HOST: &str = "this server answers to localhost, 127.0.0.1, [::1] and the names in [serve] hosts only";
const SEC_FETCH_SITE: &str = "sec-fetch-site";
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// Refuses foreign hosts and sets the security headers.
pub(crate) async fn watch(State(door): State<Option<Arc<Door>>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    let hosts = door.as_ref().map_or(&[] as &[String], |door| door.hosts.as_slice());
    let host = host.map(|host| is_loopback(host) || is_one_of(host, hosts));
    let is_api = crate::api::is_api(request.uri());
    let mut response = match host {
        Some(true) => next.run(request).await,
        Some(false) if is_api => Problem::new(StatusCode::MISDIRECTED_REQUEST, "host", NOT_THIS_HOST).into_response(),
        None if is_api => Problem::new(StatusCode::BAD_REQUEST, "host", "the Host header is missing").into_response(),
        Some(false) => {
            let words = "This server answers to localhost, 127.0.0.1, [::1] and the names in [serve] hosts only.\n本服务只接受以 localhost、127.0.0.1、[::1] 或 [serve] hosts 中的名称访问。\n";
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
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if door.is_some_and(|door| door.is_https) {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// Whether a page of this very server sent a form. Browsers say so in Origin, newer ones also in
/// Sec-Fetch-Site; both have to agree, and who says neither is refused.
pub(crate) fn is_same_origin(headers: &HeaderMap, is_https: bool) -> bool {
    let site = told(headers, SEC_FETCH_SITE).map(|site| site == "same-origin");
    let origin = told(headers, ORIGIN.as_str()).map(|origin| {
        // A page over TLS and one without are not the same, whatever their host.
        let from = origin.strip_prefix(if is_https { "https://" } else { "http://" });
        from.zip(told(headers, HOST.as_str())).is_some_and(|(from, host)| from.eq_ignore_ascii_case(host))
    });
    (site.is_some() || origin.is_some()) && site.unwrap_or(true) && origin.unwrap_or(true)
}

/// A header's text; one that is no text is as an empty one.
fn told<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

/// Whether a Host header is one of the names, with any port.
fn is_one_of(host: &str, names: &[String]) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if is_port(&format!(":{port}")) => name,
        _ => host,
    };
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
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
    fn a_form_comes_from_a_page_of_the_same_host_and_port() {
        let may = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value)));
            is_same_origin(&pairs.collect(), false)
        };
        let (host, ours) = (("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080"));
        assert!(may(&[host, ours]) && may(&[host, ours, ("sec-fetch-site", "same-origin")]));
        assert!(may(&[host, ("sec-fetch-site", "same-origin")]));
        for wrong in
            ["http://127.0.0.1:9090", "http://127.0.0.1", "https://127.0.0.1:8080", "null", "http://evil.example"]
        {
            assert!(!may(&[host, ("origin", wrong)]), "{wrong}");
        }
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!may(&[host, ours, ("sec-fetch-site", site)]), "{site}");
        }
        assert!(!may(&[host]) && !may(&[ours]));
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("lake.example"));
        headers.insert(ORIGIN, HeaderValue::from_static("https://lake.example"));
        assert!(is_same_origin(&headers, true) && !is_same_origin(&headers, false));
    }

    #[test]
    fn a_name_of_the_door_is_met_whole() {
        let names = ["lake.example".to_owned()];
        for host in ["lake.example", "LAKE.example:8443"] {
            assert!(is_one_of(host, &names), "{host}");
        }
        for host in ["evil.example", "lake.example.evil.example", "lake.example:x", "xlake.example", ""] {
            assert!(!is_one_of(host, &names), "{host}");
        }
    }

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
