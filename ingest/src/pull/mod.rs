//! Pulling from PostgreSQL: a query is asked from where the lake stands, its rows come in pages by
//! a portal of the server, and each page lands as a batch, like a file.
//!
//! How far a pull has come stands in the ledger alone, in the row of the batch that brought it
//! there, so it cannot say more than what has landed.

use std::pin::pin;
use std::sync::Arc;

use bytes::BytesMut;
use datasets::clock::Clock;
use datasets::lake::Lake;
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use tokio_postgres::types::{Format, IsNull, ToSql, Type};
use tokio_postgres::{IsolationLevel, Portal, Transaction};

use crate::land::{IngestOptions, Progress, ingest_page};
use crate::page::{Page, Pulled};
use crate::vault::Vault;
use crate::{Mapping, PersonKey, Receipt};

mod connect;
mod cursor;
mod error;
mod plan;
mod report;
mod stand;

pub use connect::{Connection, Password};
pub use cursor::Overlap;
pub use error::PullError;
pub use report::PullReport;

use cursor::Cursor;
use plan::Plan;
use stand::Stand;

/// Bytes of a page that are held in memory at most.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// A query that is asked again and again.
#[derive(Debug, Clone)]
pub struct Pull {
    /// Letters, digits, `-` and `_`: it names the lock, and the rows of the ledger.
    pub name: String,
    pub connection: Connection,
    /// One SELECT, with the cursor as `$1`.
    pub query: String,
    /// The column that tells how far the pull has come.
    pub cursor: String,
    /// How far back is asked again; ten minutes unless it is told.
    pub overlap: Option<Overlap>,
    /// Rows of a page, which is a batch.
    pub page_rows: u32,
    /// Without news the ledger is told once in so long that there was none.
    pub heartbeat: SignedDuration,
}

/// How to pull.
#[derive(Clone)]
pub struct PullOptions {
    /// Plan and count, change nothing.
    pub dry_run: bool,
    pub clock: Arc<dyn Clock>,
    /// Secret for personal identifiers.
    pub person: PersonKey,
    /// Told how many rows have come.
    pub progress: Option<Arc<dyn Progress>>,
    /// Where refused rows are kept; none: they are not.
    pub vault: Option<Arc<Vault>>,
}

/// Asks once, and lands what has come. `lake` may be missing in a dry run: then everything is new.
///
/// # Errors
///
/// [`PullError`]: the pages that had landed before stay; asked again it goes on behind them.
pub async fn pull(
    lake: Option<&Lake>,
    pull: &Pull,
    mapping: &Mapping,
    options: &PullOptions,
) -> Result<PullReport, PullError> {
    let _lock = match lake.filter(|_| !options.dry_run) {
        Some(lake) => Some(lake.lock(&format!("pull-{}", pull.name)).await?),
        None => None,
    };
    // The section names the cursor, if the mapping does not.
    let mapping = &mapping.knowing(&pull.cursor);
    let mut client = connect::connect(pull).await?;
    let plan = plan::plan(&client, pull, mapping).await?;
    let stand = match lake {
        Some(lake) => stand::read(lake, &pull.name).await?,
        None => Stand::default(),
    };
    let held = pull.held(&stand, &plan)?;
    let from = plan.begin(held);
    let expected = match options.progress {
        Some(_) => plan.expected(&client, &from).await,
        None => None,
    };
    let wrong = |error: tokio_postgres::Error| pull.server(&error);
    let begin = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = begin.start().await.map_err(wrong)?;
    let now = "select (extract(epoch from now()) * 1000000)::bigint";
    let micros: i64 = transaction.query_one(now, &[]).await.and_then(|row| row.try_get(0)).map_err(wrong)?;
    let extracted = Timestamp::from_microsecond(micros).unwrap_or_else(|_| options.clock.now());
    let report = PullReport::new(pull, mapping, options.dry_run, extracted);
    let statement = transaction.prepare(&plan.sql).await.map_err(wrong)?;
    let portal = transaction.bind(&statement, &[&AsText(from)]).await.map_err(wrong)?;
    let mut run =
        Run { lake, pull, mapping, options, plan, held, seen: held, complete: held, expected, bytes: 0, report };
    let report = run.run(&transaction, &portal, &stand).await?;
    // There is nothing to commit; it is ended in order, so that the server has nothing to complain of.
    if let Err(error) = transaction.commit().await {
        tracing::debug!("pull {}: {}", pull.name, error::reason(&error));
    }
    Ok(report)
}

impl Pull {
    fn server(&self, error: &tokio_postgres::Error) -> PullError {
        PullError::Server {
            pull: self.name.clone(),
            server: self.connection.server(),
            reason: error::reason(error),
            remedy: error::remedy(error),
        }
    }

