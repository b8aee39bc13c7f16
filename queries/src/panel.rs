//! SQL of the panels: what a page asks for beside the metrics. One panel is one file in
//! `sql/panels/`, and this is the only list.

/// How far the calendar of each region reaches.
pub const CALENDAR_COVERAGE: &str = include_str!("../sql/panels/calendar_coverage.sql");
/// What must be known of a calendar to tell working days.
pub const CALENDAR_DAYS: &str = include_str!("../sql/panels/calendar_days.sql");
/// Net cards and the supervised stock by day.
pub const CARD_DAYS: &str = include_str!("../sql/panels/card_days.sql");
/// The names of the numbered steps of some cases.
pub const CARD_STEPS: &str = include_str!("../sql/panels/card_steps.sql");
/// Cards gross, net, open and unconfirmed by what they are about and by level.
pub const CARD_TOTALS: &str = include_str!("../sql/panels/card_totals.sql");
/// The queue of cards, a page of it or all.
pub const CARDS: &str = include_str!("../sql/panels/cards.sql");
/// The cards of one case, issued and ahead.
pub const CASE_CARDS: &str = include_str!("../sql/panels/case_cards.sql");
/// The version of an item that a case is judged by.
pub const CASE_ITEM: &str = include_str!("../sql/panels/case_item.sql");
/// One case with the names of its village, department and item.
pub const CASE_ROW: &str = include_str!("../sql/panels/case_row.sql");
/// Decided cases by day: how many, how many early, their median time.
pub const CLOSING_DAYS: &str = include_str!("../sql/panels/closing_days.sql");
/// What is wrong with the data that cases are judged by.
pub const DATA_INCIDENTS: &str = include_str!("../sql/panels/data_incidents.sql");
/// Cases received, accepted and closed by day.
pub const FLOW_DAYS: &str = include_str!("../sql/panels/flow_days.sql");
/// Cases, cards, and batches that they do not stand on yet.
pub const LAKE_TOTALS: &str = include_str!("../sql/panels/lake_totals.sql");
/// How fresh the lake is.
pub const LAMP: &str = include_str!("../sql/panels/lamp.sql");
/// How fresh the lake was at a past as_of.
pub const LAMP_PAST: &str = include_str!("../sql/panels/lamp_past.sql");
/// Names of the organizations.
pub const ORGANIZATIONS: &str = include_str!("../sql/panels/organizations.sql");
/// Cases of today against a week before, and the stock.
pub const OVERVIEW_FLOW: &str = include_str!("../sql/panels/overview_flow.sql");
/// What each source has delivered, with its last complete batch and what of it is open in quarantine.
pub const QUALITY_SOURCES: &str = include_str!("../sql/panels/quality_sources.sql");
/// All that was told of one line of a batch: refusals and resolutions.
pub const REFUSED_ROW: &str = include_str!("../sql/panels/refused_row.sql");
/// The refused rows that are open, a page of them or all.
pub const REFUSED_ROWS: &str = include_str!("../sql/panels/refused_rows.sql");
/// The villages with what lies above them.
pub const REGIONS: &str = include_str!("../sql/panels/regions.sql");
/// Rules that open rows have broken, by table and mapping.
pub const RULE_FAILURES: &str = include_str!("../sql/panels/rule_failures.sql");
/// What each source has delivered.
pub const SOURCES: &str = include_str!("../sql/panels/sources.sql");
/// The next instants at which something is seen to change by time alone.
pub const TURNS: &str = include_str!("../sql/panels/turns.sql");
