//! The messages of somebody who has come in, one after the other.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use analytics::TableDoc;
use analytics::pg::{PgCatalog, PgClient};
use pgwire::messages::PgWireFrontendMessage;
use pgwire::messages::data::{NoData, ParameterDescription};
use pgwire::messages::extendedquery::{
    Bind, BindComplete, CloseComplete, Describe, Execute, Parse, ParseComplete, PortalSuspended,
};
use pgwire::messages::response::{EmptyQueryResponse, ReadyForQuery, TransactionStatus};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::command::{Command, command};
use super::line::{End, LONGEST, Line};
use super::login::Guest;
use super::portal::{Column, Formats, Portal, description};
use super::refusal::{Refusal, code};
use super::settings::SERVER_VERSION;
use super::{DATABASE, Shared, bind, text};

/// How long the client may take for what is written at the end of a message.
const TAKING: Duration = Duration::from_secs(30);
/// Statements and portals that a session may keep.
const KEPT: usize = 1_000;

/// A statement that was prepared.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) sql: String,
    pub(super) command: Command,
    pub(super) types: Arc<[u32]>,
    /// Once it has been described.
    pub(super) columns: Option<Arc<[Column]>>,
}

pub(super) struct Session<'s> {
    pub(super) line: &'s mut Line,
    pub(super) shared: &'s Shared,
    pub(super) guest: Guest,
    pub(super) status: TransactionStatus,
    pub(super) prepared: HashMap<String, Option<Prepared>>,
    pub(super) portals: HashMap<String, Portal>,
    pub(super) catalog: Option<PgCatalog>,
    tables: Option<Arc<[TableDoc]>>,
    /// Whether messages are passed over until the client has heard of an error.
    is_skipping: bool,
}

impl<'s> Session<'s> {
    pub(super) fn new(line: &'s mut Line, shared: &'s Shared, guest: Guest) -> Self {
        Self {
            line,
            shared,
            guest,
            status: TransactionStatus::Idle,
            prepared: HashMap::new(),
            portals: HashMap::new(),
            catalog: None,
            tables: None,
            is_skipping: false,
        }
    }

    /// Until the client leaves, says nothing for too long, or the server stops.
    pub(super) async fn run(mut self, mut stopping: watch::Receiver<()>) -> Result<(), End> {
        loop {
            let next = tokio::select! {
                next = timeout(self.shared.limits.idle, self.line.next(LONGEST)) => next,
                _ = stopping.changed() => {
                    return Err(Refusal::fatal(code::SHUTDOWN, "the server stops; come back in a moment").into());
                }
            };
            let Ok(next) = next else {
                return Err(Refusal::fatal(code::IDLE, "nothing was said for too long").into());
            };
            let message = match next? {
                None | Some(PgWireFrontendMessage::Terminate(_)) => return Ok(()),
                Some(message) => message,
            };
            self.message(message).await?;
        }
    }

    async fn message(&mut self, message: PgWireFrontendMessage) -> Result<(), End> {
        match message {
            PgWireFrontendMessage::Query(query) => {
                self.is_skipping = false;
                let done = self.simple(&query.query).await;
                // A place is told in the statement, and is one in the text if that begins with it.
                let about = match text::statements(&query.query).as_slice() {
                    [one] if query.query.starts_with(one) => query.query.as_str(),
                    _ => "",
                };
                self.told(done, about)?;
                self.ready().await
            }
            PgWireFrontendMessage::Sync(_) => {
                self.is_skipping = false;
                // Portals end with their transaction.
                if self.status == TransactionStatus::Idle {
                    self.portals.clear();
                }
                self.ready().await
            }
            PgWireFrontendMessage::Flush(_) => self.flush().await,
            _ if self.is_skipping => Ok(()),
            other => {
                let about = match &other {
                    PgWireFrontendMessage::Parse(parse) => parse.query.clone(),
                    _ => String::new(),
                };
                let done = self.extended(other).await;
                self.is_skipping = done.is_err();
                self.told(done, &about)
            }
        }
    }

    /// Tells of an error that does not end the connection; a transaction that has one is over.
    fn told(&mut self, done: Result<(), End>, sql: &str) -> Result<(), End> {
        match done {
            Err(End::Told(refusal)) if !refusal.is_fatal => {
                if self.status == TransactionStatus::Transaction {
                    self.status = TransactionStatus::Error;
                }
                self.line.put(refusal.response(sql));
                Ok(())
            }
            other => other,
        }
    }

    async fn ready(&mut self) -> Result<(), End> {
        self.line.put(ReadyForQuery::new(self.status));
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), End> {
        match timeout(TAKING, self.line.flush()).await {
            Ok(done) => Ok(done?),
            Err(_) => Err(End::Gone(ErrorKind::TimedOut.into())),
        }
    }

