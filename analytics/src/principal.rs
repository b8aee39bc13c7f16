//! For whom a session is: a role, which says what may be done, and a scope, which says whose rows are seen.

use std::fmt;
use std::str::FromStr;

use crate::policy;

/// Grows when the policy lets somebody see something else than before, so that nothing that was kept under the
/// former one is shown again.
pub const POLICY_VERSION: u32 = 1;

/// Digits of a county, township and village in a region code; zeros follow (domain §6).
const LEVELS: [(usize, &str); 2] = [(6, "000000"), (9, "000")];

/// What somebody is here for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The command line: everything.
    Operator,
    /// The server on loopback without accounts: all rows, nothing personal.
    Local,
    /// Control-centre staff.
    ControlCentre,
    /// Leaders.
    Leader,
    /// Analysts.
    Analyst,
    /// Village agents and departments.
    Agent,
    /// Auditors.
    Auditor,
    /// Who keeps the accounts.
    Admin,
}

impl Role {
    /// Those that an account may have.
    pub const ACCOUNTS: [Role; 6] =
        [Role::ControlCentre, Role::Leader, Role::Analyst, Role::Agent, Role::Auditor, Role::Admin];

    const ALL: [(Role, &str); 8] = [
        (Role::Operator, "operator"),
        (Role::Local, "local"),
        (Role::ControlCentre, "control_centre"),
        (Role::Leader, "leader"),
        (Role::Analyst, "analyst"),
        (Role::Agent, "agent"),
        (Role::Auditor, "auditor"),
        (Role::Admin, "admin"),
    ];

    /// Its name in configuration and accounts.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(role, _)| *role == self).map_or("", |(_, name)| name)
    }

    /// What the role may do, wherever its scope allows it: the one table.
    fn rights(self) -> &'static [Right] {
        use Right::*;
        match self {
            Role::Operator => &[Pages, Sql, Export, Quarantine, Correct, Audit, Accounts, Ingest],
            Role::Local => &[Pages, Sql, Export, Quarantine, Correct, Ingest],
            Role::ControlCentre => &[Pages, Sql, Export, Quarantine, Correct],
            Role::Leader => &[Pages, Export],
            Role::Analyst => &[Pages, Sql, Export],
            Role::Agent => &[Pages],
            Role::Auditor => &[Pages, Sql, Export, Quarantine, Audit],
            Role::Admin => &[Pages, Audit, Accounts, Ingest],
        }
    }
}

/// What can be done beside seeing rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// The pages.
    Pages,
    /// Questions of one's own in SQL, from the browser, over HTTP or the wire.
    Sql,
    /// Tables as files.
    Export,
    /// Rows that were refused.
    Quarantine,
    /// To mend such a row.
    Correct,
    /// Who did what.
    Audit,
    /// To make, change and disable accounts, devices and tokens.
    Accounts,
    /// To push records.
    Ingest,
}

impl Right {
    /// Whether it is about things that have no place, so that only who sees all rows can have it.
    fn is_of_all(self) -> bool {
        matches!(self, Right::Quarantine | Right::Correct | Right::Audit | Right::Accounts | Right::Ingest)
    }
}

/// Whose rows are seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All.
    All,
    /// Those of a region: what its code begins with, 2 to 12 digits.
    Region(String),
    /// Those of a department: organization.org_code.
    Organization(String),
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal {
    /// As the audit tells it.
    pub name: String,
    pub role: Role,
    pub scope: Scope,
}

impl Principal {
    /// Whoever reaches the server on loopback, where there are no accounts.
    pub fn local() -> Self {
        Self { name: "local".into(), role: Role::Local, scope: Scope::All }
    }

    /// Whoever runs the command line.
    pub fn operator() -> Self {
        Self { name: "operator".into(), role: Role::Operator, scope: Scope::All }
    }

    /// Whether no row is hidden from them. Columns may be.
    pub fn sees_all(&self) -> bool {
        self.scope == Scope::All
    }

