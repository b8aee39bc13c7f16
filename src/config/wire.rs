//! `[wire]`: the lake for clients of PostgreSQL's.

use std::net::SocketAddr;
use std::time::Duration;

use analytics::AskLimits;
use anyhow::{Result, bail};
use dashboard::wire::WireLimits;
use serde::Deserialize;

/// `[wire]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WireSection {
    /// Where it listens, e.g. `127.0.0.1:5433`; nowhere by default.
    pub listen: Option<SocketAddr>,
    /// Connections at a time; who comes beyond is told so. Default: 100.
    pub max_connections: usize,
    /// Seconds that a statement may take until the client has its last row. Default: 300.
    pub statement_seconds: u32,
    /// Rows of one answer; it is cut off beyond, with a warning. Default: 10,000,000.
    pub max_rows: u64,
    /// Seconds that a connection may say nothing. Default: 3,600.
    pub idle_seconds: u64,
}

impl Default for WireSection {
    fn default() -> Self {
        let limits = WireLimits::default();
        Self {
            listen: None,
            max_connections: limits.connections,
            statement_seconds: limits.ask.seconds,
            max_rows: limits.ask.rows,
            idle_seconds: limits.idle.as_secs(),
        }
    }
}

/// Checks the section; nothing if the wire is not to be served.
pub fn resolve(section: &WireSection) -> Result<Option<(SocketAddr, WireLimits)>> {
    let day = 86_400;
    for (name, told, most) in [
        ("max_connections", u64::try_from(section.max_connections).unwrap_or(u64::MAX), 10_000),
        ("statement_seconds", section.statement_seconds.into(), day),
        ("max_rows", section.max_rows, 1_000_000_000_000),
        ("idle_seconds", section.idle_seconds, 7 * day),
    ] {
        if !(1..=most).contains(&told) {
            bail!("[wire]: {name} is {told}; give a whole number from 1 to {most}");
        }
    }
    let ask = AskLimits { rows: section.max_rows, seconds: section.statement_seconds, ..AskLimits::default() };
    let limits = WireLimits {
        connections: section.max_connections,
        idle: Duration::from_secs(section.idle_seconds),
        ask,
        ..WireLimits::default()
    };
    Ok(section.listen.map(|listen| (listen, limits)))
}
