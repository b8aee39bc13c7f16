//! The configuration file: sections with documented defaults; flags come before it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use ingest::VaultOptions;
use serde::Deserialize;

pub mod access;
mod oidc;
mod pull;
pub mod push;
pub mod serve;
mod told;
pub mod watch;
pub mod wire;

pub use pull::{PullSection, Pulling};

/// All of it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub accounts: access::AccountsSection,
    pub oidc: Option<oidc::OidcSection>,
    pub privacy: Privacy,
    pub proxy: access::ProxySection,
    pub tls: access::TlsSection,
    pub compact: Compact,
    /// Queries of databases, asked again and again.
    pub pull: Vec<PullSection>,
    pub push: push::PushSection,
    pub token: Vec<push::TokenSection>,
    pub serve: serve::ServeSection,
    pub vault: Vault,
    pub watch: Vec<watch::WatchSection>,
    pub wire: wire::WireSection,
    /// Where it was read, for messages.
    #[serde(skip)]
    file: PathBuf,
}

/// `[privacy]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// File with the secret for personal identifiers, hexadecimal; made if missing and the lake has no
    /// hashes yet. Default:
    /// `$XDG_DATA_HOME/sunlake/person.key`, else `~/.local/share/sunlake/person.key`.
    pub person_key_file: Option<PathBuf>,
}

/// `[compact]`: how `serve` merges small files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Compact {
    /// Seconds from one look to the next, 0 for never. Default: 300.
    pub every_seconds: u64,
    /// Files that are younger are left, seconds. Default: 60.
    pub settled_seconds: u64,
    /// A table with more small files than this is compacted. Default: 50.
    pub small_files: usize,
}

impl Default for Compact {
    fn default() -> Self {
        Self { every_seconds: 300, settled_seconds: 60, small_files: 50 }
    }
}

/// `[vault]`: original files and the text of refused rows, encrypted, outside the lake.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Vault {
    /// Its folder, never inside a lake. Default: `vault` beside the person key.
    pub folder: Option<PathBuf>,
    /// Days that a file is kept, 1 or more.
    pub keep_days: u32,
    /// File with its key, hexadecimal; made if missing. Default: `vault.key` beside the person key.
    pub key_file: Option<PathBuf>,
    /// Whether original files are kept; refused rows are in any case.
    pub originals: bool,
}

impl Default for Vault {
    fn default() -> Self {
        Self { folder: None, keep_days: 180, key_file: None, originals: true }
    }
}

impl Config {
    /// Reads the file, if one is named.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        let Some(file) = file else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(file).with_context(|| format!("configuration {}", file.display()))?;
        // Without the line itself, which the error would show: people put passwords there.
        let config: Self = toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            anyhow!("configuration {}, line {line}: {}", file.display(), error.message())
        })?;
        anyhow::ensure!(
            config.vault.keep_days > 0,
            "configuration {}: vault.keep_days must be 1 or more; to keep no originals set originals = false",
            file.display()
        );
        Ok(Self { file: file.to_owned(), ..config })
    }

    /// The vault, with what is not configured beside the person key.
    pub fn vault(&self) -> VaultOptions {
        let beside = |name: &str| self.person_key_file().with_file_name(name);
        VaultOptions {
            folder: self.vault.folder.clone().unwrap_or_else(|| beside("vault")),
            key_file: self.vault.key_file.clone().unwrap_or_else(|| beside("vault.key")),
            keep_days: self.vault.keep_days,
            originals: self.vault.originals,
        }
    }

    /// What pushes are taken by; nothing if nobody may push.
    pub fn pushes(&self) -> Result<Option<push::Pushes>> {
        push::resolve(&self.push, &self.token).with_context(|| format!("configuration {}", self.file.display()))
    }

    /// What the server takes on.
    pub fn limits(&self) -> Result<dashboard::Limits> {
        serve::resolve(&self.serve).with_context(|| format!("configuration {}", self.file.display()))
    }

    /// Where clients of PostgreSQL's are answered; nowhere unless it is named.
    pub fn wire(&self) -> Result<Option<(std::net::SocketAddr, dashboard::wire::WireLimits)>> {
        wire::resolve(&self.wire).with_context(|| format!("configuration {}", self.file.display()))
    }

    /// The folders to watch.
    pub fn watches(&self) -> Result<Vec<ingest::watch::Watch>> {
        watch::resolve(&self.watch).with_context(|| format!("configuration {}", self.file.display()))
    }

    /// How people come in who have accounts; nothing while there are none, and then on loopback alone.
    pub fn access(&self, listen: SocketAddr) -> Result<Option<access::Access>> {
        access::resolve(self, listen)
    }

    /// The provider at whom people may sign in, too.
    pub fn oidc(&self) -> Result<Option<dashboard::Oidc>> {
        self.oidc.as_ref().map(oidc::resolve).transpose()
    }

    /// Where the accounts rest: beside the person key, if nothing else is said.
    pub fn accounts_file(&self) -> PathBuf {
        self.accounts.file.clone().unwrap_or_else(|| self.person_key_file().with_file_name("accounts.db"))
    }

    /// Keys and values that may be shown: nothing of what connects to databases or stands for a secret.
    pub fn told(&self) -> Vec<(String, String)> {
        told::lines(self)
    }

    /// Where the audit log rests: beside the person key.
    pub fn audit_file(&self) -> PathBuf {
        self.person_key_file().with_file_name("audit.ndjson")
    }

    /// Where the key for personal identifiers rests.
    pub fn person_key_file(&self) -> PathBuf {
        self.privacy.person_key_file.clone().unwrap_or_else(ingest::PersonKey::default_file)
    }
}

