//! What a statement does: rows, a file, a setting, or nothing.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use analytics::AskLimits;
use jiff::tz::TimeZone;
use pgwire::error::ErrorInfo;
use pgwire::messages::copy::{CopyData, CopyDone, CopyOutResponse};
use pgwire::messages::response::{CommandComplete, NoticeResponse, TransactionStatus};
use pgwire::messages::startup::ParameterStatus;
use serde_json::json;
use tokio::time::Instant;

use super::command::{Command, command};
use super::copy::{self, Copied, Form};
use super::line::{End, FULL, LONGEST, Line};
use super::login;
use super::portal::{Column, Formats, Open, Portal, Rows, columns, description, of_catalog, told};
use super::refusal::{Refusal, code};
use super::session::Session;

impl Session<'_> {
    /// Runs a statement, or goes on with one; `is_simple` tells of its columns first.
    pub(super) async fn run_portal(&mut self, portal: &mut Portal, most: u64, is_simple: bool) -> Result<(), End> {
        if self.status == TransactionStatus::Error && !matches!(portal.command, Command::End(_)) {
            let told = "the transaction has failed; end it with ROLLBACK first";
            return Err(Refusal::new(code::FAILED_TRANSACTION, told).into());
        }
        match portal.command.clone() {
            Command::Ask | Command::Catalog | Command::Explain(_) | Command::Show(_) => {
                self.rows(portal, most, is_simple).await
            }
            Command::Copy(_) => self.copy(portal).await,
            other => {
                let tag = self.apply(other)?;
                portal.is_done = true;
                self.line.put(CommandComplete::new(tag.to_owned()));
                Ok(())
            }
        }
    }

    /// Begins to answer, if that has not begun; nothing for what has no rows.
    pub(super) async fn open(&mut self, portal: &mut Portal) -> Result<(), End> {
        if portal.open.is_some() || portal.is_done {
            return Ok(());
        }
        login::stands(self.shared, &self.guest).await?;
        if portal.command == Command::Ask {
            let told = json!({ "way": "wire", "sql": portal.sql });
            self.shared.note(&self.guest.visitor, "query", told).await?;
        }
        self.begin(portal).await
    }

    /// The same, of which nothing is noted.
    pub(super) async fn begin(&mut self, portal: &mut Portal) -> Result<(), End> {
        let seconds = self.seconds();
        let deadline = Instant::now() + Duration::from_secs(seconds.into());
        let limits = AskLimits { seconds, ..self.shared.limits.ask.clone() };
        let (engine, as_of) = (self.shared.engine.clone(), self.guest.settings.as_of());
        let (principal, cancelled) = (self.guest.visitor.principal.clone(), self.guest.place.cancelled.clone());
        let (found, rows) = match portal.command.clone() {
            Command::Ask => {
                let asked = watching(self.line, engine.ask(&principal, as_of, &portal.sql, &[], &limits));
                let asked = async { asked.await?.map_err(|error| End::Told(error.into())) };
                let answer = Self::bounded(deadline, seconds.into(), &cancelled, asked).await?;
                (columns(&answer.schema), Rows::Asked(Box::new(answer)))
            }
            Command::Explain(sql) => {
                let asked = watching(self.line, engine.explain(&principal, as_of, &sql, &limits));
                let asked = async { asked.await?.map_err(|error| End::Told(error.into())) };
                let plan = Self::bounded(deadline, seconds.into(), &cancelled, asked).await?;
                told(&[("QUERY PLAN", plan.lines().map(str::to_owned).collect())])?
            }
            Command::Catalog => {
                let catalog = self.catalog().await?;
                let asked = watching(self.line, catalog.ask(portal.sql.clone()));
                let asked = async { asked.await?.map_err(|error| End::Told(error.into())) };
                of_catalog(Self::bounded(deadline, seconds.into(), &cancelled, asked).await?)
            }
            Command::Show(name) => self.show(&name)?,
            _ => return Ok(()),
        };
        let columns = portal.described.clone().unwrap_or(found);
        portal.formats.fit(columns.len())?;
        portal.open = Some(Open::new(columns, rows, deadline));
        Ok(())
    }

    async fn rows(&mut self, portal: &mut Portal, most: u64, is_simple: bool) -> Result<(), End> {
        self.open(portal).await?;
        let Some(mut open) = portal.open.take() else {
            // It has told all that it had.
            portal.is_done = true;
            self.line.put(CommandComplete::new("SELECT 0".to_owned()));
            return Ok(());
        };
        portal.is_done = true;
        if is_simple {
            self.line.put(description(&open.columns, &portal.formats));
        }
        let (before, seconds) = (open.sent, self.seconds().into());
        let until = open.sent.saturating_add(most);
        let (zone, cancelled) = (self.guest.settings.zone().clone(), self.guest.place.cancelled.clone());
        let (deadline, how) = (open.deadline, How::Rows(&portal.formats));
        let pumped = pump(self.line, &mut open, until, &how, &zone);
        if Self::bounded(deadline, seconds, &cancelled, pumped).await? {
            portal.is_done = false;
            portal.open = Some(open);
            return Ok(());
        }
        self.tell_cut(&open);
        self.line.put(CommandComplete::new(format!("SELECT {}", open.sent - before)));
        Ok(())
    }

    async fn copy(&mut self, portal: &mut Portal) -> Result<(), End> {
        portal.is_done = true;
        // With its values, which were not known when it was prepared.
        let copied = copy::parse(&portal.sql)?;
        let command = command(&copied.query)?;
        if !matches!(command, Command::Ask | Command::Catalog) {
            return Err(Refusal::new(code::UNSUPPORTED, "COPY takes a SELECT or the name of a table").into());
        }
        let sql = copied.query.clone();
        let formats = Formats::default();
        let mut inner = Portal { sql, command, described: None, formats, open: None, is_done: false };
        self.open(&mut inner).await?;
        let Some(mut open) = inner.open.take() else { return Ok(()) };
        let (is_binary, count) = (copied.form == Form::Binary, i16::try_from(open.columns.len()).unwrap_or(i16::MAX));
        let each = vec![i16::from(is_binary); open.columns.len()];
        self.line.put(CopyOutResponse::new(i8::from(is_binary), count, each));
        self.put_part(
            |out, columns| {
                let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                copied.head(&names, out);
            },
            &open.columns,
        );
        let seconds = self.seconds().into();
        let (zone, cancelled) = (self.guest.settings.zone().clone(), self.guest.place.cancelled.clone());
        let (deadline, how) = (open.deadline, How::Lines(&copied));
        let pumped = pump(self.line, &mut open, u64::MAX, &how, &zone);
        Self::bounded(deadline, seconds, &cancelled, pumped).await?;
        self.put_part(|out, _| copied.foot(out), &[]);
        let told = json!({ "way": "wire", "rows": open.sent, "sql": copied.query });
        self.shared.note(&self.guest.visitor, "export", told).await?;
        self.tell_cut(&open);
        self.line.put(CopyDone::new());
        self.line.put(CommandComplete::new(format!("COPY {}", open.sent)));
        Ok(())
    }

    /// Puts what stands before or behind the lines, if anything does.
    fn put_part(&mut self, write: impl FnOnce(&mut bytes::BytesMut, &[Column]), columns: &[Column]) {
        let mut part = bytes::BytesMut::new();
        write(&mut part, columns);
        if !part.is_empty() {
            self.line.put(CopyData::new(part.freeze()));
        }
    }

    /// Says that there would have been more.
    fn tell_cut(&mut self, open: &Open) {
        if open.rows.is_cut() {
            let told = format!("the answer was cut off after {} rows; ask for less at a time", open.sent);
            let told = ErrorInfo::new("WARNING".to_owned(), "01004".to_owned(), told);
            self.line.put(NoticeResponse::from(told));
        }
    }

    /// Seconds that a statement may take.
    fn seconds(&self) -> u32 {
        let most = self.shared.limits.ask.seconds;
        let wanted = self.guest.settings.seconds().and_then(|seconds| u32::try_from(seconds).ok());
        wanted.map_or(most, |wanted| wanted.min(most))
    }

    fn show(&self, name: &str) -> Result<(Arc<[Column]>, Rows), Refusal> {
        let settings = &self.guest.settings;
        if name == "all" {
            let names = settings.all().iter().map(|(name, _)| (*name).to_owned()).collect();
            let values: Vec<String> = settings.all().iter().map(|(_, value)| value.clone()).collect();
            let about = values.iter().map(|_| String::new()).collect();
            return told(&[("name", names), ("setting", values), ("description", about)]);
        }
        match settings.get(name) {
            Some(value) => told(&[(name, vec![value.to_owned()])]),
            None => {
                let shown: String = name.chars().take(60).collect();
                Err(Refusal::new(code::NO_SETTING, format!("there is no setting {shown:?} here; SHOW ALL has them")))
            }
        }
    }

    /// Does what changes nothing but this session; what it is called when it is done.
    fn apply(&mut self, command: Command) -> Result<&'static str, Refusal> {
        Ok(match command {
            Command::Set(name, value) => {
                let reported = self.guest.settings.set(&name, value)?;
                self.report(reported);
                "SET"
            }
            Command::ResetAll => {
                let reported = self.guest.settings.reset();
                self.report(reported);
                "RESET"
            }
            Command::Begin => {
                self.status = TransactionStatus::Transaction;
                "BEGIN"
            }
            Command::End(tag) => {
                let has_failed = self.status == TransactionStatus::Error;
                self.status = TransactionStatus::Idle;
                self.portals.clear();
                if has_failed { "ROLLBACK" } else { tag }
            }
            Command::Deallocate(name) => {
                match name {
                    Some(name) => drop(self.prepared.remove(&name)),
                    None => self.prepared.clear(),
                }
                "DEALLOCATE"
            }
            Command::Close(name) => {
                match name {
                    Some(name) => drop(self.portals.remove(&name)),
                    None => self.portals.clear(),
                }
                "CLOSE CURSOR"
            }
            Command::Discard => {
                self.prepared.clear();
                self.portals.clear();
                let reported = self.guest.settings.reset();
                self.report(reported);
                "DISCARD ALL"
            }
            Command::Nothing(tag) => tag,
            Command::Ask | Command::Catalog | Command::Explain(_) | Command::Copy(_) | Command::Show(_) => "SELECT 0",
        })
    }

    fn report(&mut self, settings: impl IntoIterator<Item = (&'static str, String)>) {
        // It shows settings, too.
        self.catalog = None;
        for (name, value) in settings {
            self.line.put(ParameterStatus::new(name.to_owned(), value));
        }
    }
}

