//! The cases and cards that are in motion, from memory: open, or with anything of theirs since a day. What a page
//! asks of a period that begins no earlier is answered by the same text over these, so that it costs the cases of a
//! season and not those of the lake.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::datasource::MemTable;
use datasets::contract::{CARD, CASE_STATE};
use datasets::lake::LakeSnapshot;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Param, Session};
use crate::AnalyticsError;
use crate::derive::hot::is_part;

/// Days that are held before today: those of a page's trend, and of the month before a month's last day.
const DAYS: i64 = 100;
/// So many parts can be looked at side by side.
const PARTS: usize = 4;
/// What panels ask of a case; its steps and stops are not among it.
const CASE: &str = "case_no, part, fold_version, engine_version, item_id, org_code, village_code, township_code, \
    county_code, received_at, started_at, started_on, start_from, due_basis, limit_n, extension_days, due_on, due_at, \
    yellow_at, suspended_from, suspended_until, excluded_days, closed_at, closed_on, is_decided, used_wd, \
    used_days_tenths";
/// Everything of a card but what the clock noticed.
const CARD_FIELDS: &str = "* exclude (reasons)";

/// What a session was given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recalled {
    /// The first day of what is in motion.
    pub(super) since: Date,
    /// How many runs the marts are behind the states; unknown while they are being written.
    pub(super) lag: Option<i64>,
}

/// Rows of the cold parts.
pub(crate) struct Recent {
    /// The files that they were read from.
    files: Vec<String>,
    /// Cases and cards without anything of this day or a later one, and over before it, are not here.
    since: Date,
    cases: Vec<RecordBatch>,
    cards: Vec<RecordBatch>,
}

impl Recent {
    /// Reads them through a session, which need not be of the present: nothing here depends on its as-of.
    pub(crate) async fn load(session: &Session, now: Timestamp) -> Result<Self, AnalyticsError> {
        let since = session.zone().to_datetime(now).date().saturating_sub(DAYS.days());
        // The text about cards asks for the instant alone.
        let params = [("day", Param::Date(since)), ("at", Param::Instant(midnight(session.zone(), since, now)))];
        let cases = format!(
            "select {CASE} from lake.case_state
            where part = 'cold' and (
                closed_at is null or closed_at >= $at or closed_on >= $day or received_at >= $at
                or started_at >= $at or started_on >= $day or start_from >= $at or due_on >= $day
            )"
        );
        let cards = format!(
            "select {CARD_FIELDS} from lake.card
            where part = 'cold' and (
                object_ended_at is null or object_ended_at >= $at or condition_at >= $at or issued_at >= $at
            )"
        );
        Ok(Self {
            files: files(&session.snapshot),
            since,
            cases: session.query(&cases, &params).await?,
            cards: session.query(&cards, &params[1..]).await?,
        })
    }

    /// Whether they are those of this snapshot.
    pub(crate) fn is_of(&self, snapshot: &LakeSnapshot) -> bool {
        self.files == files(snapshot)
    }
}

impl Session {
    /// Lays what stands over the cold parts over these rows too.
    pub(crate) async fn recall(&mut self, recent: &Recent, lag: Option<i64>) -> Result<(), AnalyticsError> {
        for (name, rows) in [("recent_case_state", &recent.cases), ("recent_card", &recent.cards)] {
            let Some(first) = rows.first() else { continue };
            let mut parts = vec![Vec::new(); PARTS];
            for (at, batch) in rows.iter().enumerate() {
                parts[at % PARTS].push(batch.clone());
            }
            let table = MemTable::try_new(first.schema(), parts)?;
            self.context.register_table(format!("overlay.{name}"), Arc::new(table))?;
        }
        let over = [
            ("hot_case_state", format!("select {CASE} from overlay.case_state")),
            ("hot_card", format!("select {CARD_FIELDS} from overlay.card")),
        ];
        for (name, sql) in over.into_iter().chain(queries::view::recent()) {
            let view = self.context.sql(&sql).await?.into_view();
            self.context.register_table(format!("overlay.{name}"), view)?;
        }
        self.recalled = Some(Recalled { since: recent.since, lag });
        Ok(())
    }
}

/// The files of both cold parts.
fn files(snapshot: &LakeSnapshot) -> Vec<String> {
    let cold = [&CASE_STATE, &CARD].map(|contract| snapshot.table(contract).filtered(|file| is_part(file, "cold")));
    cold.iter().flat_map(|table| table.files.iter().map(|file| file.name.clone())).collect()
}

fn midnight(zone: &TimeZone, day: Date, otherwise: Timestamp) -> Timestamp {
    zone.to_timestamp(day.to_datetime(Time::midnight())).unwrap_or(otherwise)
}