    /// The statements of a text, one after the other, up to the first that fails.
    async fn simple(&mut self, sql: &str) -> Result<(), End> {
        let statements = text::statements(sql);
        if statements.is_empty() {
            self.line.put(EmptyQueryResponse::new());
        }
        for statement in statements {
            let mut portal = Portal {
                sql: statement.to_owned(),
                command: command(statement)?,
                described: None,
                formats: Formats::default(),
                open: None,
                is_done: false,
            };
            self.run_portal(&mut portal, u64::MAX, true).await?;
        }
        Ok(())
    }

    async fn extended(&mut self, message: PgWireFrontendMessage) -> Result<(), End> {
        match message {
            PgWireFrontendMessage::Parse(parse) => self.parse(parse).await,
            PgWireFrontendMessage::Bind(bind) => Ok(self.bind(bind)?),
            PgWireFrontendMessage::Describe(describe) => self.describe(describe).await,
            PgWireFrontendMessage::Execute(execute) => self.execute(execute).await,
            PgWireFrontendMessage::Close(close) => {
                let name = close.name.unwrap_or_default();
                if close.target_type == b'S' {
                    self.prepared.remove(&name);
                } else {
                    self.portals.remove(&name);
                }
                self.line.put(CloseComplete::new());
                Ok(())
            }
            // What is left of a copy that failed.
            PgWireFrontendMessage::CopyData(_)
            | PgWireFrontendMessage::CopyDone(_)
            | PgWireFrontendMessage::CopyFail(_) => Ok(()),
            _ => Err(Refusal::protocol("there is no place for this message here").into()),
        }
    }

    async fn parse(&mut self, parse: Parse) -> Result<(), End> {
        let name = parse.name.unwrap_or_default();
        if !name.is_empty() && self.prepared.contains_key(&name) {
            let shown: String = name.chars().take(60).collect();
            return Err(Refusal::new("42P05", format!("prepared statement \"{shown}\" already exists")).into());
        }
        if self.prepared.len() >= KEPT {
            let told = format!("a session keeps at most {KEPT} prepared statements; close some");
            return Err(Refusal::new(code::TOO_BIG, told).into());
        }
        let mut statements = text::statements(&parse.query);
        let prepared = match (statements.pop(), statements.is_empty()) {
            (None, _) => None,
            (Some(sql), true) => {
                let command = command(sql)?;
                let has_parameters = text::tokens(sql).iter().any(|t| matches!(t.kind, text::Kind::Parameter(_)));
                let tables = if has_parameters { self.tables().await? } else { Arc::default() };
                let types = bind::parameters(sql, &parse.type_oids, &tables)?.into();
                Some(Prepared { sql: sql.to_owned(), command, types, columns: None })
            }
            (Some(_), false) => {
                return Err(Refusal::new(code::SYNTAX, "a prepared statement is one statement").into());
            }
        };
        self.prepared.insert(name, prepared);
        self.line.put(ParseComplete::new());
        Ok(())
    }

    fn bind(&mut self, bind: Bind) -> Result<(), Refusal> {
        let prepared = self.statement(bind.statement_name.as_deref().unwrap_or_default())?;
        let formats = Formats::new(bind.result_column_format_codes)?;
        let portal = match prepared {
            None => Portal {
                sql: String::new(),
                command: Command::Nothing(""),
                described: None,
                formats,
                open: None,
                is_done: false,
            },
            Some(prepared) => Portal {
                sql: bind::bound(&prepared.sql, &prepared.types, &bind.parameters, &bind.parameter_format_codes)?,
                command: prepared.command,
                described: prepared.columns,
                formats,
                open: None,
                is_done: false,
            },
        };
        if self.portals.len() >= KEPT {
            return Err(Refusal::new(code::TOO_BIG, format!("a session keeps at most {KEPT} portals; close some")));
        }
        self.portals.insert(bind.portal_name.unwrap_or_default(), portal);
        self.line.put(BindComplete::new());
        Ok(())
    }

    /// A prepared statement; one without a statement is empty.
    fn statement(&self, name: &str) -> Result<Option<Prepared>, Refusal> {
        self.prepared.get(name).cloned().ok_or_else(|| {
            let shown: String = name.chars().take(60).collect();
            Refusal::new(code::NO_STATEMENT, format!("prepared statement \"{shown}\" does not exist"))
        })
    }

