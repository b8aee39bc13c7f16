//! Tables whose rows no metric has. Each is a panel of `queries` with its columns, and this is the only list.

use analytics::Param;
use jiff::civil::Date;
use queries::panel;

use super::columns::{Column, Kind, leading, of, own};
use super::sketches::{Sketch, pieces, product_href, unmet_href};
use crate::error::HttpError;
use crate::frame::Context;
use crate::pages::figures::{self, Record, Table};
use crate::request::Region;

/// A table with a panel behind it.
pub(super) struct Panel {
    /// Name of its files and its anchor; `desk-{name}` is the key of its title, `panel-note-{name}` of what has to be
    /// known to read it, `panel-none-{name}` of what is said without rows.
    pub(super) name: &'static str,
    sql: &'static str,
    columns: &'static [Column],
    pub(super) sketch: Option<Sketch>,
    /// Whether department and item narrow it.
    pub(super) heeds: (bool, bool),
}

/// Which step takes it?
pub(super) static STEPS: Panel = Panel {
    name: "steps",
    sql: panel::STEP_TIMES,
    columns: &[
        own("step_name", Kind::Text),
        own("taken_n", Kind::Count),
        own("work_hours", Kind::Measure),
        own("median_work_hours", Kind::Measure),
        own("p90_work_hours", Kind::Measure),
        own("wait_hours", Kind::Measure),
        own("median_wait_hours", Kind::Measure),
        own("hours_share", Kind::Share),
        own("limited_n", Kind::Count),
        own("late_n", Kind::Count),
    ],
    sketch: Some(Sketch::Hours),
    heeds: (true, true),
};

/// What is published where?
pub(super) static OBLIGATIONS: Panel = Panel {
    name: "obligations",
    sql: panel::OBLIGATION_PLACES,
    columns: &[
        own("place", Kind::Place),
        of("code", "place", Kind::Text),
        own("catalogue_item", Kind::Text),
        own("due_n", Kind::Count),
        own("disclosed_n", Kind::Count),
        own("on_time_n", Kind::Count),
        leading(own("missing_n", Kind::Count), unmet_href),
        leading(own("taken_down_n", Kind::Count), unmet_href),
    ],
    sketch: Some(Sketch::Obligations),
    heeds: (false, false),
};

/// What is missing, what was taken down early?
pub(super) static UNMET: Panel = Panel {
    name: "unmet",
    sql: panel::OBLIGATIONS_UNMET,
    columns: &[
        own("state", Kind::Code("unmet")),
        of("place", "village_code", Kind::Place),
        of("code", "village_code", Kind::Text),
        own("catalogue_item", Kind::Text),
        own("period", Kind::Text),
        own("due_on", Kind::Day),
        own("first_on", Kind::Day),
        own("withdrawn_on", Kind::Day),
        own("until_on", Kind::Day),
        own("withdraw_reason", Kind::Text),
        own("obligation_id", Kind::Text),
    ],
    sketch: None,
    heeds: (false, false),
};

/// What is asked, what is paid, what do the markets quote?
pub(super) static PRICES: Panel = Panel {
    name: "prices",
    sql: panel::PRICES,
    columns: &[
        leading(own("product", Kind::Text), product_href),
        own("grade", Kind::Text),
        own("asked_n", Kind::Count),
        own("asked_per_kg", Kind::Price),
        own("dealt_n", Kind::Count),
        own("dealt_per_kg", Kind::Price),
        own("quotes_n", Kind::Count),
        own("market_per_kg", Kind::Price),
    ],
    sketch: Some(Sketch::Prices),
    heeds: (false, false),
};

/// What do people write about?
pub(super) static MESSAGES: Panel = Panel {
    name: "messages",
    sql: panel::MESSAGE_KINDS,
    columns: &[
        own("kind", Kind::Code("message")),
        own("sent_n", Kind::Count),
        own("answered_n", Kind::Count),
        own("median_answer_hours", Kind::Measure),
        own("ended_n", Kind::Count),
        own("overdue_n", Kind::Count),
    ],
    sketch: Some(Sketch::Messages),
    heeds: (true, false),
};

/// Who still waits for an answer?
pub(super) static OVERDUE: Panel = Panel {
    name: "overdue",
    sql: panel::MESSAGES_OVERDUE,
    columns: &[
        own("msg_id", Kind::Text),
        own("kind", Kind::Code("message")),
        of("place", "village_code", Kind::Place),
        own("org_code", Kind::Organization),
        own("posted_at", Kind::Instant),
        own("reply_due_on", Kind::Day),
        own("over_days", Kind::Count),
    ],
    sketch: None,
    heeds: (true, false),
};

