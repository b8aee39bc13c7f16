//! What each source has delivered: its account, and its last complete batch.

use jiff::Timestamp;
use queries::panel;
use serde::Deserialize;

use super::asked;
use crate::error::HttpError;
use crate::format;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::sheet::{Cell, Column};

/// One row of panel `quality_sources`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SourceRow {
    pub(super) source_system: String,
    /// Of the last complete batch.
    file_name: Option<String>,
    watermark: Option<Timestamp>,
    last_batch_at: Option<Timestamp>,
    #[serde(flatten)]
    account: Account,
}

/// Rows in = landed + quarantined + known; those that are open are counted one by one.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct Account {
    batches: i64,
    rows_in: i64,
    rows_landed: i64,
    rows_quarantined: i64,
    rows_known: i64,
    open_rows: i64,
}

/// A source as the page shows it.
pub(super) struct View {
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) state: String,
    pub(super) file: String,
    pub(super) watermark: String,
    pub(super) age: String,
    pub(super) landed_at: String,
    pub(super) batches: String,
    pub(super) rows_in: String,
    pub(super) landed: String,
    pub(super) quarantined: String,
    pub(super) known: String,
    /// Whether the sum is right, with a mark and a word.
    pub(super) check: String,
    pub(super) open: String,
    pub(super) open_href: String,
    pub(super) has_open: bool,
}

impl SourceRow {
    /// Whether it has told of today.
    pub(super) fn is_fresh(&self, context: &Context) -> bool {
        self.watermark.is_some_and(|at| format::local(context.zone(), at).0 >= context.today)
    }

    pub(super) fn open_rows(&self) -> i64 {
        self.account.open_rows
    }

    pub(super) fn view(&self, context: &Context) -> View {
        let t = context.lang();
        let is_fresh = self.is_fresh(context);
        let age = self.watermark.or(self.last_batch_at).map(|at| at.duration_until(context.session.as_of()));
        View {
            name: self.source_system.clone(),
            class: if is_fresh { "lamp good" } else { "lamp stale" },
            state: t.say(if is_fresh { "source-today" } else { "source-not-today" }),
            file: self.file_name.clone().unwrap_or_else(|| t.say("quality-no-complete")),
            watermark: stamp(context, self.watermark),
            age: age.map_or_else(|| format::NONE.to_owned(), |age| format::age(t, age)),
            landed_at: stamp(context, self.last_batch_at),
            open_href: context.ask.link("/quality/rows", &[("source", &self.source_system)]),
            ..self.account.view(t)
        }
    }
}

impl Account {
    /// What the sum of the parts lacks of the rows that came.
    fn difference(&self) -> i64 {
        self.rows_in - self.rows_landed - self.rows_quarantined - self.rows_known
    }

    fn check(&self, t: Lang) -> String {
        match self.difference() {
            0 => t.say("sum-right"),
            n => t.tell("sum-wrong", &[("n", &format::count(t, n))]),
        }
    }

    fn add(&mut self, other: &Self) {
        self.batches += other.batches;
        self.rows_in += other.rows_in;
        self.rows_landed += other.rows_landed;
        self.rows_quarantined += other.rows_quarantined;
        self.rows_known += other.rows_known;
        self.open_rows += other.open_rows;
    }

    /// The numbers; the words are those of nothing in particular.
    fn view(&self, t: Lang) -> View {
        View {
            name: String::new(),
            class: "",
            state: String::new(),
            file: String::new(),
            watermark: String::new(),
            age: String::new(),
            landed_at: String::new(),
            batches: format::count(t, self.batches),
            rows_in: format::count(t, self.rows_in),
            landed: format::count(t, self.rows_landed),
            quarantined: format::count(t, self.rows_quarantined),
            known: format::count(t, self.rows_known),
            check: self.check(t),
            open: format::count(t, self.open_rows),
            open_href: String::new(),
            has_open: self.open_rows > 0,
        }
    }
}

/// All sources, by name.
pub(super) async fn read(context: &Context) -> Result<Vec<SourceRow>, HttpError> {
    let mut rows: Vec<SourceRow> = asked(context, panel::QUALITY_SOURCES, &[]).await?;
    rows.sort_by(|left, right| left.source_system.cmp(&right.source_system));
    Ok(rows)
}

/// All sources together; none where one is all there is.
pub(super) fn total(context: &Context, rows: &[SourceRow]) -> Option<View> {
    let t = context.lang();
    let mut sum = Account::default();
    rows.iter().for_each(|row| sum.add(&row.account));
    let open_href = context.ask.link("/quality/rows", &[]);
    (rows.len() > 1).then(|| View { name: t.say("quality-total"), open_href, ..sum.view(t) })
}

/// Of the file.
pub(super) fn columns() -> Vec<Column<SourceRow>> {
    vec![
        Column::new("source", "col-source", "", |_, row: &SourceRow| Cell::Text(row.source_system.clone())),
        Column::new("state", "col-state", "", |context, row: &SourceRow| {
            Cell::Text(context.lang().say(if row.is_fresh(context) { "source-today" } else { "source-not-today" }))
        }),
        Column::new("file", "col-last-complete", "", |_, row: &SourceRow| Cell::text(row.file_name.as_deref())),
        Column::new("watermark", "col-watermark", "r", |_, row: &SourceRow| Cell::instant(row.watermark)),
        Column::new("last_batch", "col-last-batch", "r", |_, row: &SourceRow| Cell::instant(row.last_batch_at)),
        count("batches", "col-batches", |_, row| Cell::Count(row.account.batches)),
        count("rows_in", "col-rows-in", |_, row| Cell::Count(row.account.rows_in)),
        count("landed", "col-landed", |_, row| Cell::Count(row.account.rows_landed)),
        count("quarantined", "col-quarantined", |_, row| Cell::Count(row.account.rows_quarantined)),
        count("known", "col-known", |_, row| Cell::Count(row.account.rows_known)),
        Column::new("check", "col-check", "", |context, row: &SourceRow| Cell::Text(row.account.check(context.lang()))),
        count("open_rows", "col-open-rows", |_, row| Cell::Count(row.account.open_rows)),
    ]
}

fn count(id: &'static str, title: &'static str, cell: fn(&Context, &SourceRow) -> Cell) -> Column<SourceRow> {
    Column::new(id, title, "r", cell).with_sum()
}

fn stamp(context: &Context, at: Option<Timestamp>) -> String {
    at.map_or_else(|| format::NONE.to_owned(), |at| format::stamp(context.zone(), at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_is_wrong_says_by_how_much() {
        let right = Account { rows_in: 9, rows_landed: 4, rows_quarantined: 2, rows_known: 3, ..Account::default() };
        assert_eq!(right.check(Lang::En), Lang::En.say("sum-right"));
        let wrong = Account { rows_in: 1009, ..right };
        assert!(wrong.check(Lang::Zh).contains("1,000"), "{}", wrong.check(Lang::Zh));
        let mut sum = right;
        sum.add(&right);
        assert_eq!((sum.rows_in, sum.difference()), (18, 0));
    }
}