/// Says in which section something is wrong.
fn at(section: &str, number: usize, name: &str, error: anyhow::Error) -> anyhow::Error {
    anyhow!("[[{section}]] {} ({name}): {error}", number + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_stops_the_start_and_is_named() {
        let dir = tempfile::tempdir().expect("dir");
        let file = dir.path().join("sunlake.toml");
        std::fs::write(&file, "[privacy]\nperson_key = 1\n").expect("write");
        let error = Config::load(Some(&file)).expect_err("refused");
        assert!(format!("{error:#}").contains("person_key"), "{error:#}");
        std::fs::write(&file, "[privacy]\n\n[[pull]]\nconection = \"postgres://desk:geheim@db\"\n").expect("write");
        let error = Config::load(Some(&file)).expect_err("refused").to_string();
        assert!(error.contains("line ") && error.contains("conection") && !error.contains("geheim"), "{error}");
        assert!(Config::load(None).expect("default").privacy.person_key_file.is_none());
        std::fs::write(&file, "[vault]\nkeep_days = 0\n").expect("write");
        let error = Config::load(Some(&file)).expect_err("refused");
        assert!(format!("{error:#}").contains("keep_days"), "{error:#}");
        std::fs::write(&file, "[privacy]\nperson_key_file = \"/k/p.key\"\n[vault]\noriginals = false\n")
            .expect("write");
        let vault = Config::load(Some(&file)).expect("read").vault();
        assert_eq!((vault.folder, vault.key_file), ("/k/vault".into(), "/k/vault.key".into()));
        assert!(!vault.originals && vault.keep_days == 180);
    }

    #[test]
    fn a_bad_value_is_told_with_its_section_and_the_remedy() {
        let zeros = "0".repeat(64);
        let token = format!("[[token]]\nname = \"a\"\nsource = \"nongshi-sample\"\nsha256 = \"{zeros}\"\n");
        let watch = "[[watch]]\nfolder = \"in\"\nmapping = \"workflow_case\"\n";
        let whole = format!("{token}mappings = [\"workflow_case\"]\n{watch}");
        let told = |text: &str| {
            let config: Config = match toml::from_str(text) {
                Ok(config) => config,
                Err(error) => return error.to_string(),
            };
            let error = config
                .pushes()
                .and_then(|_| config.watches())
                .and_then(|_| config.limits())
                .and_then(|_| config.wire());
            error.err().map(|error| format!("{error:#}")).unwrap_or_default()
        };
        assert_eq!(told(&whole), "");
        for (from, to, says) in [
            ("name = \"a\"", "name = \"a b\"", "[[token]] 1 (a b): name must be"),
            (zeros.as_str(), "00", "`sunlake token new`"),
            ("[\"workflow_case\"]", "[]", "mappings is empty"),
            ("[\"workflow_case\"]", "[\"workflow_cases\"]", "there is no mapping"),
            ("[\"workflow_case\"]", "[\"receipt\"]", "the token speaks for \"nongshi-sample\""),
            ("[[token]]", "[serve]\nmax_connections = 0\n[[token]]", "[serve]: max_connections is 0"),
            ("[[token]]", "[wire]\nmax_rows = 0\n[[token]]", "[wire]: max_rows is 0; give a whole number from 1"),
            ("[[token]]", "[wire]\nlisten = \"5433\"\n[[token]]", "listen"),
            ("[[token]]", "[push]\nqueue = 0\n[[token]]", "[push]: queue is 0; give a whole number from 1"),
            ("[[token]]", "[push]\nqueues = 1\n[[token]]", "queues"),
            (zeros.as_str(), dashboard::accounts::digest("changeme").as_str(), "a secret that is tried first"),
            ("[[watch]]", "[[watch]]\nsettle = 1", "settle"),
            ("folder = \"in\"", "folder = \"in\"\ndone = \"in\"", "[[watch]] 1 (in): folder, done and failed"),
            ("folder = \"in\"", "folder = \"in\"\npattern = \"a/b\"", "a pattern of file names"),
        ] {
            let message = told(&whole.replacen(from, to, 1));
            assert!(message.contains(says), "{says:?} not in {message:?}");
        }
        let twin = format!("{}mappings = [\"workflow_case\"]\n", token.replace("\"a\"", "\"b\""));
        let message = told(&format!("{twin}{whole}"));
        assert!(message.contains("[[token]] 2 (a): it has the secret of token \"b\""), "{message}");
    }

    #[test]
    fn the_example_names_every_section() {
        let example = include_str!("../config/sunlake.toml");
        let _: Config = toml::from_str(example).expect("sound");
        let ours = ["[accounts]", "[tls]", "[proxy]", "[oidc]", "[wire]"];
        let others = ["[privacy]", "[vault]", "[compact]", "[serve]", "[[pull]]", "[[watch]]", "[[token]]", "[push]"];
        for section in ours.into_iter().chain(others) {
            assert!(example.contains(section), "{section} is missing");
        }
    }
}
