//! Answering connections: not more at a time than there is room for, none that sends nothing, and an
//! end within a deadline. `axum::serve` bounds none of it, and knows no TLS.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::Service;

use crate::gate::Peer;
use crate::live::Stopping;

/// After a connection could not be accepted: mostly there are too many open files.
const BREATH: Duration = Duration::from_secs(1);

/// How much is answered, and how long is waited.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time; those beyond wait until one ends.
    pub connections: usize,
    /// How long a connection may take for the head of a request, or rest between two.
    pub head: Duration,
    /// How long what is being answered may take from the stop on.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 1_024, head: Duration::from_secs(10), stop: Duration::from_secs(10) }
    }
}

/// Answers on `listener`, over TLS if there is some, until `stop`; what is being answered then is answered first, within the
/// limit, unless `at_once` comes before.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    tls: Option<TlsAcceptor>,
    stop: impl Future<Output = ()>,
    at_once: impl Future<Output = ()>,
) {
    let (stopping, told) = watch::channel(());
    let router = router.layer(Extension(Stopping(told)));
    // Dropped with this function, it ends what is still being answered.
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next() => {}
            (stream, peer) = accept(&listener), if connections.len() < limits.connections => {
                let (router, told, head) = (router.clone(), stopping.subscribe(), limits.head);
                let peer = Peer(peer.ip());
                match tls.clone() {
                    None => connections.spawn(answer(stream, peer, router, head, told)),
                    Some(tls) => connections.spawn(secured(tls, stream, peer, router, head, told)),
                };
            }
        }
    }
    drop(listener);
    stopping.send_replace(());
    let answered = async { while connections.join_next().await.is_some() {} };
    tokio::select! {
        () = answered => {}
        () = sleep(limits.stop) => tracing::warn!("some answers took too long and were broken off"),
        () = at_once => tracing::warn!("told twice to stop: what was being answered was broken off"),
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::error!("no connection can be accepted: {error}");
                sleep(BREATH).await;
            }
        }
    }
}

fn is_of_the_connection(error: &io::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// The same once both ends have agreed on keys, within the time that a head may take.
async fn secured(
    tls: TlsAcceptor,
    stream: TcpStream,
    peer: Peer,
    router: Router,
    head: Duration,
    stopping: watch::Receiver<()>,
) {
    match timeout(head, tls.accept(stream)).await {
        Ok(Ok(stream)) => answer(stream, peer, router, head, stopping).await,
        Ok(Err(error)) => tracing::debug!("no TLS with {}: {error}", peer.0),
        Err(_) => tracing::debug!("no TLS with {} in time", peer.0),
    }
}

/// Answers the requests of one connection, when the server stops the one at hand alone.
async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    router: Router,
    head: Duration,
    mut stopping: watch::Receiver<()>,
) {
    let service = service_fn(move |mut request: axum::http::Request<Incoming>| {
        request.extensions_mut().insert(peer);
        // Cheap: it is behind an Arc, and always ready.
        router.clone().call(request)
    });
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let mut is_last = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!("a connection broke off: {error}");
                }
                return;
            }
            _ = stopping.changed(), if !is_last => {
                is_last = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

#[cfg(test)]
mod tests;
