//! Who may come in: accounts, their sessions, the tokens of programs and walls. All of it rests in one
//! SQLite file beside the person key, never in the lake; secrets rest there as hashes alone.

use std::path::Path;
use std::sync::Arc;

use analytics::{Principal, Role, Scope};
use datasets::clock::Clock;
use jiff::Timestamp;

mod attempts;
mod password;
mod scram;
mod secret;
mod sessions;
mod sources;
mod store;
#[cfg(test)]
mod tests;
mod tokens;
mod users;
mod visitor;

pub use scram::WireLogin;
pub use secret::digest;
pub(crate) use secret::same;
pub use sessions::{Login, SessionRow, SessionRules};
pub use store::Store;
pub use tokens::{Kind, NewToken, TokenRow};
pub use users::Account;
pub use visitor::{Visitor, Way};

/// Why an account, a session or a token could not be had.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("the accounts cannot be read or written: {0}")]
    Store(#[from] rusqlite::Error),
    #[error("the file of the accounts {file}: {source}")]
    Io { file: String, source: std::io::Error },
    #[error("this machine gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("a password cannot be hashed: {0}")]
    Hash(argon2::Error),
    #[error("the accounts hold {what} {value:?}, which this program does not know; restore them from a backup")]
    Damaged { what: &'static str, value: String },
    #[error("there is no account {0:?}; `sunlake user list` has them")]
    NoAccount(String),
    #[error("there is no token {0:?} that could be revoked; `sunlake token list` has them")]
    NoToken(String),
    #[error("there is an account {0:?} already; give it another name, or `sunlake user reset` it")]
    Exists(String),
    #[error("a name must be 1 to 64 letters, digits, dots, hyphens and underscores, and begin with a letter or digit")]
    BadName,
    #[error("{0} is no role of an account; it must be one of: {1}")]
    BadRole(String, String),
    /// `0` ends the key of what is wrong with it: `password-{0}`.
    #[error("{}", password::told(.0))]
    Weak(&'static str),
}

/// All accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    clock: Arc<dyn Clock>,
    rules: SessionRules,
}

impl Accounts {
    /// The accounts in that file, which is made if it is missing and then for its owner alone. The clock
    /// is that of the machine: sessions do not end earlier because a demonstration's clock runs faster.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, AccountError> {
        Ok(Self { store: Store::open(path)?, clock, rules: SessionRules::default() })
    }

    /// Accounts that are gone with the process.
    pub fn in_memory(clock: Arc<dyn Clock>) -> Result<Self, AccountError> {
        Ok(Self { store: Store::in_memory()?, clock, rules: SessionRules::default() })
    }

    /// The same with other times for sessions.
    pub fn with_rules(self, rules: SessionRules) -> Self {
        Self { rules, ..self }
    }

    /// The file itself, for what else people keep in it.
    pub fn store(&self) -> Store {
        self.store.clone()
    }

    /// What a session lasts.
    pub fn rules(&self) -> SessionRules {
        self.rules
    }

    /// The clock that sessions go by.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn seconds(&self) -> i64 {
        self.clock.now().as_second()
    }
}

/// Names stand in addresses of the PostgreSQL wire and in the audit as they are. A dot ends them on the
/// wire, where a token's id follows; ids have no dot.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (1..=64).contains(&name.len())
        && name.chars().all(plain)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// A principal as its account has it.
fn principal(name: String, role: &str, scope: &str) -> Result<Principal, AccountError> {
    let damaged = |what, value: &str| AccountError::Damaged { what, value: value.to_owned() };
    let read: Role = role.parse().map_err(|_| damaged("the role", role))?;
    if !Role::ACCOUNTS.contains(&read) {
        return Err(damaged("the role", role));
    }
    Ok(Principal { name, role: read, scope: parse_scope(scope)? })
}

/// A secret for one use, hexadecimal.
pub(crate) fn random() -> Result<String, AccountError> {
    secret::random::<32>()
}

fn parse_scope(scope: &str) -> Result<Scope, AccountError> {
    scope.parse().map_err(|_| AccountError::Damaged { what: "the scope", value: scope.to_owned() })
}
