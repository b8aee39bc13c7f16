//! From where a request comes.

use std::net::IpAddr;

use axum::http::HeaderMap;

/// The other end of a connection; the server puts it on each request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

const FORWARDED: &str = "x-forwarded-for";

/// Who asks: the other end, or whom a proxy of ours names. Only what our own proxies have added is
/// believed, so the list is read from its end. Nothing if there are proxies and it comes past them.
pub(crate) fn client(peer: Option<Peer>, headers: &HeaderMap, proxies: &[IpAddr]) -> Option<String> {
    let Some(Peer(peer)) = peer else { return Some("-".to_owned()) };
    let peer = peer.to_canonical();
    if proxies.is_empty() || (peer.is_loopback() && !proxies.contains(&peer)) {
        return Some(peer.to_string());
    }
    if !proxies.contains(&peer) {
        return None;
    }
    let told = headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok());
    let told: Vec<&str> = told.flat_map(|line| line.split(',')).map(str::trim).collect();
    let named = told.iter().rev().map_while(|name| name.parse::<IpAddr>().ok());
    let asking = named.map(|name| name.to_canonical()).find(|name| !proxies.contains(name));
    Some(asking.unwrap_or(peer).to_string())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_what_a_proxy_of_ours_has_added_is_believed() {
        let address = |text: &str| text.parse::<IpAddr>().expect("address");
        let asks = |peer: &str, told: &[&'static str], proxies: &[IpAddr]| {
            let mut headers = HeaderMap::new();
            told.iter().for_each(|told| {
                headers.append(FORWARDED, HeaderValue::from_static(told));
            });
            client(Some(Peer(address(peer))), &headers, proxies)
        };
        let proxy = [address("10.0.0.5")];
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(asks("192.0.2.9", &["127.0.0.1"], &[]), some("192.0.2.9"));
        assert_eq!(asks("10.0.0.5", &["127.0.0.1, 192.0.2.9"], &proxy), some("192.0.2.9"));
        assert_eq!(asks("10.0.0.5", &["127.0.0.1", "192.0.2.9, 10.0.0.5"], &proxy), some("192.0.2.9"));
        assert_eq!(asks("10.0.0.5", &["192.0.2.9, <script>"], &proxy), some("10.0.0.5"));
        assert_eq!(asks("10.0.0.5", &[], &proxy), some("10.0.0.5"));
        assert_eq!(asks("192.0.2.9", &["10.0.0.5"], &proxy), None, "past the proxy");
        assert_eq!(asks("::ffff:10.0.0.5", &["192.0.2.9"], &proxy), some("192.0.2.9"));
        assert_eq!(asks("127.0.0.1", &["192.0.2.9"], &proxy), some("127.0.0.1"));
    }
}