/// Who had to say it again?
pub(super) static REPEATED: Panel = Panel {
    name: "repeated",
    sql: panel::MESSAGES_REPEATED,
    columns: &[
        own("msg_id", Kind::Text),
        own("how", Kind::Code("repeated")),
        own("kind", Kind::Code("message")),
        of("place", "village_code", Kind::Place),
        own("org_code", Kind::Organization),
        own("repeated_at", Kind::Instant),
        own("earlier_id", Kind::Text),
        own("first_at", Kind::Instant),
        own("after_days", Kind::Count),
    ],
    sketch: None,
    heeds: (true, false),
};

impl Panel {
    /// Its rows over the period as a whole.
    pub(super) async fn read(&self, context: &Context) -> Result<Vec<Record>, HttpError> {
        self.read_by(context, "all", ("", "")).await
    }

    /// Its rows by pieces of the period, of one product and its grade if one is told.
    pub(super) async fn read_by(
        &self,
        context: &Context,
        piece: &str,
        (product, grade): (&str, &str),
    ) -> Result<Vec<Record>, HttpError> {
        let (filters, period) = (&context.ask.filters, figures::period(context));
        let text = |text: &str| Param::Text(text.to_owned());
        let params = [
            ("region", context.region()),
            ("from", Param::Date(period.from)),
            ("to", Param::Date(period.to)),
            ("organization", text(&filters.organization)),
            ("item", text(&filters.item)),
            ("level", text(level_below(&filters.region))),
            ("catalogue", text(context.ask.value("catalogue").unwrap_or_default())),
            ("piece", text(piece)),
            ("product", text(product)),
            ("grade", text(grade)),
        ];
        Ok(context.session.rows(&panel::filled(self.sql), &params).await?)
    }

    /// The table of its rows.
    pub(super) fn table(&self, context: &Context, rows: &[Record]) -> Table {
        let row = |row: &Record| self.columns.iter().map(|column| column.of_row(context, row)).collect();
        Table {
            caption: context.lang().code("desk", self.name),
            heads: self.columns.iter().map(|column| column.head(context.lang())).collect(),
            rows: rows.iter().map(row).collect(),
        }
    }
}

/// The level that a region is told apart by: the city and a county by their townships, a township by its villages.
fn level_below(region: &Region) -> &'static str {
    if region.digits().len() > 6 { "village" } else { "township" }
}

/// The length of pieces that make a course of a period.
pub(super) fn piece(context: &Context) -> (&'static str, Vec<Date>) {
    let period = figures::period(context);
    let days = period.from.until(period.to).map_or(i32::MAX, |span| span.get_days());
    let piece = match days {
        ..=31 => "day",
        32..=200 => "week",
        _ => "month",
    };
    let end = context.today.tomorrow().unwrap_or(context.today).min(period.to);
    (piece, pieces(piece, period.from, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use crate::pages::desk::DESKS;

    #[test]
    fn every_panel_has_its_words_and_columns_that_its_text_names() {
        let panels: Vec<&Panel> = DESKS.iter().flat_map(|desk| desk.panels.iter().copied()).collect();
        assert!(panels.len() > 7, "{}", panels.len());
        for panel in panels {
            for t in [Lang::Zh, Lang::En] {
                assert_ne!(t.code("desk", panel.name), panel.name);
                assert_ne!(t.code("panel-note", panel.name), panel.name);
                assert_ne!(t.code("panel-none", panel.name), panel.name);
                for column in panel.columns {
                    assert_ne!(t.code("panel", column.id), column.id, "{}", panel.name);
                }
            }
            for column in panel.columns {
                assert!(panel.sql.contains(column.field), "{} {}", panel.name, column.field);
            }
        }
    }

    #[test]
    fn every_word_of_the_contract_has_its_words() {
        let kinds = ["INQUIRY", "HELP", "SUGGESTION", "COMPLAINT", "REPORT", "CORRECTION", "UNTOLD"];
        let codes = kinds.map(|kind| ("message", kind)).into_iter().chain([
            ("unmet", "MISSING"),
            ("unmet", "TAKEN_DOWN"),
            ("repeated", "AGAIN"),
            ("repeated", "REOPENED"),
        ]);
        for (group, code) in codes {
            assert!([Lang::Zh, Lang::En].iter().all(|t| t.code(group, code) != code), "{group}-{code}");
        }
    }

    #[test]
    fn a_region_is_told_apart_by_what_lies_in_it() {
        let below = |code: &str| Region::parse(code).map(|region| level_below(&region));
        assert_eq!(level_below(&Region::default()), "township");
        assert_eq!(
            [below("450521"), below("450521101"), below("450521101201")],
            [Some("township"), Some("village"), Some("village")]
        );
    }
}
