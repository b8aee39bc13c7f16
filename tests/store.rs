//! A store of objects for a test, on a port of its own: as much of S3 as the program asks for, and
//! whatever goes wrong on the way. What is in the bucket `open` everybody may read, without ETags.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// The key that the store knows, and a secret that nobody may ever print.
pub const KEY: &str = "test-key";
pub const SECRET: &str = "never-shown-secret";
/// A bucket that is not there.
pub const NO_BUCKET: &str = "no-bucket";
/// Keys in one answer to a list.
const PAGE: usize = 20;

/// What goes wrong with the next request for an object.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// It is answered with this status.
    Status(u16),
    /// The connection ends after so many bytes of the body.
    Cut(usize),
    /// The same, and the object is another one afterwards.
    CutAndReplaced(usize),
    /// The answer does not say how long it is.
    NoLength,
}

#[derive(Default)]
struct Held {
    objects: BTreeMap<String, (Vec<u8>, String)>,
    faults: VecDeque<Fault>,
    /// Requests: method and address, then range and conditions.
    asked: Vec<String>,
    tags: u64,
    /// Somebody else puts this object anew just before the next one who does.
    raced: Option<String>,
}

pub struct Store {
    pub url: String,
    held: Arc<Mutex<Held>>,
}

struct Request {
    method: String,
    /// Bucket and key.
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    cut: Option<usize>,
    /// Whether it says how long it is.
    is_measured: bool,
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

    pub fn remove(&self, path: &str) {
        self.held().objects.remove(path);
    }

    /// What is there, by bucket and key.
    pub fn paths(&self) -> Vec<String> {
        self.held().objects.keys().cloned().collect()
    }

