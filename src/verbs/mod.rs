//! The verbs, and what they share.

use std::sync::Arc;

use ::ingest::{PersonKey, Vault, VaultOptions};
use analytics::{AnalyticsError, DeriveOptions, DeriveReport, Engine, Principal, Session};
use anyhow::{Result, anyhow};
use dashboard::accounts::Accounts;
use datasets::audit::AuditLog;
use datasets::clock::{Clock, SystemClock};
use datasets::lake::{Lake, LakeError, LakeUrl};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::{Cli, Global, Misuse, Verb};
use crate::config::Config;
use crate::progress;

mod audit;
mod backup;
mod calendar;
mod cards;
mod check;
mod checking;
mod claims;
mod demo;
mod derive;
mod erase;
mod explain;
mod flow;
mod ingest;
mod lake;
mod metric;
mod pull;
mod quarantine;
mod query;
mod reference;
mod sample;
mod serve;
mod tidy;
mod token;
mod user;
mod vault;
mod ways_in;
mod wire;

/// Does what was typed.
pub async fn run(cli: Cli) -> Result<()> {
    let shared = Shared { config: Config::load(cli.global.config.as_deref())?, global: cli.global };
    match cli.verb {
        Verb::Sample(args) => sample::run(&shared, &args),
        Verb::Ingest(args) => ingest::run(&shared, &args).await,
        Verb::Pull(args) => pull::run(&shared, &args).await,
        Verb::Cards(args) => cards::run(&shared, &args).await,
        Verb::Claims(args) => claims::run(&shared, &args).await,
        Verb::Metric(args) => metric::run(&shared, &args).await,
        Verb::Flow(args) => flow::run(&shared, &args).await,
        Verb::Check(args) => check::run(&shared, &args).await,
        Verb::Explain { case_no } => explain::run(&shared, &case_no).await,
        Verb::Query(args) => query::run(&shared, &args).await,
        Verb::Calendar(args) => calendar::run(&shared, &args),
        Verb::Lake { verb } => lake::run(&shared, &verb).await,
        Verb::Erase(args) => erase::run(&shared, &args).await,
        Verb::Audit { verb } => audit::run(&shared, &verb),
        Verb::Backup(args) => backup::backup(&shared, &args).await,
        Verb::Restore(args) => backup::restore(&shared, &args).await,
        Verb::Derive(args) => derive::run(&shared, &args).await,
        Verb::Quarantine { verb } => quarantine::run(&shared, &verb).await,
        Verb::Vault { verb } => vault::run(&shared, &verb).await,
        Verb::Reference { verb } => reference::run(&shared, &verb).await,
        Verb::Serve(args) => serve::run(&shared, &args).await,
        Verb::User { verb } => user::run(&shared, &verb),
        Verb::Token { verb } => token::run(&shared, &verb),
        Verb::Demo(args) => demo::run(&shared, &args).await,
    }
}

/// What every verb is given.
pub struct Shared {
    pub global: Global,
    pub config: Config,
}

impl Shared {
    /// Where the lake is.
    pub fn lake_url(&self) -> Result<LakeUrl> {
        LakeUrl::parse(&self.global.lake).map_err(|error| Misuse(error.to_string()).into())
    }

    /// The lake, which must be there.
    pub async fn lake(&self) -> Result<Arc<Lake>> {
        Ok(Arc::new(Lake::open(&self.lake_url()?).await?))
    }

    /// The secret for personal identifiers: that of the lake's rows, unless another is asked for.
    pub async fn person_key(&self, lake: &Lake) -> Result<PersonKey> {
        Ok(PersonKey::of_lake(lake, &self.config.person_key_file(), self.global.new_person_key).await?)
    }

    /// The vault, whose key is made if there is neither.
    pub fn vault(&self) -> Result<Arc<Vault>> {
        Ok(Arc::new(Vault::open(self.vault_options()?)?))
    }

