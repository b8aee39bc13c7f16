//! Answering connections: not more at a time than there is room for, none that sends nothing, and an
//! end within a deadline. `axum::serve` bounds none of it.

use std::io::{self, ErrorKind};
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

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

/// Answers on `listener` until `stop`; what is being answered then is answered first, within the
/// limit, unless `at_once` comes before.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
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
            stream = accept(&listener), if connections.len() < limits.connections => {
                connections.spawn(answer(stream, router.clone(), limits.head, stopping.subscribe()));
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

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
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

/// Answers the requests of one connection, when the server stops the one at hand alone.
async fn answer(stream: TcpStream, router: Router, head: Duration, mut stopping: watch::Receiver<()>) {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
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