    /// Whether they may do something.
    pub fn may(&self, right: Right) -> bool {
        self.role.rights().contains(&right) && (self.sees_all() || !right.is_of_all())
    }

    /// Equal for those who see the same rows and columns, and for no others: under it what was made for one is kept.
    pub fn key(&self) -> String {
        format!("{POLICY_VERSION}/{}/{}", policy::class(self.role), self.scope)
    }
}

/// A role that there is none of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no role '{0}'; there are control_centre, leader, analyst, agent, auditor and admin")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(role, _)| *role).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A scope that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no scope; write all, region:450502 (the first 2 to 12 digits of codes) or organization:450502-MZ")]
pub struct UnknownScope(String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let unknown = || UnknownScope(text.to_owned());
        match text.split_once(':') {
            None if text == "all" => Ok(Self::All),
            Some(("region", code)) => {
                let is_code = (2..=12).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
                if !is_code {
                    return Err(unknown());
                }
                // The code of a county or township, written out: all that lies in it.
                let level = LEVELS.iter().find(|(_, zeros)| code.len() == 12 && code.ends_with(zeros));
                Ok(Self::Region(code[..level.map_or(code.len(), |(digits, _)| *digits)].to_owned()))
            }
            Some(("organization", id)) if !id.is_empty() && !id.contains(char::is_control) => {
                Ok(Self::Organization(id.to_owned()))
            }
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Region(code) => write!(f, "region:{code}"),
            Self::Organization(id) => write!(f, "organization:{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(role: Role, scope: &str) -> Principal {
        Principal { name: "somebody".into(), role, scope: scope.parse().expect("scope") }
    }

    #[test]
    fn roles_and_scopes_are_read_as_they_are_written() {
        for (role, name) in Role::ALL {
            assert_eq!((name.parse(), role.to_string().as_str()), (Ok(role), name));
        }
        assert!("root".parse::<Role>().is_err());
        for (text, told) in [
            ("all", "all"),
            ("region:450502", "region:450502"),
            ("region:450502000000", "region:450502"),
            ("region:450502001000", "region:450502001"),
            ("region:450502001201", "region:450502001201"),
            ("organization:450502-MZ", "organization:450502-MZ"),
        ] {
            assert_eq!(text.parse::<Scope>().map(|scope| scope.to_string()), Ok(told.to_owned()));
        }
        for text in ["", "ALL", "region:", "region:4", "region:4505%", "region:4505021234567", "organization:", "x:1"] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_has_no_place_is_for_those_who_see_all() {
        assert!(principal(Role::ControlCentre, "all").may(Right::Correct));
        assert!(!principal(Role::ControlCentre, "region:450502").may(Right::Correct));
        assert!(principal(Role::ControlCentre, "region:450502").may(Right::Sql));
        assert!(!principal(Role::Agent, "region:450502001201").may(Right::Sql));
        assert!(!principal(Role::Analyst, "all").may(Right::Quarantine));
        assert!(principal(Role::Admin, "all").may(Right::Accounts) && !principal(Role::Admin, "all").may(Right::Sql));
        assert!(!Principal::local().may(Right::Accounts) && Principal::operator().may(Right::Accounts));
    }

    #[test]
    fn a_key_tells_apart_who_sees_something_else_and_nobody_more() {
        let named = |name: &str| Principal { name: name.into(), ..principal(Role::Analyst, "region:4505") };
        assert_eq!(named("a").key(), named("b").key());
        let keys = [
            Principal::operator().key(),
            Principal::local().key(),
            principal(Role::Analyst, "all").key(),
            principal(Role::Analyst, "region:4505").key(),
            principal(Role::Analyst, "region:450502").key(),
            principal(Role::Analyst, "organization:4505").key(),
            principal(Role::Leader, "region:4505").key(),
        ];
        let distinct: std::collections::HashSet<&String> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len(), "{keys:?}");
    }
}