/// How rows are written.
enum How<'h> {
    Rows(&'h Formats),
    Lines(&'h Copied),
}

/// Writes rows up to the so-manieth; whether there may be more.
async fn pump(line: &mut Line, open: &mut Open, until: u64, how: &How<'_>, zone: &TimeZone) -> Result<bool, End> {
    loop {
        while open.has_rows() && open.sent < until {
            match how {
                How::Rows(formats) => open.write_rows(until, formats, zone, &mut line.out),
                How::Lines(copied) => open.write_lines(copied, zone, &mut line.out),
            }
            if line.out.len() >= FULL {
                line.flush().await?;
            }
        }
        if open.sent >= until {
            return Ok(true);
        }
        if open.sent > 0 {
            // The next rows may be long in coming.
            line.flush().await?;
        }
        match watching(line, open.rows.next()).await?? {
            Some(batch) => open.take(&batch)?,
            None => return Ok(false),
        }
    }
}

/// Works on something while the client is there; what it says meanwhile waits.
async fn watching<T>(line: &mut Line, work: impl Future<Output = T>) -> Result<T, End> {
    tokio::pin!(work);
    loop {
        let has_room = line.inbox.len() < LONGEST;
        tokio::select! {
            done = &mut work => return Ok(done),
            more = line.more(), if has_room => {
                if !more? {
                    return Err(End::Gone(ErrorKind::UnexpectedEof.into()));
                }
            }
        }
    }
}
