//! A store of objects for a test, on a port of its own: as much of S3 as the program asks for, and
//! whatever goes wrong on the way. What is in the bucket `open` everybody may read, without ETags.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// The key that the store knows, and a secret that nobody may ever print.
pub const KEY: &str = "test-key";
pub const SECRET: &str = "never-shown-secret";

/// What goes wrong with the next request for an object.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// It is answered with this status.
    Status(u16),
    /// The connection ends after so many bytes of the body.
    Cut(usize),
    /// The same, and the object is another one afterwards.
    CutAndReplaced(usize),
}

#[derive(Default)]
struct Held {
    objects: BTreeMap<String, (Vec<u8>, String)>,
    faults: VecDeque<Fault>,
    /// Requests: method and address, then range and conditions.
    asked: Vec<String>,
    tags: u64,
}

pub struct Store {
    pub url: String,
    held: Arc<Mutex<Held>>,
}

struct Request {
    method: String,
    /// Bucket and key.
    path: String,
    headers: BTreeMap<String, String>,
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    cut: Option<usize>,
}

impl Store {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let held = Arc::new(Mutex::new(Held::default()));
        let shared = held.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, held) = (stream.expect("a connection"), shared.clone());
                // Whoever goes away in the middle of it has what it wanted.
                std::thread::spawn(move || drop(serve(stream, &held)));
            }
        });
        Self { url, held }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Puts an object there, by bucket and key.
    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        self.held().put(path, bytes.as_ref().to_vec());
    }

    pub fn fail(&self, faults: &[Fault]) {
        self.held().faults = faults.iter().copied().collect();
    }

    /// What was asked since this was asked before.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.held().asked)
    }
}

impl Held {
    fn put(&mut self, path: &str, bytes: Vec<u8>) {
        self.tags += 1;
        let tag = format!("\"tag-{}\"", self.tags);
        self.objects.insert(path.to_owned(), (bytes, tag));
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let header = |name: &str| request.headers.get(name).map(String::as_str);
        let is_open = request.path.starts_with("open/");
        let signed = format!("AWS4-HMAC-SHA256 Credential={KEY}/");
        if !is_open && !header("authorization").is_some_and(|held| held.starts_with(&signed)) {
            return Answer::error(403);
        }
        let fault = self.faults.pop_front();
        if let Some(Fault::Status(status)) = fault {
            return Answer::error(status);
        }
        match request.method.as_str() {
            "GET" | "HEAD" => {
                let Some((bytes, tag)) = self.objects.get(&request.path).cloned() else { return Answer::error(404) };
                if header("if-match").is_some_and(|wanted| wanted != tag) {
                    return Answer::error(412);
                }
                let mut answer = Answer { status: 200, headers: Vec::new(), body: bytes, cut: None };
                if !is_open {
                    answer.headers.push(("etag", tag));
                }
                if let Some(from) = header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')) {
                    let (from, size) = (from.parse::<usize>().expect("an offset"), answer.body.len());
                    answer.headers.push(("content-range", format!("bytes {from}-{}/{size}", size - 1)));
                    answer.status = 206;
                    answer.body.drain(..from);
                }
                if let Some(Fault::Cut(after) | Fault::CutAndReplaced(after)) = fault {
                    answer.cut = Some(after);
                }
                if let Some(Fault::CutAndReplaced(_)) = fault {
                    let (bytes, _) = self.objects[&request.path].clone();
                    self.put(&request.path, bytes);
                }
                answer
            }
            _ => Answer::error(405),
        }
    }
}

impl Answer {
    fn error(status: u16) -> Self {
        // Stores quote what they were asked; nobody may hand that on.
        let body = format!("<Error><StringToSign>{SECRET}</StringToSign></Error>").into_bytes();
        Self { status, headers: Vec::new(), body, cut: None }
    }
}

fn serve(stream: TcpStream, held: &Mutex<Held>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let mut request =
        Request { method: method.to_owned(), path: plain(path).trim_matches('/').to_owned(), headers: BTreeMap::new() };
    let mut asked = format!("{method} {target}");
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        request.headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    for name in ["range", "if-match"] {
        if let Some(value) = request.headers.get(name) {
            asked += &format!(" {name}: {value}");
        }
    }
    let answer = {
        let mut held = held.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        held.asked.push(asked);
        held.answer(&request)
    };
    let length = answer.body.len();
    let mut head = format!("HTTP/1.1 {} Told\r\ncontent-length: {length}\r\nconnection: close\r\n", answer.status);
    answer.headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    let stream = stream.get_mut();
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    if request.method != "HEAD" {
        stream.write_all(&answer.body[..answer.cut.unwrap_or(length).min(length)])?;
    }
    stream.flush()
}

/// What an address says in percent signs.
fn plain(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).expect("text")
}