    async fn describe(&mut self, describe: Describe) -> Result<(), End> {
        let name = describe.name.unwrap_or_default();
        if describe.target_type == b'S' {
            let prepared = self.statement(&name)?;
            let types = prepared.as_ref().map(|prepared| prepared.types.to_vec()).unwrap_or_default();
            let columns = match prepared {
                Some(prepared) => self.columns_of(&name, prepared).await?,
                None => None,
            };
            self.line.put(ParameterDescription::new(types));
            self.put_description(columns.as_deref(), &Formats::default());
            return Ok(());
        }
        let mut portal = self.portals.remove(&name).ok_or_else(|| no_portal(&name))?;
        let opened = self.open(&mut portal).await;
        let columns = portal.open.as_ref().map(|open| open.columns.clone());
        let formats = portal.formats.clone();
        self.portals.insert(name, portal);
        opened?;
        self.put_description(columns.as_deref(), &formats);
        Ok(())
    }

    /// The columns of a prepared statement, worked out once.
    async fn columns_of(&mut self, name: &str, prepared: Prepared) -> Result<Option<Arc<[Column]>>, End> {
        if let Some(columns) = prepared.columns {
            return Ok(Some(columns));
        }
        let mut portal = Portal {
            sql: bind::unbound(&prepared.sql, &prepared.types)?,
            command: prepared.command.clone(),
            described: None,
            formats: Formats::default(),
            open: None,
            is_done: false,
        };
        if prepared.command == Command::Ask {
            // Planned as it will be, and of no rows. A comment at its end ends with its line.
            portal.sql = format!("select * from (\n{}\n) as described limit 0", portal.sql);
        }
        self.begin(&mut portal).await?;
        let columns = portal.open.map(|open| open.columns);
        if let Some(Some(held)) = self.prepared.get_mut(name) {
            held.columns.clone_from(&columns);
        }
        Ok(columns)
    }

    fn put_description(&mut self, columns: Option<&[Column]>, formats: &Formats) {
        match columns {
            Some(columns) => self.line.put(description(columns, formats)),
            None => self.line.put(NoData::new()),
        }
    }

    async fn execute(&mut self, execute: Execute) -> Result<(), End> {
        let name = execute.name.unwrap_or_default();
        let mut portal = self.portals.remove(&name).ok_or_else(|| no_portal(&name))?;
        // None, or less than none, is all.
        let most = u64::try_from(execute.max_rows).ok().filter(|rows| *rows > 0).unwrap_or(u64::MAX);
        if portal.sql.is_empty() {
            self.line.put(EmptyQueryResponse::new());
        } else {
            let done = self.run_portal(&mut portal, most, false).await;
            let is_over = portal.is_done;
            if done.is_ok() && !is_over {
                self.line.put(PortalSuspended::new());
            }
            done?;
        }
        self.portals.insert(name, portal);
        Ok(())
    }

    /// Works on something until it is done, the client cancels it, or it has taken too long. What was being written
    /// stays in order: messages are put whole.
    pub(super) async fn bounded<T>(
        deadline: Instant,
        seconds: u64,
        cancelled: &tokio::sync::Notify,
        work: impl Future<Output = Result<T, End>>,
    ) -> Result<T, End> {
        let cancelled = cancelled.notified();
        tokio::pin!(cancelled);
        tokio::select! {
            biased;
            () = &mut cancelled => Err(Refusal::cancelled().into()),
            () = sleep_until(deadline) => Err(Refusal::slow(seconds).into()),
            done = work => done,
        }
    }

    /// The tables that are seen, read once.
    pub(super) async fn tables(&mut self) -> Result<Arc<[TableDoc]>, End> {
        if let Some(tables) = &self.tables {
            return Ok(tables.clone());
        }
        let found = self.shared.engine.catalog(&self.guest.visitor.principal, None).await.map_err(Refusal::from)?;
        let found: Arc<[TableDoc]> = found.into();
        self.tables = Some(found.clone());
        Ok(found)
    }

    /// The catalog over them, as the settings are.
    pub(super) async fn catalog(&mut self) -> Result<PgCatalog, End> {
        if let Some(catalog) = &self.catalog {
            return Ok(catalog.clone());
        }
        let tables = self.tables().await?.to_vec();
        let settings = self.guest.settings.all().iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let client = PgClient {
            user: self.guest.visitor.principal.name.clone(),
            database: DATABASE.to_owned(),
            backend: self.guest.place.number,
            version: format!("PostgreSQL {SERVER_VERSION} (Sunlake {})", env!("CARGO_PKG_VERSION")),
            settings: settings.collect(),
        };
        let catalog = PgCatalog::new(tables, client, self.shared.places.clone()).map_err(Refusal::from)?;
        self.catalog = Some(catalog.clone());
        Ok(catalog)
    }
}

fn no_portal(name: &str) -> Refusal {
    let shown: String = name.chars().take(60).collect();
    Refusal::new(code::NO_PORTAL, format!("portal \"{shown}\" does not exist"))
}
