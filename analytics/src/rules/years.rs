//! Which years of a region's calendar are known, and since when (domain §4.2).

use std::collections::{BTreeMap, BTreeSet};

use datasets::contract::CALENDAR_YEAR;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{RuleTables, Stood, rule};
use crate::AnalyticsError;
use crate::cells::{Day, Instant, Int, Text, columns};

columns! {
    YearColumns { region: Text, year: Int, status: Text, known_from: Day, put_at: Instant, replaced_at: Instant }
}

/// What has been said of the years of one region, the oldest first.
pub(super) struct Years {
    rows: Vec<YearRow>,
}

struct YearRow {
    known_from: Option<Date>,
    year: i16,
    is_known: bool,
    stood: Stood,
}

impl Years {
    pub(super) async fn load(region: &str, tables: &RuleTables<'_>) -> Result<Self, AnalyticsError> {
        let wrong = |reason: String| rule("calendar_year", reason);
        let mut rows = Vec::new();
        for batch in tables.read(&CALENDAR_YEAR, YearColumns::FIELDS).await? {
            let of = YearColumns::of(&batch);
            for at in 0..batch.num_rows() {
                let number = of.year.get(at).unwrap_or_default();
                let is_known = match of.status.get(at).unwrap_or_default() {
                    "KNOWN" => true,
                    "PROVISIONAL" => false,
                    other => return Err(wrong(format!("{number}: {other:?} is neither KNOWN nor PROVISIONAL"))),
                };
                let year = i16::try_from(number).ok().filter(|year| Date::new(*year, 1, 1).is_ok());
                let year = year.ok_or_else(|| wrong(format!("there is no year {number}")))?;
                if of.region.get(at) == Some(region) {
                    let stood = Stood::of(of.put_at, of.replaced_at, at);
                    rows.push(YearRow { known_from: of.known_from.get(at), year, is_known, stood });
                }
            }
        }
        rows.sort_by_key(|row| row.known_from);
        Ok(Self { rows })
    }

    /// The days on which something was made known, of rows that stood at an instant.
    pub(super) fn notices(&self, by: Timestamp) -> impl Iterator<Item = Date> + '_ {
        self.rows.iter().filter(move |row| row.stood.at(by)).filter_map(|row| row.known_from)
    }

    /// When rows were put, and replaced.
    pub(super) fn instants(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.rows.iter().flat_map(|row| row.stood.instants())
    }

    /// The years that were known before a notice, or are now, of rows that stood at an instant.
    pub(super) fn known(&self, before: Option<Date>, by: Timestamp) -> BTreeSet<i16> {
        let standing = self.rows.iter().filter(|row| row.stood.at(by));
        let said = standing.filter(|row| row.known_from.is_none_or(|from| before.is_none_or(|by| from < by)));
        // In the order of the notices: the latest counts.
        let latest: BTreeMap<i16, bool> = said.map(|row| (row.year, row.is_known)).collect();
        latest.into_iter().filter(|(_, is_known)| *is_known).map(|(year, _)| year).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_last_notice_by_then_says_whether_a_year_is_known() {
        let row = |known_from, year, is_known| YearRow { known_from, year, is_known, stood: Stood::ALWAYS };
        let notice = date(2026, 11, 10);
        let years = Years { rows: vec![row(None, 2026, true), row(None, 2027, false), row(Some(notice), 2027, true)] };
        assert_eq!(years.known(None, Timestamp::MAX), BTreeSet::from([2026, 2027]));
        assert_eq!(years.known(Some(notice), Timestamp::MAX), BTreeSet::from([2026]), "before the notice");
        assert_eq!(years.notices(Timestamp::MAX).collect::<Vec<_>>(), [notice]);
    }
}
