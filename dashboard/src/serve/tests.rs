use std::io::{Read, Write};
use std::net::SocketAddr;

use axum::routing::get;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(20);

/// A server, what stops it, and its end.
async fn started(limits: Limits) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let address = listener.local_addr().expect("address");
    let (stop, stopped) = oneshot::channel::<()>();
    let slow = || async {
        sleep(3 * LONG).await;
        "late"
    };
    let router = Router::new().route("/", get(|| async { "here" })).route("/slow", get(slow));
    let stopped = async move {
        // Dropped or sent: both mean the end.
        let _ = stopped.await;
    };
    let serving = tokio::spawn(serve(listener, router, limits, None, stopped, std::future::pending()));
    (address, stop, serving)
}

/// Sends a text, and reads until the server ends the connection.
async fn ask(address: SocketAddr, text: &'static str) -> String {
    let asking = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).expect("connected");
        stream.set_read_timeout(Some(LONG)).expect("set");
        stream.write_all(text.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        if let Err(error) = stream.read_to_end(&mut answer) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
        }
        String::from_utf8(answer).expect("text")
    });
    asking.await.expect("asked")
}

const WHOLE: &str = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_nothing_is_let_go_and_frees_the_place_for_the_next() {
    let (address, _stop, _serving) = started(Limits { connections: 1, head: SHORT, stop: SHORT }).await;
    let silent = tokio::spawn(ask(address, "GET / HTTP/1.1\r\nhost: localhost\r\nx-begun: "));
    sleep(SHORT / 3).await;
    let answer = ask(address, WHOLE).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer}");
    assert!(!silent.await.expect("ended").contains("200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_comes_whatever_is_still_being_answered() {
    let limits = Limits { stop: SHORT, ..Limits::default() };
    let (address, stop, serving) = started(limits).await;
    let slow = tokio::spawn(ask(address, "GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n"));
    // One that rests after its answer does not keep the server.
    let resting = tokio::spawn(ask(address, "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"));
    sleep(SHORT).await;
    stop.send(()).expect("told");
    timeout(LONG, serving).await.expect("in time").expect("ended");
    assert!(resting.await.expect("ended").ends_with("here"));
    assert_eq!(slow.await.expect("ended"), "");
}
