//! Signing in, and what it opens. A session has a secret that is made when it is opened, so no cookie
//! from before can be the one that is signed in with.

use analytics::{Role, Scope};
use rusqlite::{OptionalExtension, named_params};

use super::attempts::Subject;
use super::visitor::{Visitor, Way};
use super::{AccountError, Accounts, digest, is_name, password, principal, secret};

const ADD: &str = include_str!("../../store/session_add.sql");
const FIND: &str = include_str!("../../store/session_find.sql");
const SEEN: &str = include_str!("../../store/session_seen.sql");
const LIST: &str = include_str!("../../store/session_list.sql");
const END: &str = include_str!("../../store/session_end.sql");
const END_ALL: &str = include_str!("../../store/session_end_all.sql");
const SWEEP: &str = include_str!("../../store/session_sweep.sql");
const PASSWORD: &str = include_str!("../../store/account_password.sql");
const OF_SUBJECT: &str = include_str!("../../store/account_of_subject.sql");

/// Seconds within which a session that is used is not noted as used again.
const SELDOM: i64 = 30;

/// How long a session lasts, seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRules {
    /// Without being used.
    pub idle: i64,
    /// In any case.
    pub absolute: i64,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self { idle: 30 * 60, absolute: 12 * 3600 }
    }
}

/// What came of signing in.
#[derive(Debug)]
pub enum Login {
    /// The cookie's value, shown this once, and who it is.
    In { cookie: String, visitor: Box<Visitor> },
    /// Name or password is wrong, or the account may not sign in; which of them is not told.
    Wrong,
    /// Too many tries: again after so many seconds.
    Later { seconds: i64 },
}

/// A session as its owner sees it. Instants are seconds since 1970.
#[derive(Debug, Clone)]
pub struct SessionRow {
    pub id: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub address: String,
}

impl Accounts {
    /// Signs in by password. Takes a while on purpose: not on a thread that others wait for.
    pub fn sign_in(&self, name: &str, password: &str, address: &str) -> Result<Login, AccountError> {
        let subjects = [Subject::Name(name), Subject::Address(address)];
        // A name that cannot be one is counted by its address alone: texts at will are not kept.
        let subjects = if is_name(name) { &subjects[..] } else { &subjects[1..] };
        let mut seconds = 0;
        for subject in subjects {
            seconds = seconds.max(self.locked(*subject)?);
        }
        if seconds > 0 {
            return Ok(Login::Later { seconds });
        }
        for subject in subjects {
            self.count(*subject)?;
        }
        if !self.is_right(name, password)? {
            return Ok(Login::Wrong);
        }
        for subject in subjects {
            self.forget(*subject)?;
        }
        self.begin(name, address)
    }

    /// Signs in whom the provider has vouched for: its first sign-in makes the account, each later one
    /// brings role and scope up to what the provider says now.
    pub(crate) fn sign_in_vouched(
        &self,
        subject: &str,
        wanted: &str,
        (role, scope): (Role, &Scope),
        address: &str,
    ) -> Result<Login, AccountError> {
        let known: Option<(String, bool)> = self.store.with(|connection| {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            connection.query_row(OF_SUBJECT, named_params! { ":subject": subject }, row).optional()
        })?;
        let name = match known {
            Some((_, true)) => return Ok(Login::Wrong),
            Some((name, false)) => {
                self.set_rights(&name, role, scope)?;
                name
            }
            None => self.add_vouched(subject, wanted, role, scope)?,
        };
        self.begin(&name, address)
    }

    fn is_right(&self, name: &str, password: &str) -> Result<bool, AccountError> {
        let found: Option<(Option<String>, bool)> = self.store.with(|connection| {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            connection.query_row(PASSWORD, named_params! { ":name": name }, row).optional()
        })?;
        match found {
            Some((Some(kept), is_disabled)) => Ok(password::is_of(&kept, password)? && !is_disabled),
            Some((None, _)) | None => {
                password::pretend(password)?;
                Ok(false)
            }
        }
    }

    fn begin(&self, name: &str, address: &str) -> Result<Login, AccountError> {
        let (cookie, id, now) = (secret::random::<32>()?, secret::random::<6>()?, self.seconds());
        let (born, seen) = (now - self.rules.absolute, now - self.rules.idle);
        self.store.with(|connection| {
            connection.execute(SWEEP, named_params! { ":born": born, ":seen": seen })?;
            let sha256 = digest(&cookie);
            let values = named_params! {
                ":sha256": sha256, ":id": id, ":name": name, ":now": now, ":address": address,
            };
            connection.execute(ADD, values)
        })?;
        match self.principal_of_session(&cookie)? {
            Some(visitor) => Ok(Login::In { cookie, visitor: Box::new(visitor) }),
            // Disabled at this very moment.
            None => Ok(Login::Wrong),
        }
    }

    /// Who has this cookie; nobody if its session has ended.
    pub fn principal_of_session(&self, cookie: &str) -> Result<Option<Visitor>, AccountError> {
        let (now, sha256) = (self.seconds(), digest(cookie));
        type Found = (String, i64, i64, String, String, String, bool);
        let found: Option<Found> = self.store.with(|connection| {
            let row = |row: &rusqlite::Row<'_>| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
            };
            connection.query_row(FIND, named_params! { ":sha256": sha256 }, row).optional()
        })?;
        let Some((id, created, seen, name, role, scope, must_change)) = found else { return Ok(None) };
        if now - created >= self.rules.absolute || now - seen >= self.rules.idle {
            return Ok(None);
        }
        if now - seen >= SELDOM {
            self.store.with(|connection| connection.execute(SEEN, named_params! { ":sha256": sha256, ":now": now }))?;
        }
        Ok(Some(Visitor {
            principal: principal(name, &role, &scope)?,
            session: Some(id),
            way: Way::Session,
            must_change_password: must_change,
            csrf: digest(&format!("csrf {cookie}")),
            address: String::new(),
        }))
    }

    /// The sessions of an account that have not ended.
    pub fn sessions(&self, name: &str) -> Result<Vec<SessionRow>, AccountError> {
        let now = self.seconds();
        let rows = self.store.with(|connection| {
            let mut statement = connection.prepare(LIST)?;
            let row = |row: &rusqlite::Row<'_>| {
                Ok(SessionRow { id: row.get(0)?, created_at: row.get(1)?, seen_at: row.get(2)?, address: row.get(3)? })
            };
            statement.query_map(named_params! { ":name": name }, row)?.collect::<Result<Vec<_>, _>>()
        })?;
        let lasts =
            |row: &SessionRow| now - row.created_at < self.rules.absolute && now - row.seen_at < self.rules.idle;
        Ok(rows.into_iter().filter(lasts).collect())
    }

    /// Ends a session of an account; whether there was one.
    pub fn end_session(&self, name: &str, id: &str) -> Result<bool, AccountError> {
        let ended =
            self.store.with(|connection| connection.execute(END, named_params! { ":name": name, ":id": id }))?;
        Ok(ended > 0)
    }

    /// Ends all sessions of an account.
    pub fn end_sessions(&self, name: &str) -> Result<(), AccountError> {
        self.store.with(|connection| connection.execute(END_ALL, named_params! { ":name": name }))?;
        Ok(())
    }
}
