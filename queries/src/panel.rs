//! SQL of the panels: what a page asks for beside the metrics. One panel is one file in
//! `sql/panels/`, and this is the only list.

use crate::shared;

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
/// Cards about cases: open, unconfirmed, and of today.
pub const CARDS_NOW: &str = include_str!("../sql/panels/cards_now.sql");
/// The queue of cards, a page of it or all; [`crate::cards`] gives it in other orders.
pub const CARDS: &str = include_str!("../sql/panels/cards.sql");
/// The cards of one case, issued and ahead.
pub const CASE_CARDS: &str = include_str!("../sql/panels/case_cards.sql");
/// The version of an item that a case is judged by.
pub const CASE_ITEM: &str = include_str!("../sql/panels/case_item.sql");
/// One case with the names of its village, department and item.
pub const CASE_ROW: &str = include_str!("../sql/panels/case_row.sql");
/// Claims that were published, each with the metric and the column to set beside it.
pub const CLAIMS: &str = include_str!("../sql/panels/claims.sql");
/// Decided cases by day: how many, how many early, their median time.
pub const CLOSING_DAYS: &str = include_str!("../sql/panels/closing_days.sql");
/// What is wrong with the data that cases are judged by.
pub const DATA_INCIDENTS: &str = include_str!("../sql/panels/data_incidents.sql");
/// Cases received, accepted and closed by day.
pub const FLOW_DAYS: &str = include_str!("../sql/panels/flow_days.sql");
/// Names of the items of service.
pub const ITEMS: &str = include_str!("../sql/panels/items.sql");
/// Cases, cards, and batches that they do not stand on yet.
pub const LAKE_TOTALS: &str = include_str!("../sql/panels/lake_totals.sql");
/// How fresh the lake is.
pub const LAMP: &str = include_str!("../sql/panels/lamp.sql");
/// How fresh the lake was at a past as_of.
pub const LAMP_PAST: &str = include_str!("../sql/panels/lamp_past.sql");
/// How the handling times of departments or items spread.
pub const HANDLING_SPREAD: &str = include_str!("../sql/panels/handling_spread.sql");
/// How long decided cases took.
pub const HANDLING_TIMES: &str = include_str!("../sql/panels/handling_times.sql");
/// Kinds of messages, and what became of them.
pub const MESSAGE_KINDS: &str = include_str!("../sql/panels/message_kinds.sql");
/// Messages that nobody has answered in time.
pub const MESSAGES_OVERDUE: &str = include_str!("../sql/panels/messages_overdue.sql");
/// Messages that somebody had to repeat.
pub const MESSAGES_REPEATED: &str = include_str!("../sql/panels/messages_repeated.sql");
/// Obligations to disclose by place and item of the catalogue.
pub const OBLIGATION_PLACES: &str = include_str!("../sql/panels/obligation_places.sql");
/// Obligations to disclose that are not met.
pub const OBLIGATIONS_UNMET: &str = include_str!("../sql/panels/obligations_unmet.sql");
/// Names of the organizations.
pub const ORGANIZATIONS: &str = include_str!("../sql/panels/organizations.sql");
/// Cases of today against a week before, and the stock.
pub const OVERVIEW_FLOW: &str = include_str!("../sql/panels/overview_flow.sql");
/// Cases due and closed in a period.
pub const PERIOD_TOTALS: &str = include_str!("../sql/panels/period_totals.sql");
/// Prices asked, paid and quoted on the markets, by product.
pub const PRICES: &str = include_str!("../sql/panels/prices.sql");
/// What each source has delivered, with its last complete batch and what of it is open in quarantine.
pub const QUALITY_SOURCES: &str = include_str!("../sql/panels/quality_sources.sql");
/// All that was told of one line of a batch: refusals and resolutions.
pub const REFUSED_ROW: &str = include_str!("../sql/panels/refused_row.sql");
/// The refused rows that are open, a page of them or all.
pub const REFUSED_ROWS: &str = include_str!("../sql/panels/refused_rows.sql");
/// The villages with what lies above them, and those of earlier editions.
pub const REGIONS: &str = include_str!("../sql/panels/regions.sql");
/// Rules that open rows have broken, by table and mapping.
pub const RULE_FAILURES: &str = include_str!("../sql/panels/rule_failures.sql");
/// Cases found by a part of their number, or those of an item.
pub const SEARCH_CASES: &str = include_str!("../sql/panels/search_cases.sql");
/// Items found by words.
pub const SEARCH_ITEMS: &str = include_str!("../sql/panels/search_items.sql");
/// What each source has delivered.
pub const SOURCES: &str = include_str!("../sql/panels/sources.sql");
/// Which step follows which, how often, and how long cases wait in between.
pub const STEP_FLOW: &str = include_str!("../sql/panels/step_flow.sql");
/// Which steps take the time of decided cases.
pub const STEP_TIMES: &str = include_str!("../sql/panels/step_times.sql");
/// The next instants at which something is seen to change by time alone.
pub const TURNS: &str = include_str!("../sql/panels/turns.sql");
/// The village that took the place of one that is gone.
pub const VILLAGE_SUCCESSOR: &str = include_str!("../sql/panels/village_successor.sql");

/// The text with what it shares with the metrics in its places.
pub fn filled(sql: &str) -> String {
    shared::fill(sql)
}

/// The same text over the states and cards that a session holds in memory (`view::recent`). It gives the same rows
/// where it asks of nothing that was over before the first day of these.
pub fn over_recent(sql: &str) -> String {
    sql.replace("from case_state", "from overlay.case_recent as case_state")
        .replace("from card\n", "from overlay.card_recent as card\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_with_the_metrics_is_filled_in() {
        for sql in [MESSAGE_KINDS, MESSAGES_OVERDUE, OBLIGATION_PLACES, OBLIGATIONS_UNMET, PRICES] {
            let text = filled(sql);
            assert!(text.len() > sql.len() && !text.contains('{'), "{text}");
        }
        assert_eq!(filled(STEP_TIMES), STEP_TIMES);
    }

    #[test]
    fn every_panel_of_a_season_is_asked_of_memory_alone() {
        let due = crate::find("M03").unwrap().sql_by(crate::Breakdown::County).unwrap();
        let of_villages = |id: &str| crate::find(id).unwrap().sql_by(crate::Breakdown::Village).unwrap();
        let (ratings, loads) = (of_villages("M17"), of_villages("M32"));
        let villages = crate::village_table(crate::Level::Village);
        for sql in [
            OVERVIEW_FLOW,
            FLOW_DAYS,
            CARD_DAYS,
            CLOSING_DAYS,
            HANDLING_TIMES,
            HANDLING_SPREAD,
            PERIOD_TOTALS,
            CARDS_NOW,
            CARDS,
            due.as_str(),
            ratings.as_str(),
            loads.as_str(),
            villages.as_str(),
        ] {
            let recent = over_recent(sql);
            assert_ne!(recent, sql);
            let words: Vec<&str> = recent.split_whitespace().collect();
            let left = |table: &str| words.windows(2).any(|two| ["from", "join"].contains(&two[0]) && two[1] == table);
            assert!(!left("case_state") && !left("card"), "{recent}");
        }
    }
}