    /// The vault if there is one; nothing is made.
    pub fn find_vault(&self) -> Result<Option<Arc<Vault>>> {
        Ok(Vault::find(self.vault_options()?)?.map(Arc::new))
    }

    /// Where the vault is, which must not be inside the lake.
    fn vault_options(&self) -> Result<VaultOptions> {
        let options = self.config.vault();
        if let Some(lake) = self.lake_url()?.folder()
            && std::path::absolute(&options.folder)?.starts_with(std::path::absolute(lake)?)
        {
            anyhow::bail!(Misuse(format!(
                "the vault {} lies inside the lake; name a folder outside of it in [vault] folder",
                options.folder.display()
            )));
        }
        Ok(options)
    }

    /// The accounts, whose file is made if there is none; its name must not be inside the lake.
    pub fn accounts(&self) -> Result<Accounts> {
        let file = self.config.accounts_file();
        if let Some(lake) = self.lake_url()?.folder()
            && std::path::absolute(&file)?.starts_with(std::path::absolute(lake)?)
        {
            anyhow::bail!(Misuse(format!(
                "the accounts {} lie inside the lake; name a file outside of it in [accounts] file",
                file.display()
            )));
        }
        Ok(Accounts::open(&file, Arc::new(SystemClock::default()))?.with_rules(self.config.accounts.rules()?))
    }

    /// Notes in the audit what the user of the operating system has done.
    pub fn note(&self, action: &str, fields: serde_json::Value) -> Result<()> {
        let fields = match fields {
            serde_json::Value::Object(fields) => fields,
            other => serde_json::Map::from_iter([("value".to_owned(), other)]),
        };
        let log = AuditLog::at(self.config.audit_file());
        log.append(SystemClock::default().now(), &audit::actor(), action, &fields)?;
        Ok(())
    }

    /// The lake, ready to be asked.
    pub async fn engine(&self) -> Result<Engine> {
        Ok(Engine::open(self.lake().await?, Arc::new(SystemClock::default())).await?)
    }

    /// A session on the lake as of `--as-of`.
    pub async fn session(&self) -> Result<Session> {
        let engine = self.engine().await?;
        let as_of = self.as_of(engine.zone())?;
        Ok(engine.session(&Principal::operator(), as_of).await?)
    }

    /// The instant that `--as-of` names, if it is there.
    pub fn as_of(&self, zone: &TimeZone) -> Result<Option<Timestamp>> {
        let instant = self.global.as_of.map(|as_of| as_of.instant(zone)).transpose();
        Ok(instant.map_err(|error| Misuse(format!("--as-of lies too far off: {error}; give a nearer time")))?)
    }
}

/// Brings states and cards up to what was `done`, which stands also if this fails, behind a bar.
async fn derive_after(lake: &Lake, now: Timestamp, done: &str, json: bool) -> Result<DeriveReport> {
    progress::derive(lake, DeriveOptions::at(now), json).await.map_err(|error| not_derived(done, &error))
}

/// The same after a landing, behind a bar. If states and cards wait for consent to another clock, a warning tells it.
async fn derive_landed(lake: &Lake, now: Timestamp, json: bool) -> Result<DeriveReport> {
    match progress::derive(lake, DeriveOptions::at(now), json).await {
        Err(error @ AnalyticsError::OtherEngine { .. }) => {
            eprintln!("sunlake: warning: what has landed is in, but not yet in states and cards: {error}");
            Ok(DeriveReport::default())
        }
        derived => derived.map_err(|error| not_derived("what has landed stays", &error)),
    }
}

fn not_derived(done: &str, error: &AnalyticsError) -> anyhow::Error {
    let why = match error {
        // That nothing has landed is true of states and cards alone.
        AnalyticsError::Lake(LakeError::NoSpace(folder)) => format!("no space left on {folder}"),
        // It says what to run.
        AnalyticsError::OtherEngine { .. } => return anyhow!("{done}; {error}"),
        other => other.to_string(),
    };
    anyhow!("{done}; states and cards are not yet worked out ({why}): run `sunlake derive`")
}
