use anyhow::Result;
use dashboard::accounts::{Account, AccountError};
use jiff::Timestamp;
use serde_json::json;

use super::Shared;
use crate::cli::{Misuse, UserVerb};
use crate::output::say;

/// Keeps the accounts; what is done is noted in the audit.
pub fn run(shared: &Shared, verb: &UserVerb) -> Result<()> {
    let accounts = shared.accounts()?;
    match verb {
        UserVerb::Add { name, role, scope } => {
            let first = accounts.add(name, *role, scope).map_err(typed)?;
            let fields = json!({ "account": name, "role": role.to_string(), "scope": scope.to_string() });
            shared.note("account.add", fields)?;
            first_password(shared, name, &first)?;
        }
        UserVerb::List => list(shared, accounts.list()?)?,
        UserVerb::Disable { name } => {
            accounts.disable(name).map_err(typed)?;
            shared.note("account.disable", json!({ "account": name }))?;
            if !shared.global.json {
                say!("{name} is shut out; its sessions have ended and its tokens are revoked");
            }
        }
        UserVerb::Reset { name } => {
            let first = accounts.reset(name).map_err(typed)?;
            shared.note("account.reset", json!({ "account": name }))?;
            first_password(shared, name, &first)?;
        }
    }
    Ok(())
}

/// What was typed, and what failed, have exit codes of their own.
pub(super) fn typed(error: AccountError) -> anyhow::Error {
    match error {
        AccountError::BadName | AccountError::BadRole(..) => Misuse(error.to_string()).into(),
        error => error.into(),
    }
}

fn first_password(shared: &Shared, name: &str, first: &str) -> Result<()> {
    if shared.global.json {
        say!("{}", json!({ "account": name, "password": first }));
    } else {
        say!("first password of {name}, shown this once: {first}");
    }
    Ok(())
}

fn list(shared: &Shared, accounts: Vec<Account>) -> Result<()> {
    if shared.global.json {
        let rows = accounts.iter().map(|account| {
            json!({
                "account": account.name, "role": account.role, "scope": account.scope, "origin": account.origin,
                "must_change_password": account.must_change, "is_disabled": account.is_disabled,
                "changed_at": time(account.changed_at),
            })
        });
        say!("{}", serde_json::Value::Array(rows.collect()));
        return Ok(());
    }
    if accounts.is_empty() {
        say!("there is no account yet; `sunlake user add` makes one");
    }
    for account in &accounts {
        let state = match (account.is_disabled, account.must_change) {
            (true, _) => "disabled",
            (false, true) => "first password",
            (false, false) => "",
        };
        say!("{:<24} {:<15} {:<24} {state}", account.name, account.role, account.scope);
    }
    Ok(())
}

/// An instant of the accounts, as JSON has it.
pub(super) fn time(seconds: i64) -> Option<String> {
    Timestamp::from_second(seconds).ok().map(|at| at.to_string())
}
