//! What stands over the cold part of the derived tables: the hot rows, and, as of a past time, the
//! cases that have gained news since, folded again from what was known by then (design §3).

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Schema, TimestampMicrosecondType};
use datasets::contract::CASE_STATE;
use datasets::lake::LakeSnapshot;
use jiff::Timestamp;

use crate::derive::concerned::concerned;
use crate::derive::hot::Hot;
use crate::derive::kept::{self, Keep};
use crate::derive::{card_rows, state_rows};
use crate::fold::fold_all;
use crate::rules::RuleNews;
use crate::{AnalyticsError, Rules, facts};

/// Rows that replace those of the cold part.
#[derive(Debug, Clone)]
pub(crate) struct Overlay {
    /// `case_no`, `fold_version`: cold rows of such a case do not count, except cards of that fold.
    pub(crate) hidden: RecordBatch,
    /// Rows of `case_state`.
    pub(crate) states: RecordBatch,
    /// Rows of `card`.
    pub(crate) cards: RecordBatch,
    /// Whether records are in the lake that came to be known later: its marts hold them too.
    pub(crate) is_past: bool,
}

/// The fold that no row has: all cold rows of the case are hidden.
const NO_FOLD: i64 = -1;

impl Overlay {
    /// Over the newest state.
    pub(crate) fn present(hot: &Hot) -> Result<Self, AnalyticsError> {
        let pairs = hot.cases.iter().map(|(case, run)| (case.as_str(), *run));
        Ok(Self { hidden: hidden(pairs)?, states: hot.states.clone(), cards: hot.cards.clone(), is_past: false })
    }

    /// Over the state as of `as_of`, if any case has gained news since; else the present one.
    pub(crate) async fn as_of(
        snapshot: &LakeSnapshot,
        hot: &Hot,
        rules: &Rules,
        as_of: Timestamp,
    ) -> Result<Self, AnalyticsError> {
        let fields = ["case_no", "first_known_at", "last_known_at"];
        let later = snapshot.table(&CASE_STATE).filtered(|file| may_be_later(file.max("last_known_at"), as_of));
        let mut news: HashSet<String> = HashSet::new();
        let mut known: HashSet<String> = HashSet::new();
        for batch in later.read(&fields).await? {
            let cases = batch.column(0).as_string::<i32>();
            let first = batch.column(1).as_primitive::<TimestampMicrosecondType>();
            let last = batch.column(2).as_primitive::<TimestampMicrosecondType>();
            for at in 0..batch.num_rows() {
                if last.value(at) > as_of.as_microsecond() {
                    let case = cases.value(at);
                    if first.value(at) <= as_of.as_microsecond() {
                        known.insert(case.to_owned());
                    }
                    news.insert(case.to_owned());
                }
            }
        }
        let is_past = !news.is_empty();
        known.extend(known_before(snapshot, news.difference(&known).cloned().collect(), as_of).await?);
        // What came to be known of the rules since moves what was open then.
        let changes = rules.news_since(Some(as_of));
        let notice = rules.calendar_notices().iter().any(|notice| *notice > as_of).then_some(as_of);
        if changes.since.is_some() || notice.is_some() {
            let since = RuleNews { since: Some(as_of), ..changes };
            for case in concerned(snapshot, &since, notice).await? {
                known.insert(case.to_string());
                news.insert(case.into_string());
            }
        }
        if news.is_empty() {
            return Self::present(hot);
        }
        let facts = facts::load(snapshot, &known, Some(as_of)).await?;
        let folded = fold_all(&facts, rules, Some(as_of));
        let states = state_rows::rows(&folded, rules, "hot", NO_FOLD)?;
        let mut cards = card_rows::rows(&folded, rules, "hot", NO_FOLD)?;
        // What is kept of cards that no fold raises any more stays beside these too.
        let carried = kept::carried(snapshot, &known).await?;
        if !carried.is_empty() {
            let keep = Keep { changed: None, now: as_of, part: "hot", run: NO_FOLD };
            let kept = kept::kept(snapshot, &carried, &cards, keep).await?;
            let both = concat_batches(&cards.schema(), [&cards, &kept]);
            cards = both.map_err(AnalyticsError::arrow("rows as of a past time"))?;
        }
        let standing = Standing { hot, news: &news };
        let pairs = hot.cases.iter().filter(|(case, _)| !news.contains(*case)).map(|(case, run)| (case.as_str(), *run));
        let hidden = hidden(pairs.chain(news.iter().map(|case| (case.as_str(), NO_FOLD))))?;
        let (states, cards) = (standing.with(&hot.states, states)?, standing.with(&hot.cards, cards)?);
        Ok(Self { hidden, states, cards, is_past })
    }
}

/// Those of the cases that other rows say were known by then: a row that a later run has left behind may
/// tell of less.
async fn known_before(
    snapshot: &LakeSnapshot,
    cases: HashSet<String>,
    as_of: Timestamp,
) -> Result<HashSet<String>, AnalyticsError> {
    let mut known = HashSet::new();
    for batch in snapshot.table(&CASE_STATE).read_where("case_no", &cases, &["case_no", "first_known_at"]).await? {
        let first = batch.column(1).as_primitive::<TimestampMicrosecondType>();
        for (at, case) in batch.column(0).as_string::<i32>().iter().enumerate() {
            if let Some(case) = case.filter(|case| first.value(at) <= as_of.as_microsecond() && cases.contains(*case)) {
                known.insert(case.to_owned());
            }
        }
    }
    Ok(known)
}

/// Hot rows of cases without later news, beside those that were folded again.
struct Standing<'a> {
    hot: &'a Hot,
    news: &'a HashSet<String>,
}

impl Standing<'_> {
    fn with(&self, hot: &RecordBatch, folded: RecordBatch) -> Result<RecordBatch, AnalyticsError> {
        debug_assert!(self.hot.states.num_rows() >= self.hot.cases.len());
        let cases = hot.column_by_name("case_no").map(|column| column.as_string::<i32>().clone());
        let keep = cases
            .map(|cases| cases.iter().map(|case| Some(case.is_some_and(|case| !self.news.contains(case)))).collect());
        let keep: arrow::array::BooleanArray = keep.unwrap_or_else(|| vec![true; hot.num_rows()].into());
        let standing =
            arrow::compute::filter_record_batch(hot, &keep).map_err(AnalyticsError::arrow("rows as of a past time"))?;
        arrow::compute::concat_batches(&standing.schema(), &[standing, folded])
            .map_err(AnalyticsError::arrow("rows as of a past time"))
    }
}

/// Statistics in the log are instants as text, cut to milliseconds: a file without them, or one
/// whose maximum is not clearly earlier, may hold news.
fn may_be_later(max: Option<&serde_json::Value>, as_of: Timestamp) -> bool {
    let max: Option<Timestamp> = max.and_then(|max| max.as_str()).and_then(|text| text.parse().ok());
    max.is_none_or(|max| max.as_millisecond() >= as_of.as_millisecond())
}

fn hidden<'a>(pairs: impl Iterator<Item = (&'a str, i64)>) -> Result<RecordBatch, AnalyticsError> {
    let (cases, runs): (Vec<&str>, Vec<i64>) = pairs.unzip();
    let schema = Arc::new(Schema::new(vec![
        Field::new("case_no", DataType::Utf8, false),
        Field::new("fold_version", DataType::Int64, false),
    ]));
    RecordBatch::try_new(schema, vec![Arc::new(StringArray::from(cases)), Arc::new(Int64Array::from(runs))])
        .map_err(AnalyticsError::arrow("hidden cases"))
}
