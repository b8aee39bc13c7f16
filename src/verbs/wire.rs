//! The wire beside the pages: its port is taken before anything is said, and told after the pages' own.

use std::net::SocketAddr;

use analytics::Engine;
use anyhow::{Context, Result, bail};
use dashboard::wire::{Wire, WireLimits};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::cli::Misuse;
use crate::output::say;

/// Who may come in, and how.
#[derive(Default)]
pub struct Doors {
    /// None while there are no accounts: then everybody on this machine is `local`.
    pub accounts: Option<dashboard::accounts::Accounts>,
    pub tls: Option<dashboard::TlsAcceptor>,
    pub audit: Option<datasets::audit::AuditLog>,
}

/// A port that is taken, and what it will be served with.
pub struct Ready {
    listener: TcpListener,
    limits: WireLimits,
    doors: Doors,
}

/// Takes the port, if the configuration names one.
pub async fn open(named: Option<(SocketAddr, WireLimits)>, doors: Doors) -> Result<Option<Ready>> {
    let Some((listen, limits)) = named else { return Ok(None) };
    if !listen.ip().is_loopback() && (doors.accounts.is_none() || doors.tls.is_none()) {
        bail!(Misuse(format!(
            "[wire]: {listen} is not a loopback address; beyond this machine the wire needs accounts and [tls]"
        )));
    }
    let listener = TcpListener::bind(listen).await.with_context(|| format!("[wire]: cannot listen on {listen}"))?;
    Ok(Some(Ready { listener, limits, doors }))
}

impl Ready {
    /// Answers until `stop`.
    pub fn start(self, engine: Engine, stop: impl Future<Output = ()> + Send + 'static) -> Result<JoinHandle<()>> {
        say!("postgres://{}/sunlake", self.listener.local_addr()?);
        let Doors { accounts, tls, audit } = self.doors;
        let wire = Wire { engine, accounts, audit, tls, limits: self.limits };
        Ok(tokio::spawn(dashboard::wire::serve(self.listener, wire, stop)))
    }
}