    pub fn race(&self, path: &str) {
        self.held().raced = Some(path.to_owned());
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
    fn put(&mut self, path: &str, bytes: Vec<u8>) -> String {
        self.tags += 1;
        let tag = format!("\"tag-{}\"", self.tags);
        self.objects.insert(path.to_owned(), (bytes, tag.clone()));
        tag
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let header = |name: &str| request.headers.get(name).map(String::as_str);
        let is_open = request.path.starts_with("open/");
        let signed = format!("AWS4-HMAC-SHA256 Credential={KEY}/");
        if !is_open && !header("authorization").is_some_and(|held| held.starts_with(&signed)) {
            return Answer::error(403);
        }
        let is_key = request.path.contains('/');
        let fault = if is_key { self.faults.pop_front() } else { None };
        if let Some(Fault::Status(status)) = fault {
            return Answer::error(status);
        }
        match request.method.as_str() {
            _ if request.path.split('/').next() == Some(NO_BUCKET) => Answer::error(404),
            "GET" if !is_key => self.list(request),
            "POST" if request.query.contains_key("delete") => {
                let text = String::from_utf8_lossy(&request.body).into_owned();
                let keys = text.split("<Key>").skip(1).filter_map(|part| part.split("</Key>").next());
                let mut told = String::new();
                for key in keys {
                    self.objects.remove(&format!("{}/{key}", request.path));
                    told += &format!("<Deleted><Key>{key}</Key></Deleted>");
                }
                Answer::xml(format!("<DeleteResult>{told}</DeleteResult>"))
            }
            "PUT" => {
                if self.raced.take_if(|raced| *raced == request.path).is_some() {
                    self.put(&request.path, Vec::new());
                }
                let tag = self.objects.get(&request.path).map(|(_, tag)| tag.clone());
                let is_stale = header("if-match").is_some_and(|wanted| tag.as_deref() != Some(wanted));
                if is_stale || (header("if-none-match") == Some("*") && tag.is_some()) {
                    return Answer::error(412);
                }
                let tag = self.put(&request.path, request.body.clone());
                Answer { status: 200, headers: vec![("etag", tag)], body: Vec::new(), cut: None, is_measured: true }
            }
            "GET" | "HEAD" => {
                let Some((bytes, tag)) = self.objects.get(&request.path).cloned() else { return Answer::error(404) };
                if header("if-match").is_some_and(|wanted| wanted != tag) {
                    return Answer::error(412);
                }
                let mut answer = Answer { status: 200, headers: Vec::new(), body: bytes, cut: None, is_measured: true };
                if !is_open {
                    answer.headers.push(("etag", tag));
                }
                if let Some(range) = header("range") {
                    answer.cut_to(range);
                }
                if let Some(Fault::Cut(after) | Fault::CutAndReplaced(after)) = fault {
                    answer.cut = Some(after);
                }
                answer.is_measured = !matches!(fault, Some(Fault::NoLength));
                if let Some(Fault::CutAndReplaced(_)) = fault {
                    let (bytes, _) = self.objects[&request.path].clone();
                    self.put(&request.path, bytes);
                }
                answer
            }
            _ => Answer::error(405),
        }
    }

    /// Page by page; what has the delimiter behind the prefix is told by its beginning alone.
    fn list(&self, request: &Request) -> Answer {
        let asked = |name: &str| request.query.get(name).map_or("", String::as_str);
        let (bucket, prefix, delimiter) = (format!("{}/", request.path), asked("prefix"), asked("delimiter"));
        let after = asked("start-after").max(asked("continuation-token"));
        let keys = self.objects.iter().filter_map(|(path, held)| Some((path.strip_prefix(&bucket)?, held)));
        let mut keys: Vec<_> = keys.filter(|(key, _)| key.starts_with(prefix) && *key > after).collect();
        let is_whole = keys.len() <= PAGE;
        keys.truncate(PAGE);
        let (mut told, mut folders) = (String::new(), BTreeSet::new());
        for (key, (bytes, tag)) in &keys {
            let folder = key[prefix.len()..].split_once(delimiter).filter(|_| !delimiter.is_empty());
            match folder {
                Some((folder, _)) => {
                    folders.insert(format!("{prefix}{folder}{delimiter}"));
                }
                None => {
                    told += &format!(
                        "<Contents><Key>{key}</Key><Size>{}</Size><ETag>{tag}</ETag>\
                         <LastModified>2023-09-13T07:42:00.000Z</LastModified></Contents>",
                        bytes.len()
                    );
                }
            }
        }
        for folder in folders {
            told += &format!("<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>");
        }
        if let Some((key, _)) = keys.last().filter(|_| !is_whole) {
            told += &format!("<NextContinuationToken>{key}</NextContinuationToken>");
        }
        Answer::xml(format!("<ListBucketResult>{told}</ListBucketResult>"))
    }
}

impl Answer {
    fn xml(body: String) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.into_bytes(), cut: None, is_measured: true }
    }

    /// To `bytes=from-`, `bytes=from-to` or `bytes=-last`.
    fn cut_to(&mut self, range: &str) {
        let size = self.body.len();
        let (from, to) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')).expect("a range");
        let number = |text: &str| text.parse::<usize>().ok();
        let (from, end) = match (number(from), number(to)) {
            (Some(from), to) => (from, to.map_or(size, |to| size.min(to + 1))),
            (None, last) => (size.saturating_sub(last.expect("a number")), size),
        };
        self.headers.push(("content-range", format!("bytes {from}-{}/{size}", end - 1)));
        self.status = 206;
        self.body = self.body[from..end].to_vec();
    }

    fn error(status: u16) -> Self {
        // Stores quote what they were asked; nobody may hand that on.
        let body = format!("<Error><StringToSign>{SECRET}</StringToSign></Error>").into_bytes();
        Self { status, headers: Vec::new(), body, cut: None, is_measured: true }
    }
}

fn serve(stream: TcpStream, held: &Mutex<Held>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut request = Request {
        method: method.to_owned(),
        path: plain(path).trim_matches('/').to_owned(),
        query: pairs.map(|(name, value)| (plain(name), plain(value))).collect(),
        headers: BTreeMap::new(),
        body: Vec::new(),
    };
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
    let length = request.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body)?;
    let answer = {
        let mut held = held.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        held.asked.push(asked);
        held.answer(&request)
    };
    let length = answer.body.len();
    let mut head = format!("HTTP/1.1 {} Told\r\nconnection: close\r\n", answer.status);
    if answer.is_measured {
        head += &format!("content-length: {length}\r\n");
    }
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
