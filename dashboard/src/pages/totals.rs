//! How many cards there are, by what they are about and by level.

use analytics::Param;
use jiff::Timestamp;
use queries::panel;
use serde::Deserialize;

use super::object;
use crate::error::HttpError;
use crate::frame::Context;

/// One row of panel `card_totals`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct TotalRow {
    pub(super) object_type: String,
    pub(super) level: String,
    pub(super) gross: i64,
    pub(super) net: i64,
    pub(super) open_now: i64,
    pub(super) unconfirmed: i64,
    pub(super) ended: i64,
    pub(super) superseded: i64,
    pub(super) lapsed: i64,
    pub(super) cancelled: i64,
}

/// Counts of the region's cards issued within some time.
#[derive(Debug)]
pub(super) struct Totals(Vec<TotalRow>);

/// Counts the cards about one of [`object::OBJECTS`].
pub(super) async fn read(context: &Context, object: &str, issued: (Timestamp, Timestamp)) -> Result<Totals, HttpError> {
    let params = [
        ("object", object::param(object)),
        ("region", context.region()),
        ("organization", Param::Text(context.ask.filters.organization.clone())),
        ("item", Param::Text(context.ask.filters.item.clone())),
        ("issued_from", Param::Instant(issued.0)),
        ("issued_to", Param::Instant(issued.1)),
    ];
    Ok(Totals(context.session.rows(panel::CARD_TOTALS, &params).await?))
}

impl Totals {
    /// Red first, then yellow; a level without cards is zero.
    pub(super) fn levels(&self, object: &str) -> [TotalRow; 2] {
        ["RED", "YELLOW"].map(|level| {
            let none = TotalRow { level: level.to_owned(), ..TotalRow::default() };
            self.of(object, level).fold(none, TotalRow::and)
        })
    }

    /// How many cards the list has; `level` is empty for every level, `shown` one of
    /// [`super::queue::SHOWN`].
    pub(super) fn count(&self, object: &str, level: &str, shown: &str) -> i64 {
        self.of(object, level).map(|row| row.shown(shown)).sum()
    }

    fn of(&self, object: &str, level: &str) -> impl Iterator<Item = &TotalRow> {
        let is_level = move |row: &TotalRow| level.is_empty() || row.level == level;
        self.0.iter().filter(move |row| object::holds(object, &row.object_type) && is_level(row))
    }
}

impl TotalRow {
    fn and(mut self, other: &Self) -> Self {
        self.gross += other.gross;
        self.net += other.net;
        self.open_now += other.open_now;
        self.unconfirmed += other.unconfirmed;
        self.ended += other.ended;
        self.superseded += other.superseded;
        self.lapsed += other.lapsed;
        self.cancelled += other.cancelled;
        self
    }

    fn shown(&self, shown: &str) -> i64 {
        match shown {
            "OPEN" => self.open_now,
            "UNCONFIRMED" => self.unconfirmed,
            "NET" => self.net,
            "GROSS" => self.gross,
            "ENDED" => self.ended,
            "SUPERSEDED" => self.superseded,
            "LAPSED" => self.lapsed,
            "CANCELLED" => self.cancelled,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::queue::SHOWN;
    use super::*;

    fn totals() -> Totals {
        let row = |object_type: &str, level: &str, open_now: i64| TotalRow {
            object_type: object_type.into(),
            level: level.into(),
            open_now,
            gross: 100 * open_now,
            ..TotalRow::default()
        };
        let rows = [("STEP", "RED", 3), ("CASE", "RED", 5), ("STEP", "YELLOW", 9), ("DELIVERY", "YELLOW", 1)];
        Totals(rows.map(|(object_type, level, open_now)| row(object_type, level, open_now)).to_vec())
    }

    #[test]
    fn levels_are_those_of_the_objects_asked_for() {
        let open = |object: &str| totals().levels(object).map(|row| (row.level, row.open_now));
        let told = |red: i64, yellow: i64| [("RED".to_owned(), red), ("YELLOW".to_owned(), yellow)];
        assert_eq!(open("case"), told(5, 0));
        assert_eq!(open("step"), told(3, 9));
        assert_eq!(open("suspension"), told(0, 0));
        assert_eq!(open("all"), told(8, 10));
    }

    #[test]
    fn a_count_goes_by_object_level_and_state() {
        let totals = totals();
        assert_eq!(totals.count("step", "", "OPEN"), 12);
        assert_eq!(totals.count("step", "RED", "OPEN"), 3);
        assert_eq!(totals.count("all", "", "GROSS"), 1800);
        assert_eq!(totals.count("pre_acceptance", "", "GROSS"), 0);
    }

    #[test]
    fn every_state_of_the_list_is_counted() {
        let one = TotalRow {
            gross: 1,
            net: 1,
            open_now: 1,
            unconfirmed: 1,
            ended: 1,
            superseded: 1,
            lapsed: 1,
            cancelled: 1,
            ..TotalRow::default()
        };
        assert!(SHOWN.iter().all(|shown| one.shown(shown) == 1));
    }
}
