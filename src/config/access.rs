//! `[accounts]`, `[tls]` and `[proxy]`: who may come in, and how. Beyond loopback there is no way but with
//! accounts, and over TLS.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Result, bail};
use dashboard::accounts::{SessionRules, digest};
use dashboard::{Door, TlsAcceptor};
use serde::Deserialize;

use super::Config;
use crate::cli::Misuse;

/// Secrets that are tried first, and those of examples.
const COMMON: [&str; 14] = [
    "", "admin", "bearer", "changeme", "default", "demo", "example", "geheim", "password", "secret", "sunlake", "test",
    "token", "TOKEN",
];

/// `[accounts]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountsSection {
    /// Whether only who has an account comes in. Default: false.
    pub enabled: bool,
    /// Default: `accounts.db` beside the person key.
    pub file: Option<PathBuf>,
    /// Minutes after which a session that is not used ends. Default: 30.
    pub idle_minutes: u32,
    /// Hours after which any session ends. Default: 12.
    pub session_hours: u32,
}

impl Default for AccountsSection {
    fn default() -> Self {
        Self { enabled: false, file: None, idle_minutes: 30, session_hours: 12 }
    }
}

/// `[tls]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSection {
    /// PEM file with the server's certificate and those that lead to the root.
    pub certificate: Option<PathBuf>,
    /// PEM file with its key.
    pub key: Option<PathBuf>,
}

/// `[proxy]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProxySection {
    /// Addresses of proxies that have TLS.
    pub addresses: Vec<IpAddr>,
}

/// How people come in.
pub struct Access {
    pub door: Door,
    pub tls: Option<TlsAcceptor>,
}

impl AccountsSection {
    /// What a session lasts.
    pub fn rules(&self) -> Result<SessionRules> {
        for (name, told, most) in
            [("idle_minutes", self.idle_minutes, 1_440), ("session_hours", self.session_hours, 168)]
        {
            if !(1..=most).contains(&told) {
                bail!("[accounts]: {name} is {told}; give a whole number from 1 to {most}");
            }
        }
        Ok(SessionRules { idle: i64::from(self.idle_minutes) * 60, absolute: i64::from(self.session_hours) * 3_600 })
    }
}

/// Checks the sections against the address to listen on.
pub(super) fn resolve(config: &Config, listen: SocketAddr) -> Result<Option<Access>> {
    let Config { accounts, tls, proxy, serve, .. } = config;
    accounts.rules()?;
    let tls = match (&tls.certificate, &tls.key) {
        (Some(certificate), Some(key)) => Some(dashboard::acceptor(certificate, key)?),
        (None, None) => None,
        _ => bail!("[tls]: certificate and key go together; name both, or none"),
    };
    let is_near = listen.ip().is_loopback();
    if config.oidc.is_some() && !accounts.enabled {
        bail!("[oidc]: nobody can sign in while enabled is false in [accounts]");
    }
    if !accounts.enabled {
        if !is_near {
            bail!(Misuse(format!(
                "{listen} is not a loopback address; without accounts the dashboard answers this machine alone: see \
                 [accounts] in docs/ACCOUNTS.md"
            )));
        }
        return Ok(None);
    }
    if !is_near && tls.is_none() && proxy.addresses.is_empty() {
        bail!(Misuse(format!(
            "{listen} is not a loopback address; passwords would go over the network for all to read: set [tls], or \
             name in [proxy] the addresses of the proxy that has TLS"
        )));
    }
    if !is_near && serve.hosts.is_empty() {
        bail!(Misuse(format!(
            "{listen} is not a loopback address; name in [serve] hosts what browsers ask for the server by"
        )));
    }
    if let Some(wrong) = serve.hosts.iter().find(|host| !is_host(host)) {
        bail!("[serve]: {wrong:?} in hosts is no name; give one such as \"lake.example.gov.cn\", without port");
    }
    let is_https = tls.is_some() || !proxy.addresses.is_empty();
    let door = Door { hosts: serve.hosts.clone(), is_https, proxies: proxy.addresses.clone() };
    Ok(Some(Access { door, tls }))
}

fn is_host(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    !name.is_empty() && name.chars().all(plain)
}

/// Whether a secret is made of one that is tried first.
pub(super) fn is_common_text(text: &str) -> bool {
    let mut common = COMMON.iter().filter(|common| !common.is_empty());
    common.any(|common| text.to_lowercase().replace(&common.to_lowercase(), "").is_empty())
}

/// Whether a hash stands for a secret that is tried first.
pub(super) fn is_common(sha256: &[u8; 32]) -> bool {
    COMMON.iter().any(|common| ingest::push::Token::parse_sha256(&digest(common)).as_ref() == Some(sha256))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, listen: &str) -> String {
        let config: Config = toml::from_str(text).expect("TOML");
        match resolve(&config, listen.parse().expect("address")) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn beyond_loopback_there_is_no_way_without_accounts_tls_and_a_name() {
        let (near, far) = ("127.0.0.1:8080", "0.0.0.0:8443");
        let proxy = "[accounts]\nenabled = true\n[proxy]\naddresses = [\"10.0.0.5\"]\n";
        for (text, listen, says) in [
            ("", near, ""),
            ("", far, "not a loopback address; without accounts"),
            ("[proxy]\naddresses = [\"10.0.0.5\"]\n[serve]\nhosts = [\"a.example\"]", far, "without accounts"),
            ("[accounts]\nenabled = true\n", near, ""),
            ("[accounts]\nenabled = true\n[serve]\nhosts = [\"a.example\"]", far, "set [tls]"),
            (proxy, far, "[serve] hosts"),
            (format!("{proxy}[serve]\nhosts = [\"a.example\"]").as_str(), far, ""),
            (format!("{proxy}[serve]\nhosts = [\"https://a.example\"]").as_str(), far, "is no name"),
            ("[tls]\nkey = \"a.pem\"", near, "go together"),
            ("[tls]\nkey = \"no-such.pem\"\ncertificate = \"no-such.pem\"", near, "no-such.pem"),
            ("[accounts]\nidle_minutes = 0", near, "from 1 to 1440"),
            ("[accounts]\nsession_hours = 1000", near, "from 1 to 168"),
        ] {
            let message = told(text, listen);
            assert!(if says.is_empty() { message.is_empty() } else { message.contains(says) }, "{text}: {message:?}");
        }
    }
}
