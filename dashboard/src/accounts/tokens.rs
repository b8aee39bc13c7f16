//! Access tokens of accounts, for programs that ask in SQL, and tokens of walls, which have a scope and
//! no account.

use analytics::{Principal, Role, Scope};
use rusqlite::{OptionalExtension, Row, named_params};

use super::scram::Verifier;
use super::visitor::{Visitor, Way};
use super::{AccountError, Accounts, digest, is_name, parse_scope, principal, secret};

const ADD: &str = include_str!("../../store/token_add.sql");
const LIST: &str = include_str!("../../store/token_list.sql");
const FIND: &str = include_str!("../../store/token_find.sql");
const SEEN: &str = include_str!("../../store/token_seen.sql");
const REVOKE: &str = include_str!("../../store/token_revoke.sql");

/// What our tokens begin with, so that they are found where they should not be.
const ACCESS: &str = "sl_access_";
const DEVICE: &str = "sl_wall_";
/// Seconds within which a token that is used is not noted as used again.
const SELDOM: i64 = 60;
const DAY: i64 = 86_400;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Access,
    Device,
}

impl Kind {
    /// As the store has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Device => "device",
        }
    }
}

/// A token that was just made.
#[derive(Debug)]
pub struct NewToken {
    pub id: String,
    /// Shown this once.
    pub secret: String,
}

/// A token without its secret. Instants are seconds since 1970.
#[derive(Debug, Clone)]
pub struct TokenRow {
    pub id: String,
    pub kind: String,
    pub label: String,
    /// Whose it is; none for a wall.
    pub name: Option<String>,
    /// What a wall may see.
    pub scope: Option<String>,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub seen_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

impl Accounts {
    /// Makes an access token of an account, good for so many days, or until it is revoked.
    pub fn add_token(&self, name: &str, label: &str, days: Option<u32>) -> Result<NewToken, AccountError> {
        self.find(name)?;
        let secret = format!("{ACCESS}{}", secret::random::<32>()?);
        let verifier = Verifier::of(&secret)?;
        self.insert_token(Kind::Access, label, (Some(name), None), secret, (Some(verifier), days))
    }

    /// Makes the token of a wall.
    pub fn add_device(&self, label: &str, scope: &Scope) -> Result<NewToken, AccountError> {
        if !is_name(label) {
            return Err(AccountError::BadName);
        }
        let secret = format!("{DEVICE}{}", secret::random::<32>()?);
        self.insert_token(Kind::Device, label, (None, Some(scope.to_string())), secret, (None, None))
    }

    fn insert_token(
        &self,
        kind: Kind,
        label: &str,
        (name, scope): (Option<&str>, Option<String>),
        secret: String,
        (verifier, days): (Option<Verifier>, Option<u32>),
    ) -> Result<NewToken, AccountError> {
        let (id, sha256, now) = (secret::random::<4>()?, digest(&secret), self.seconds());
        let expires_at = days.map(|days| now + i64::from(days) * DAY);
        let label: String = label.chars().filter(|c| !c.is_control()).take(64).collect();
        let (salt, iterations) = (verifier.as_ref().map(|v| &v.salt[..]), verifier.as_ref().map(|v| v.iterations));
        let (stored, server) =
            (verifier.as_ref().map(|v| &v.stored_key[..]), verifier.as_ref().map(|v| &v.server_key[..]));
        self.store.with(|connection| {
            let values = named_params! {
                ":id": id, ":kind": kind.as_str(), ":label": label, ":name": name, ":scope": scope, ":sha256": sha256,
                ":salt": salt, ":iterations": iterations, ":stored_key": stored, ":server_key": server, ":now": now,
                ":expires_at": expires_at,
            };
            connection.execute(ADD, values)
        })?;
        Ok(NewToken { id, secret })
    }

    /// Tokens of an account, or all; those that are revoked last.
    pub fn tokens(&self, name: Option<&str>) -> Result<Vec<TokenRow>, AccountError> {
        Ok(self.store.with(|connection| {
            let mut statement = connection.prepare(LIST)?;
            statement.query_map(named_params! { ":name": name }, token)?.collect::<Result<Vec<_>, _>>()
        })?)
    }

    /// Revokes a token, of that account alone if one is named; from then on nobody comes in by it.
    pub fn revoke(&self, id: &str, name: Option<&str>) -> Result<(), AccountError> {
        let now = self.seconds();
        let values = named_params! { ":id": id, ":name": name, ":now": now };
        match self.store.with(|connection| connection.execute(REVOKE, values))? {
            0 => Err(AccountError::NoToken(id.to_owned())),
            _ => Ok(()),
        }
    }

    /// Who has this access token (Bearer).
    pub fn principal_of_token(&self, secret: &str) -> Result<Option<Visitor>, AccountError> {
        self.holder(secret, ACCESS)
    }

    /// The wall that has this token.
    pub fn device_of_token(&self, secret: &str) -> Result<Option<Visitor>, AccountError> {
        self.holder(secret, DEVICE)
    }

    fn holder(&self, secret: &str, prefix: &str) -> Result<Option<Visitor>, AccountError> {
        if !secret.starts_with(prefix) {
            return Ok(None);
        }
        let (now, sha256) = (self.seconds(), digest(secret));
        type Found = (String, String, String, Option<String>, Option<String>, Option<String>, Option<String>);
        let found: Option<Found> = self.store.with(|connection| {
            let row = |row: &Row<'_>| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
            };
            connection.query_row(FIND, named_params! { ":sha256": sha256, ":now": now }, row).optional()
        })?;
        let Some((id, kind, label, device_scope, name, role, scope)) = found else { return Ok(None) };
        self.store.with(|connection| {
            connection.execute(SEEN, named_params! { ":id": id, ":now": now, ":before": now - SELDOM })
        })?;
        let who = match (kind == Kind::Device.as_str(), device_scope, name, role, scope) {
            // What a wall shows has no personal data and no case number: it sees sums as leaders do.
            (true, Some(scope), ..) => {
                let principal =
                    Principal { name: format!("wall {label}"), role: Role::Leader, scope: parse_scope(&scope)? };
                of_principal(principal, Way::Device)
            }
            (false, _, Some(name), Some(role), Some(scope)) => {
                of_principal(principal(name, &role, &scope)?, Way::Token)
            }
            _ => return Ok(None),
        };
        Ok(Some(who))
    }
}

/// A visitor without a session.
pub(super) fn of_principal(principal: Principal, way: Way) -> Visitor {
    Visitor { principal, session: None, way, must_change_password: false, csrf: String::new(), address: String::new() }
}

fn token(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    Ok(TokenRow {
        id: row.get(0)?,
        kind: row.get(1)?,
        label: row.get(2)?,
        name: row.get(3)?,
        scope: row.get(4)?,
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
        seen_at: row.get(7)?,
        revoked_at: row.get(8)?,
    })
}
