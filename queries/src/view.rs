//! The views that a session offers over the lake's tables, in the order in which they are made.

/// Name and text of each; a later one may use an earlier one.
pub const VIEWS: [(&str, &str); 25] = [
    ("calendar_day", include_str!("../sql/views/calendar_day.sql")),
    ("calendar_year", include_str!("../sql/views/calendar_year.sql")),
    ("source_status", include_str!("../sql/views/source_status.sql")),
    ("standing_batch", include_str!("../sql/views/standing_batch.sql")),
    ("refusal", include_str!("../sql/views/refusal.sql")),
    ("region_edition", include_str!("../sql/views/region_edition.sql")),
    ("village_edition", include_str!("../sql/views/village_edition.sql")),
    ("village", include_str!("../sql/views/village.sql")),
    ("village_ever", include_str!("../sql/views/village_ever.sql")),
    ("region_change", include_str!("../sql/views/region_change.sql")),
    ("freshness", include_str!("../sql/views/freshness.sql")),
    ("village_day", include_str!("../sql/views/village_day.sql")),
    ("village_item_month", include_str!("../sql/views/village_item_month.sql")),
    ("org_item_day", include_str!("../sql/views/org_item_day.sql")),
    ("handling_hist", include_str!("../sql/views/handling_hist.sql")),
    ("case_state", include_str!("../sql/views/case_state.sql")),
    ("case_step", include_str!("../sql/views/case_step.sql")),
    ("case_suspension", include_str!("../sql/views/case_suspension.sql")),
    ("data_incident", include_str!("../sql/views/data_incident.sql")),
    ("card_all", include_str!("../sql/views/card_all.sql")),
    ("card", include_str!("../sql/views/card.sql")),
    ("card_forecast", include_str!("../sql/views/card_forecast.sql")),
    ("card_shadow", include_str!("../sql/views/card_shadow.sql")),
    ("workflow_case", include_str!("../sql/views/workflow_case.sql")),
    ("workflow_event", include_str!("../sql/views/workflow_event.sql")),
];

/// Tables that are shown as they rest.
pub const PLAIN: [&str; 4] = ["quarantine", "ingest_batch", "metric_parameter", "lake_meta"];

/// Records that come in versions and may be taken back: shown in their latest, see [`latest`].
pub const RECORDS: [&str; 9] = [
    "rating",
    "feedback_message",
    "feedback_reply",
    "listing",
    "deal",
    "parcel",
    "market_price",
    "disclosure_obligation",
    "disclosure_publication",
];

/// Reference tables of which a source may take records back: shown without those, see [`present`].
pub const REFERENCE: [&str; 6] = ["region", "organization", "agent", "service_item", "power_item", "policy_item"];

/// The view of a table of [`RECORDS`] whose rows `key` names.
pub fn latest(table: &str, key: &str) -> String {
    include_str!("../sql/views/latest.sql").replace("{table}", table).replace("{key}", key)
}

/// The view of a table whose rows tell for which time they stood, those of one `record` together: its own, or
/// its `_history`, if it has one.
pub fn standing(table: &str, record: &str) -> String {
    include_str!("../sql/views/standing.sql").replace("{table}", table).replace("{record}", record)
}

/// The view of a table of [`REFERENCE`], over its `_history`, whose rows `key` names.
pub fn present(table: &str, key: &[&str]) -> String {
    let (sql, record) = match key {
        [record, "version"] => (include_str!("../sql/views/present_versions.sql"), *record),
        _ => (include_str!("../sql/views/present_rows.sql"), ""),
    };
    sql.replace("{table}", table).replace("{record}", record)
}

/// The same states and cards over rows that a session holds in memory, as names and texts for the schema `overlay`:
/// the text is that of the views themselves, so both tell a status alike. A later one uses an earlier one.
pub fn recent() -> [(&'static str, String); 4] {
    let over = |sql: &str| {
        sql.replace("lake.case_state as", "overlay.recent_case_state as")
            .replace("from overlay.case_state", "from overlay.hot_case_state")
            .replace("lake.card as", "overlay.recent_card as")
            .replace("from overlay.card\n", "from overlay.hot_card\n")
            .replace("from card_all ", "from overlay.card_recent_all ")
    };
    let cases = include_str!("../sql/views/case_state.sql");
    [
        ("case_recent_standing", over(standing_rows(cases))),
        ("case_recent", over(cases)),
        ("card_recent_all", over(include_str!("../sql/views/card_all.sql"))),
        ("card_recent", over(include_str!("../sql/views/card.sql"))),
    ]
}

/// What a view begins with: the rows of the latest folds, before anything is told of them at an as-of.
fn standing_rows(view: &str) -> &str {
    let rows = view.split_once("with standing as (").and_then(|(_, rest)| rest.split_once("\n),"));
    rows.map_or(view, |(rows, _)| rows)
}

/// Whether every version of a table is shown too, as `<name>_history`.
pub fn has_history(table: &str) -> bool {
    ["workflow_case", "workflow_event"].contains(&table) || RECORDS.contains(&table) || REFERENCE.contains(&table)
}

#[cfg(test)]
mod tests {
    use super::recent;

    #[test]
    fn what_is_held_in_memory_is_read_from_nowhere_else() {
        let [(_, standing), (_, cases), (_, all), (_, cards)] = recent();
        assert!(standing.trim_start().starts_with("select cold.*") && !standing.contains("now()"), "{standing}");
        for (sql, wanted) in [
            (&standing, ["overlay.recent_case_state as cold", "from overlay.hot_case_state"].as_slice()),
            (&cases, ["overlay.recent_case_state as cold", "from overlay.hot_case_state\n"].as_slice()),
            (&all, ["overlay.recent_card as cold", "from overlay.hot_card\n"].as_slice()),
            (&cards, ["from overlay.card_recent_all where"].as_slice()),
        ] {
            assert!(wanted.iter().all(|part| sql.contains(*part)), "{sql}");
            assert!(!sql.contains("from lake.") && !sql.contains("from card_all"), "{sql}");
        }
    }
}
