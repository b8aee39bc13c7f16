//! A server of its own for a test, and requests as plain HTTP over a socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Place, text};

/// `sunlake serve` on a port of its own, killed with the test.
pub struct Server {
    child: Child,
    address: String,
}

/// An answer, with the names of its headers in lower case.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// As JSON; null if it is none.
    pub body: Value,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Server {
    pub fn start(place: &Place, config: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sunlake"))
            .args(["serve", "--listen", "127.0.0.1:0", "--config", text(config)])
            .env("SUNLAKE_LAKE", place.dir.path().join("lake"))
            .env("XDG_DATA_HOME", place.dir.path().join("data"))
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("an address");
        let address = line.trim().strip_prefix("http://").expect("an address").to_owned();
        Self { child, address }
    }

    /// As a power cut ends it.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// A connection that may take several requests.
    pub fn connect(&self) -> Connection {
        Connection::open(&self.address)
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// One request on a connection of its own.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.connect().send(method, path, headers, body).expect("an answer")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("connected");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
        stream.set_nodelay(true).expect("set");
        Self { stream: BufReader::new(stream) }
    }

    /// Sends a request and reads its answer; an error if the server goes away.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<Answer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {}\r\n", body.len());
        headers.iter().for_each(|(name, value)| request += &format!("{name}: {value}\r\n"));
        let whole = [request.as_bytes(), b"\r\n", body].concat();
        self.stream.get_mut().write_all(&whole)?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let mut headers = Vec::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let value = |name: &str| headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str());
        let body = match value("transfer-encoding") {
            Some("chunked") => self.chunks()?,
            _ => {
                let mut body = vec![0; value("content-length").and_then(|value| value.parse().ok()).unwrap_or(0)];
                self.stream.read_exact(&mut body)?;
                body
            }
        };
        let text = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text, bytes: body })
    }

    /// A body that comes piece by piece; an error if it breaks off.
    fn chunks(&mut self) -> std::io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(|_| std::io::ErrorKind::UnexpectedEof)?;
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk)?;
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }
}
