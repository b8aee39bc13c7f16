//! The lake for clients of PostgreSQL's: its protocol over a port of its own, one session a connection, under the
//! policy of who comes in. Messages are those of the crate `pgwire`; how connections are kept is our own, so that
//! what a client may take is bounded everywhere ([decision 0026](../../../docs/decisions/0026-wire.md)).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use analytics::pg::PgPlaces;
use analytics::{AskLimits, Engine};
use pgwire::messages::Message;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::accounts::{Accounts, Visitor};
use crate::audit::Audit;

mod bind;
mod cells;
mod command;
mod copy;
mod line;
mod login;
mod portal;
mod refusal;
mod run;
mod running;
mod scram;
mod session;
mod settings;
mod text;

use line::{End, Line};
use refusal::{Refusal, code};
use running::Running;

/// The name of the one database.
const DATABASE: &str = "sunlake";
/// After a connection could not be accepted: mostly there are too many open files.
const BREATH: Duration = Duration::from_secs(1);

/// How much is taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireLimits {
    /// Connections at a time; who comes beyond is told so.
    pub connections: usize,
    /// How long somebody may take to come in.
    pub login: Duration,
    /// How long a connection may say nothing.
    pub idle: Duration,
    /// How long what is being answered may take from the stop on.
    pub stop: Duration,
    /// What one statement may take; its seconds go on until the client has the last row.
    pub ask: AskLimits,
}

impl Default for WireLimits {
    fn default() -> Self {
        Self {
            connections: 100,
            login: Duration::from_secs(10),
            idle: Duration::from_secs(3600),
            stop: Duration::from_secs(10),
            ask: AskLimits { rows: 10_000_000, seconds: 300, ..AskLimits::default() },
        }
    }
}

/// What the wire is served with.
#[derive(Clone)]
pub struct Wire {
    pub engine: Engine,
    /// Whose tokens let in; without them everybody who reaches the port is `local`.
    pub accounts: Option<Accounts>,
    /// Where is noted who came and what they asked.
    pub audit: Option<datasets::audit::AuditLog>,
    /// With it nobody is let in without TLS.
    pub tls: Option<TlsAcceptor>,
    pub limits: WireLimits,
}

/// What all connections share.
pub(crate) struct Shared {
    engine: Engine,
    accounts: Option<Accounts>,
    audit: Audit,
    tls: Option<TlsAcceptor>,
    limits: WireLimits,
    running: Arc<Running>,
    places: PgPlaces,
    /// Of this start alone: what names that nobody has are answered with.
    secret: [u8; 16],
}

impl Shared {
    fn new(wire: Wire) -> Arc<Self> {
        let clock: Arc<dyn datasets::clock::Clock> = Arc::new(datasets::clock::SystemClock::default());
        Arc::new(Self {
            audit: Audit::new(wire.audit, clock),
            engine: wire.engine,
            accounts: wire.accounts,
            tls: wire.tls,
            limits: wire.limits,
            running: Arc::default(),
            places: PgPlaces::default(),
            secret: *uuid::Uuid::new_v4().as_bytes(),
        })
    }

    /// A number that cannot be guessed.
    fn random() -> i32 {
        let [a, b, c, d, ..] = *uuid::Uuid::new_v4().as_bytes();
        i32::from_be_bytes([a, b, c, d])
    }

    /// Notes what somebody does; what cannot be noted is not done.
    async fn note(&self, visitor: &Visitor, action: &'static str, fields: Value) -> Result<(), Refusal> {
        self.audit.note(visitor, action, fields).await.map_err(|_| {
            Refusal::fatal(code::INTERNAL, "the audit log cannot be written, so nothing is done; its disk may be full")
        })
    }
}

/// Answers on `listener` until `stop`; what is being answered then is answered first, within the limit.
pub async fn serve(listener: TcpListener, wire: Wire, stop: impl Future<Output = ()>) {
    let shared = Shared::new(wire);
    let (stopping, told) = watch::channel(());
    // Dropped with this function, it ends what is still being answered.
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next() => {}
            (stream, peer) = accept(&listener) => {
                if connections.len() < shared.limits.connections {
                    connections.spawn(answer(stream, peer, shared.clone(), told.clone()));
                } else {
                    tokio::spawn(full(stream));
                }
            }
        }
    }
    drop(listener);
    stopping.send_replace(());
    let answered = async { while connections.join_next().await.is_some() {} };
    if timeout(shared.limits.stop, answered).await.is_err() {
        tracing::warn!("some answers over the wire took too long and were broken off");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::error!("no connection of the wire can be accepted: {error}");
                sleep(BREATH).await;
            }
        }
    }
}

/// Tells somebody that there is no room, without waiting for what they have to say.
async fn full(mut stream: TcpStream) {
    let refusal = Refusal::fatal(code::TOO_MANY, "too many connections; close one, or try again in a moment");
    let mut out = bytes::BytesMut::new();
    if refusal.response("").encode(&mut out).is_err() {
        return;
    }
    let told = async {
        stream.write_all(&out).await?;
        stream.shutdown().await?;
        // What the client has sent is read, or it would lose what it is told.
        let mut rest = [0; 256];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<(), std::io::Error>(())
    };
    // Whether it has heard it is its own affair.
    let _ = timeout(BREATH, told).await;
}

/// One connection from its start to its end.
async fn answer(stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>, stopping: watch::Receiver<()>) {
    // Answers are small, and the client waits for each.
    if let Err(error) = stream.set_nodelay(true) {
        return tracing::debug!("a connection of the wire broke off: {error}");
    }
    let mut line = Line::new(Box::new(stream));
    let guest = timeout(shared.limits.login, login::login(&mut line, &shared, &peer.ip().to_string())).await;
    let ended = match guest {
        Ok(Ok(Some(guest))) => session::Session::new(&mut line, &shared, guest).run(stopping).await,
        Ok(Ok(None)) => Ok(()),
        Ok(Err(end)) => Err(end),
        Err(_) => Err(Refusal::fatal(code::NOT_LET_IN, "coming in took too long").into()),
    };
    let last = async {
        match ended {
            Ok(()) => {}
            Err(End::Gone(error)) => return Err(error),
            Err(End::Told(refusal)) => {
                line.put(refusal.response(""));
                line.flush().await?;
            }
        }
        line.io.shutdown().await
    };
    match timeout(BREATH, last).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!("a connection of the wire broke off: {error}"),
        Err(_) => tracing::debug!("a client of the wire did not take what it was told last"),
    }
}
