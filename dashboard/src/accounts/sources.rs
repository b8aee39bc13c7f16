//! Tokens of sources (push) that no longer count. They stand in the configuration, which nothing here
//! writes: until somebody takes them out of it, they are known by their hash.

use rusqlite::{OptionalExtension, named_params};

use super::{AccountError, Accounts};

const REVOKE: &str = include_str!("../../store/source_revoke.sql");
const REVOKED: &str = include_str!("../../store/source_revoked.sql");

impl Accounts {
    /// From now on nobody pushes by that token.
    pub fn revoke_source(&self, name: &str, sha256: &[u8; 32]) -> Result<(), AccountError> {
        let (sha256, now) = (hex::encode(sha256), self.seconds());
        self.store.with(|connection| {
            connection.execute(REVOKE, named_params! { ":sha256": sha256, ":name": name, ":now": now })
        })?;
        Ok(())
    }

    /// When it was revoked, seconds since 1970; nothing if it counts.
    pub fn source_revoked(&self, sha256: &[u8; 32]) -> Result<Option<i64>, AccountError> {
        let sha256 = hex::encode(sha256);
        let found = self.store.with(|connection| {
            connection.query_row(REVOKED, named_params! { ":sha256": sha256 }, |row| row.get(0)).optional()
        })?;
        Ok(found)
    }
}
