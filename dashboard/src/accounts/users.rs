//! The accounts themselves.

use analytics::{Role, Scope};
use rusqlite::{OptionalExtension, Row, named_params};

use super::attempts::Subject;
use super::{AccountError, Accounts, is_name, password, secret};

const ADD: &str = include_str!("../../store/account_add.sql");
const LIST: &str = include_str!("../../store/account_list.sql");
const ONE: &str = include_str!("../../store/account_one.sql");
const PASSWORD: &str = include_str!("../../store/account_password.sql");
const SET_PASSWORD: &str = include_str!("../../store/account_set_password.sql");
const DISABLE: &str = include_str!("../../store/account_disable.sql");
const SET_RIGHTS: &str = include_str!("../../store/account_set_rights.sql");
const REVOKE_ALL: &str = include_str!("../../store/token_revoke_all.sql");

/// An account, without what it signs in by. Instants are seconds since 1970.
#[derive(Debug, Clone)]
pub struct Account {
    pub name: String,
    pub role: String,
    pub scope: String,
    /// Whether the password is one that somebody else has made.
    pub must_change: bool,
    pub is_disabled: bool,
    /// `password` or `provider`.
    pub origin: String,
    pub created_at: i64,
    pub changed_at: i64,
}

impl Accounts {
    /// Adds an account; its first password, shown this once.
    pub fn add(&self, name: &str, role: Role, scope: &Scope) -> Result<String, AccountError> {
        let first = password::first()?;
        self.insert(name, (role, scope), Some(password::hash(&first)?), None)?;
        Ok(first)
    }

    /// Adds an account of somebody whom the provider has vouched for; its name, which is another if the
    /// one that is wanted is taken or can be none: nobody takes over an account by being called like it.
    pub(super) fn add_vouched(
        &self,
        subject: &str,
        wanted: &str,
        role: Role,
        scope: &Scope,
    ) -> Result<String, AccountError> {
        let plain: String =
            wanted.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).take(48).collect();
        let base = plain.trim_start_matches(['-', '_', '.']);
        let base = if base.is_empty() { "user" } else { base };
        match self.insert(base, (role, scope), None, Some(subject)) {
            Ok(()) => Ok(base.to_owned()),
            Err(AccountError::Exists(_)) => {
                let name = format!("{base}-{}", secret::random::<4>()?);
                self.insert(&name, (role, scope), None, Some(subject))?;
                Ok(name)
            }
            Err(error) => Err(error),
        }
    }

    fn insert(
        &self,
        name: &str,
        (role, scope): (Role, &Scope),
        password: Option<String>,
        subject: Option<&str>,
    ) -> Result<(), AccountError> {
        if !is_name(name) {
            return Err(AccountError::BadName);
        }
        if !Role::ACCOUNTS.contains(&role) {
            let known: Vec<String> = Role::ACCOUNTS.iter().map(Role::to_string).collect();
            return Err(AccountError::BadRole(role.to_string(), known.join(", ")));
        }
        let (now, must_change) = (self.seconds(), password.is_some());
        let origin = if subject.is_some() { "provider" } else { "password" };
        let (role, scope) = (role.to_string(), scope.to_string());
        let added = self.store.with(|connection| {
            let values = named_params! {
                ":name": name, ":role": role, ":scope": scope, ":password": password, ":must_change": must_change,
                ":origin": origin, ":subject": subject, ":now": now,
            };
            connection.execute(ADD, values)
        })?;
        if added == 0 { Err(AccountError::Exists(name.to_owned())) } else { Ok(()) }
    }

    /// All accounts, by name.
    pub fn list(&self) -> Result<Vec<Account>, AccountError> {
        Ok(self.store.with(|connection| {
            let mut statement = connection.prepare(LIST)?;
            statement.query_map([], account)?.collect::<Result<Vec<_>, _>>()
        })?)
    }

    /// The account of that name.
    pub fn find(&self, name: &str) -> Result<Account, AccountError> {
        let found = self
            .store
            .with(|connection| connection.query_row(ONE, named_params! { ":name": name }, account).optional())?;
        found.ok_or_else(|| AccountError::NoAccount(name.to_owned()))
    }

    /// Gives a new first password, shown this once, ends all sessions, and lets in whom too many tries or
    /// an order has shut out. Its tokens stay as they are.
    pub fn reset(&self, name: &str) -> Result<String, AccountError> {
        let first = password::first()?;
        self.set_password(name, &first, true)?;
        self.forget(Subject::Name(name))?;
        self.end_sessions(name)?;
        Ok(first)
    }

    /// Shuts an account out: its sessions end and its tokens are revoked.
    pub fn disable(&self, name: &str) -> Result<(), AccountError> {
        let now = self.seconds();
        let done = self.store.with(|connection| {
            let transaction = connection.transaction()?;
            let values = named_params! { ":name": name, ":now": now };
            let done = transaction.execute(DISABLE, values)?;
            transaction.execute(REVOKE_ALL, values)?;
            transaction.commit()?;
            Ok::<_, rusqlite::Error>(done)
        })?;
        if done == 0 {
            return Err(AccountError::NoAccount(name.to_owned()));
        }
        self.end_sessions(name)
    }

    /// Changes a password for one of the owner's own, if the old one is right; all sessions but the one
    /// that asks end. Wrong tries are not counted here: who is in has the session.
    pub fn change_password(&self, name: &str, old: &str, new: &str, session: &str) -> Result<bool, AccountError> {
        let kept: Option<Option<String>> = self.store.with(|connection| {
            connection.query_row(PASSWORD, named_params! { ":name": name }, |row| row.get(0)).optional()
        })?;
        let Some(Some(kept)) = kept else { return Ok(false) };
        if !password::is_of(&kept, old)? {
            return Ok(false);
        }
        if old == new {
            return Err(AccountError::Weak("same"));
        }
        password::check(name, new)?;
        self.set_password(name, new, false)?;
        for other in self.sessions(name)?.iter().filter(|other| other.id != session) {
            self.end_session(name, &other.id)?;
        }
        Ok(true)
    }

    /// Gives an account another role and scope; whether that changed anything. The next request of its
    /// sessions and tokens goes by them.
    pub fn set_rights(&self, name: &str, role: Role, scope: &Scope) -> Result<bool, AccountError> {
        let (role, scope, now) = (role.to_string(), scope.to_string(), self.seconds());
        let changed = self.store.with(|connection| {
            let values = named_params! { ":name": name, ":role": role, ":scope": scope, ":now": now };
            connection.execute(SET_RIGHTS, values)
        })?;
        Ok(changed > 0)
    }

    fn set_password(&self, name: &str, password: &str, must_change: bool) -> Result<(), AccountError> {
        let (hash, now) = (password::hash(password)?, self.seconds());
        let done = self.store.with(|connection| {
            let values = named_params! { ":name": name, ":password": hash, ":must_change": must_change, ":now": now };
            connection.execute(SET_PASSWORD, values)
        })?;
        if done == 0 { Err(AccountError::NoAccount(name.to_owned())) } else { Ok(()) }
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        name: row.get(0)?,
        role: row.get(1)?,
        scope: row.get(2)?,
        must_change: row.get(3)?,
        is_disabled: row.get(4)?,
        origin: row.get(5)?,
        created_at: row.get(6)?,
        changed_at: row.get(7)?,
    })
}
