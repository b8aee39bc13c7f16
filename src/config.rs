//! The configuration file: sections with documented defaults; flags come before it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use ingest::VaultOptions;
use serde::Deserialize;

mod pull;

pub use pull::{PullSection, Pulling};

/// All of it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub privacy: Privacy,
    pub compact: Compact,
    /// Queries of databases, asked again and again.
    pub pull: Vec<PullSection>,
    pub vault: Vault,
}

/// `[privacy]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// File with the secret for personal identifiers, hexadecimal; made if missing. Default:
    /// `$XDG_DATA_HOME/sunlake/person.key`, else `~/.local/share/sunlake/person.key`.
    pub person_key_file: Option<PathBuf>,
}

/// `[compact]`: how `serve` merges small files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Compact {
    /// Minutes from one look to the next, 0 for never. Default: 60.
    pub every_minutes: u64,
    /// A table with more small files than this is compacted. Default: 50.
    pub small_files: usize,
}

impl Default for Compact {
    fn default() -> Self {
        Self { every_minutes: 60, small_files: 50 }
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
        Ok(config)
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

    /// Where the key for personal identifiers rests.
    pub fn person_key_file(&self) -> PathBuf {
        self.privacy.person_key_file.clone().unwrap_or_else(ingest::PersonKey::default_file)
    }
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
}