    /// The cursor in the ledger, which has to be one of this query.
    fn held(&self, stand: &Stand, plan: &Plan) -> Result<Option<Cursor>, PullError> {
        let Some(text) = &stand.cursor else { return Ok(None) };
        let cursor = Cursor::read(text, plan.kind).ok_or_else(|| PullError::Section {
            pull: self.name.clone(),
            reason: format!(
                "the lake has pulled up to {text:?} under this name, which is no value of column {:?}; give the \
                 section another name, then everything is asked for once more",
                self.cursor
            ),
        })?;
        Ok(Some(cursor))
    }
}

/// One pull on its way.
struct Run<'a> {
    lake: Option<&'a Lake>,
    pull: &'a Pull,
    mapping: &'a Mapping,
    options: &'a PullOptions,
    plan: Plan,
    /// The cursor that the ledger holds.
    held: Option<Cursor>,
    /// The largest value seen.
    seen: Option<Cursor>,
    /// The largest value of which no more rows can come.
    complete: Option<Cursor>,
    expected: Option<u64>,
    bytes: u64,
    report: PullReport,
}

impl Run<'_> {
    async fn run(
        &mut self,
        transaction: &Transaction<'_>,
        portal: &Portal,
        stand: &Stand,
    ) -> Result<PullReport, PullError> {
        let mut is_told = false;
        loop {
            let page = self.fetch(transaction, portal).await?;
            let is_last = page.rows() < u64::from(self.pull.page_rows);
            if is_last {
                self.complete = self.seen;
            }
            if page.rows() > 0 {
                is_told = self.land(page, is_last).await?.outcome == "landed" && is_last;
            }
            if is_last {
                break;
            }
        }
        let now = self.options.clock.now();
        let is_due = |landed: Timestamp| now.duration_since(landed) >= self.pull.heartbeat;
        let is_silent = self.mapping.source.complete && stand.landed_at.is_none_or(is_due);
        if !is_told && (is_silent || self.complete != self.held || !self.report.batches.is_empty()) {
            self.land(Page::new(&self.plan.names), true).await?;
        }
        self.report.cursor = self.complete.map(|cursor| cursor.to_string());
        Ok(self.report.clone())
    }

    /// The next rows, as a page.
    async fn fetch(&mut self, transaction: &Transaction<'_>, portal: &Portal) -> Result<Page, PullError> {
        let pull = self.pull;
        let wrong = |error: tokio_postgres::Error| pull.server(&error);
        let most = i32::try_from(pull.page_rows).unwrap_or(i32::MAX);
        let mut rows = pin!(transaction.query_portal_raw(portal, most).await.map_err(wrong)?);
        let mut page = Page::new(&self.plan.names);
        let (mut seen, mut complete) = (self.seen, self.complete);
        while let Some(row) = rows.try_next().await.map_err(wrong)? {
            for place in 0..self.plan.names.len() {
                let value: Option<&str> = row.try_get(place).map_err(wrong)?;
                page.push(value);
                let cursor = value.filter(|_| place == self.plan.place);
                let cursor = cursor.and_then(|text| Cursor::read(text, self.plan.kind));
                let cursor = cursor.filter(|cursor| !cursor.lies_ahead(self.report.extract_time));
                if cursor > seen {
                    // More rows of the new value may follow on the next page; of those below, none.
                    (complete, seen) = (seen.max(complete), cursor);
                }
            }
            page.end_row();
            if page.bytes() > MOST_BYTES {
                return Err(PullError::Section {
                    pull: pull.name.clone(),
                    reason: format!("{} rows take more than {} MiB; lower page_rows", page.rows(), MOST_BYTES >> 20),
                });
            }
        }
        (self.seen, self.complete) = (seen, complete);
        Ok(page)
    }

    async fn land(&mut self, page: Page, is_last: bool) -> Result<Receipt, PullError> {
        self.bytes += page.bytes();
        let pulled = Pulled {
            page,
            pull: self.pull.name.clone(),
            cursor: self.complete.map(|cursor| cursor.to_string()),
            extracted: self.report.extract_time,
            is_last,
        };
        let options = IngestOptions {
            dry_run: self.options.dry_run,
            now: self.options.clock.now(),
            person: self.options.person.clone(),
            progress: None,
            vault: self.options.vault.clone(),
        };
        let receipt = ingest_page(self.lake, self.mapping, pulled, &options).await?;
        self.report.add(&receipt);
        if let Some(progress) = &self.options.progress {
            progress.read(self.bytes, 0);
            progress.records(self.report.records, self.expected);
        }
        Ok(receipt)
    }
}

/// A value that the server reads from its text, whatever type it takes the parameter for.
#[derive(Debug)]
struct AsText(String);

type Unwritten = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for AsText {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Unwritten> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Unwritten> {
        self.to_sql(kind, out)
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }
}
