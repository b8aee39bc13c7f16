use analytics::Scope;
use anyhow::{Result, bail};
use ingest::Mapping;
use ingest::push::new_secret;
use serde_json::json;

use super::Shared;
use super::ingest::find_mapping;
use super::user::{time, typed};
use crate::cli::{Misuse, TokenVerb};
use crate::output::say;

/// Makes, lists and revokes tokens.
pub fn run(shared: &Shared, verb: &TokenVerb) -> Result<()> {
    match verb {
        TokenVerb::New { name, mappings } => new(shared, name, mappings),
        TokenVerb::Add { user, label, days, wall, scope } => match (user, wall) {
            (Some(user), _) => add(shared, user, label, *days),
            (None, Some(wall)) => add_wall(shared, wall, scope),
            (None, None) => bail!(Misuse("name an account with --user, or a wall with --wall".into())),
        },
        TokenVerb::List => list(shared),
        TokenVerb::Revoke { id } => revoke(shared, id),
    }
}

/// Makes the token of a source; only its SHA-256 is to be kept, in the configuration.
fn new(shared: &Shared, name: &str, mappings: &[String]) -> Result<()> {
    let found = mappings.iter().map(|mapping| find_mapping(mapping)).collect::<Result<Vec<Mapping>>>()?;
    let source = found.first().map(|mapping| mapping.source.system.clone()).unwrap_or_default();
    if let Some(other) = found.iter().find(|mapping| mapping.source.system != source) {
        let (other, name) = (&other.source.system, &other.name);
        bail!(Misuse(format!(
            "mapping {name} is of the system {other:?}, the first of {source:?}; make a token for each"
        )));
    }
    let (token, sha256) = new_secret();
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let list = mappings.iter().map(|mapping| quoted(mapping)).collect::<Vec<_>>().join(", ");
    let (name_text, source_text) = (quoted(name), quoted(&source));
    let section =
        format!("[[token]]\nname = {name_text}\nsource = {source_text}\nsha256 = \"{sha256}\"\nmappings = [{list}]\n");
    if shared.global.json {
        say!("{}", json!({ "token": token, "section": section }));
        return Ok(());
    }
    say!("token, shown this once: {token}");
    say!("\nFor the configuration file:\n\n{section}");
    Ok(())
}

fn add(shared: &Shared, user: &str, label: &str, days: Option<u32>) -> Result<()> {
    let made = shared.accounts()?.add_token(user, label, days)?;
    shared.note("token.add", json!({ "token": made.id, "account": user, "days": days }))?;
    if shared.global.json {
        say!("{}", json!({ "id": made.id, "account": user, "token": made.secret }));
    } else {
        say!("token {}, shown this once: {}", made.id, made.secret);
        say!("PostgreSQL clients take the user name {user}.{} with it", made.id);
    }
    Ok(())
}

fn add_wall(shared: &Shared, wall: &str, scope: &Scope) -> Result<()> {
    let made = shared.accounts()?.add_device(wall, scope).map_err(typed)?;
    shared.note("token.add", json!({ "token": made.id, "wall": wall, "scope": scope.to_string() }))?;
    if shared.global.json {
        say!("{}", json!({ "id": made.id, "wall": wall, "token": made.secret }));
    } else {
        say!("token {}, shown this once; open on the wall: /login/wall?token={}", made.id, made.secret);
    }
    Ok(())
}

fn list(shared: &Shared) -> Result<()> {
    let accounts = shared.accounts()?;
    let mut rows: Vec<[String; 5]> = Vec::new();
    for row in accounts.tokens(None)? {
        let state = match (row.revoked_at, row.expires_at) {
            (Some(at), _) => format!("revoked {}", time(at).unwrap_or_default()),
            (None, Some(at)) => format!("until {}", time(at).unwrap_or_default()),
            (None, None) => String::new(),
        };
        rows.push([row.id, row.kind, row.name.or(row.scope).unwrap_or_default(), row.label, state]);
    }
    for token in shared.config.pushes()?.map(|pushes| pushes.tokens).unwrap_or_default() {
        let revoked = accounts.source_revoked(&token.sha256)?;
        let state = revoked.map(|at| format!("revoked {}", time(at).unwrap_or_default())).unwrap_or_default();
        rows.push([token.name, "source".to_owned(), token.source, token.mappings.join(","), state]);
    }
    if shared.global.json {
        let rows = rows.iter().map(|[id, kind, whose, label, state]| {
            json!({ "id": id, "kind": kind, "whose": whose, "label": label, "state": state })
        });
        say!("{}", serde_json::Value::Array(rows.collect()));
        return Ok(());
    }
    if rows.is_empty() {
        say!("there is no token; those of sources are told with --config");
    }
    for [id, kind, whose, label, state] in &rows {
        say!("{id:<16} {kind:<7} {whose:<24} {label:<24} {state}");
    }
    Ok(())
}

/// A source is known by its name, everything else by its id.
fn revoke(shared: &Shared, id: &str) -> Result<()> {
    let accounts = shared.accounts()?;
    let sources = shared.config.pushes()?.map(|pushes| pushes.tokens).unwrap_or_default();
    match sources.iter().find(|token| token.name == id) {
        Some(token) => {
            accounts.revoke_source(id, &token.sha256)?;
            shared.note("token.revoke", json!({ "source": id }))?;
        }
        None => {
            accounts.revoke(id, None)?;
            shared.note("token.revoke", json!({ "token": id }))?;
        }
    }
    if !shared.global.json {
        say!("{id} is revoked");
    }
    Ok(())
}
