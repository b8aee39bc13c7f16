//! What has to hold in a lake beyond what landing and derive see to. One check is one SQL file in
//! `sql/checks` and one line in [`CHECKS`]; its rows are what is wrong.

use std::sync::OnceLock;

use crate::header::{entries, joined};
use crate::{Breakdown, Level, RefusedBreakdown, village_table};

/// Most rows that a check answers with; more are as bad.
pub const MOST_ROWS: usize = 1000;

/// The period of checks that run a metric: all that a lake can hold.
const PERIOD: [(&str, &str); 2] = [("$from", "date '1949-10-01'"), ("$to", "date '2200-01-01'")];

/// Every check: keys, references, instants, sums, limits.
pub static CHECKS: [Check; 19] = [
    Check::new("key_unique_case_state", include_str!("../sql/checks/key_unique_case_state.sql")),
    Check::new("key_unique_card", include_str!("../sql/checks/key_unique_card.sql")),
    Check::new("key_unique_version", include_str!("../sql/checks/key_unique_version.sql")),
    Check::new("region_editions", include_str!("../sql/checks/region_editions.sql")),
    Check::new("village_in_region", include_str!("../sql/checks/village_in_region.sql")),
    Check::new("card_has_case", include_str!("../sql/checks/card_has_case.sql")),
    Check::new("record_references", include_str!("../sql/checks/record_references.sql")),
    Check::new("card_instants", include_str!("../sql/checks/card_instants.sql")),
    Check::new("due_instants", include_str!("../sql/checks/due_instants.sql")),
    Check::new("steps_inside_case", include_str!("../sql/checks/steps_inside_case.sql")),
    Check::new("no_future_record", include_str!("../sql/checks/no_future_record.sql")),
    Check::new("states_equal_facts", include_str!("../sql/checks/states_equal_facts.sql")),
    Check::new("village_day_sums", include_str!("../sql/checks/village_day_sums.sql")),
    Check::new("mart_village_item_month", include_str!("../sql/checks/mart_village_item_month.sql")),
    Check::new("mart_org_item_day", include_str!("../sql/checks/mart_org_item_day.sql")),
    Check::new("mart_handling_hist", include_str!("../sql/checks/mart_handling_hist.sql")),
    Check::new("level_sums", include_str!("../sql/checks/level_sums.sql")),
    Check::new("ledger_sums", include_str!("../sql/checks/ledger_sums.sql")),
    Check::new("promise_within_statutory", include_str!("../sql/checks/promise_within_statutory.sql")),
];

/// The check of that name.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

/// One thing that has to hold.
#[derive(Debug)]
pub struct Check {
    /// Name of its file, e.g. `ledger_sums`.
    pub id: &'static str,
    /// The file as it is written, with its tokens.
    text: &'static str,
    header: OnceLock<CheckHeader>,
}

/// What the header of a check says; empty what it does not have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckHeader {
    pub id: &'static str,
    pub title_zh: &'static str,
    pub title_en: &'static str,
    /// What a row means.
    pub row: String,
    /// Where it is laid down that there must be none.
    pub source: String,
}

impl Check {
    const fn new(id: &'static str, text: &'static str) -> Self {
        Self { id, text, header: OnceLock::new() }
    }

    /// What the file says about itself.
    pub fn header(&self) -> &CheckHeader {
        self.header.get_or_init(|| CheckHeader::parse(self.text))
    }

    /// The SQL: two texts, `key` and `detail`, ordered, at most [`MOST_ROWS`] rows; none is good. `{M01 county}`
    /// stands for that metric by that breakdown, `{village_table county}` for that table.
    ///
    /// # Errors
    ///
    /// [`RefusedBreakdown`] if the file names a breakdown that the metric does not have.
    pub fn sql(&self) -> Result<String, RefusedBreakdown> {
        let mut sql = self.text.to_owned();
        for level in Level::ALL {
            let token = format!("{{village_table {level}}}");
            if sql.contains(&token) {
                sql = sql.replace(&token, &bare(&village_table(level)));
            }
        }
        for (metric, by) in crate::METRICS.iter().flat_map(|metric| Breakdown::ALL.map(|by| (metric, by))) {
            let token = format!("{{{} {by}}}", metric.id);
            if sql.contains(&token) {
                sql = sql.replace(&token, &bare(&metric.sql_by(by)?));
            }
        }
        Ok(PERIOD.iter().fold(sql, |sql, (name, day)| sql.replace(name, day)))
    }
}

impl CheckHeader {
    fn parse(sql: &'static str) -> Self {
        let mut header = Self::default();
        for (key, lines) in entries(sql) {
            let first = lines.first().copied().unwrap_or_default();
            match key {
                "check" => header.id = first,
                "title_zh" => header.title_zh = first,
                "title_en" => header.title_en = first,
                "row" => header.row = joined(&lines),
                "source" => header.source = joined(&lines),
                _ => {}
            }
        }
        header
    }
}

/// A text without comments and indents: a statement may not be of any length.
fn bare(sql: &str) -> String {
    let lines = sql.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("--"));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_found_once_and_says_what_a_row_means() {
        for (at, check) in CHECKS.iter().enumerate() {
            assert!(CHECKS[..at].iter().all(|earlier| earlier.id != check.id), "{} is there twice", check.id);
            assert_eq!(find(check.id).unwrap().id, check.id);
            let header = check.header();
            assert_eq!(header.id, check.id);
            assert!(!header.row.is_empty() && !header.source.is_empty(), "{}: {header:?}", check.id);
            assert!(!header.title_zh.is_empty() && !header.title_zh.is_ascii(), "{}", check.id);
            assert!(!header.title_en.is_empty() && header.title_en.is_ascii(), "{}", check.id);
        }
        assert!(find("M01").is_none());
    }

    #[test]
    fn a_check_has_no_token_left_and_answers_so_many_rows_in_order() {
        for check in &CHECKS {
            let sql = check.sql().unwrap();
            assert!(!sql.contains(['{', '}', '$']), "{}:\n{sql}", check.id);
            assert!(sql.contains(&format!("limit {MOST_ROWS}\n)")), "{}", check.id);
            assert!(sql.contains("    order by key"), "{}", check.id);
            assert!(sql.ends_with("\n\nselect * from final\n"), "{}", check.id);
        }
    }

    #[test]
    fn every_file_is_registered() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/checks");
        let files = std::fs::read_dir(folder).unwrap();
        let names = files.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned());
        let unknown: Vec<String> = names.filter(|name| find(name).is_none()).collect();
        assert_eq!(unknown, Vec::<String>::new());
    }

    /// Statements beyond 20,000 bytes are not read.
    #[test]
    fn no_check_is_too_long() {
        for check in &CHECKS {
            assert!(check.sql().unwrap().len() < 20_000, "{}", check.id);
        }
    }
}
