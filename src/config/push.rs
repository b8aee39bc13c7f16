//! `[push]` and `[[token]]`: who may push what, and how requests are taken.

use anyhow::{Result, bail};
use ingest::Mapping;
use ingest::push::{PushOptions, Token};
use serde::Deserialize;

use super::at;

/// `[push]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PushSection {
    /// Requests that may be read or wait at a time, half of them of one token; the next one is told to come
    /// back (429). Default: 128.
    pub queue: usize,
    /// Records from which on a group is large enough. Default: 10,000.
    pub group_rows: u64,
    /// Milliseconds that a request waits for others at most. Default: 20.
    pub group_ms: u64,
    /// Bytes of a body, as it comes and unpacked. Default: 8 MiB.
    pub max_body: usize,
}

impl Default for PushSection {
    fn default() -> Self {
        let PushOptions { queue, group_rows, group_ms, max_body } = PushOptions::default();
        Self { queue, group_rows, group_ms, max_body }
    }
}

/// `[[token]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSection {
    /// Names the sender in the books.
    pub name: String,
    /// The system that it speaks for: what its mappings say as `source.system`.
    pub source: String,
    /// SHA-256 of the bearer token, hexadecimal. The token itself rests nowhere.
    pub sha256: String,
    /// Mappings that it may use: shipped names, or TOML files, whose stem is then their name.
    pub mappings: Vec<String>,
}

/// What pushes are taken by.
pub struct Pushes {
    pub options: PushOptions,
    pub tokens: Vec<Token>,
    pub mappings: Vec<Mapping>,
}

/// Checks both sections; nothing if nobody may push.
pub fn resolve(push: &PushSection, tokens: &[TokenSection]) -> Result<Option<Pushes>> {
    let PushSection { queue, group_rows, group_ms, max_body } = *push;
    let bounds = [
        ("queue", queue as u64, 1, 100_000),
        ("group_rows", group_rows, 1, 10_000_000),
        ("group_ms", group_ms, 0, 10_000),
        ("max_body", max_body as u64, 1_024, 1 << 30),
    ];
    for (name, value, least, most) in bounds {
        if !(least..=most).contains(&value) {
            bail!("[push]: {name} is {value}; give a whole number from {least} to {most}");
        }
    }
    let mut pushes = Pushes {
        options: PushOptions { queue, group_rows, group_ms, max_body },
        tokens: Vec::new(),
        mappings: Vec::new(),
    };
    for (number, token) in tokens.iter().enumerate() {
        let token = add(&mut pushes, token).map_err(|error| at("token", number, &token.name, error))?;
        pushes.tokens.push(token);
    }
    Ok(Some(pushes).filter(|pushes| !pushes.tokens.is_empty()))
}

/// Names stand in the books as they are.
pub fn is_token_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (1..=64).contains(&name.len()) && name.chars().all(plain)
}

fn add(pushes: &mut Pushes, token: &TokenSection) -> Result<Token> {
    let TokenSection { name, source, sha256, mappings } = token;
    if !is_token_name(name) {
        bail!("name must be 1 to 64 letters, digits, dots, hyphens and underscores");
    }
    if pushes.tokens.iter().any(|other| other.name == *name) {
        bail!("another token has this name; give each its own");
    }
    let Some(sha256) = Token::parse_sha256(sha256) else {
        bail!("sha256 must be the 64 hexadecimal digits that `sunlake token new` prints");
    };
    if super::access::is_common(&sha256) {
        bail!("it stands for a secret that is tried first; make another with `sunlake token new`");
    }
    if let Some(other) = pushes.tokens.iter().find(|other| other.sha256 == sha256) {
        bail!("it has the secret of token {:?}; make each its own with `sunlake token new`", other.name);
    }
    if mappings.is_empty() {
        bail!("mappings is empty; name those that the token may use");
    }
    let mut names = Vec::new();
    for named in mappings {
        let mapping = Mapping::find(named)?;
        if mapping.source.system != *source {
            let system = &mapping.source.system;
            bail!("mapping {named:?} is of the system {system:?}, the token speaks for {source:?}; make both the same");
        }
        names.push(mapping.name.clone());
        match pushes.mappings.iter().find(|held| held.name == mapping.name) {
            Some(held) if held.version == mapping.version => {}
            Some(held) => bail!("two mappings are called {:?}; rename the file of one", held.name),
            None => pushes.mappings.push(mapping),
        }
    }
    Ok(Token { name: name.clone(), source: source.clone(), sha256, mappings: names })
}
