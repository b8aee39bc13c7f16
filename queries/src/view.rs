//! The views that a session offers over the lake's tables, in the order in which they are made.

/// Name and text of each; a later one may use an earlier one.
pub const VIEWS: [(&str, &str); 22] = [
    ("calendar_day", include_str!("../sql/views/calendar_day.sql")),
    ("source_status", include_str!("../sql/views/source_status.sql")),
    ("village", include_str!("../sql/views/village.sql")),
    ("freshness", include_str!("../sql/views/freshness.sql")),
    ("village_day", include_str!("../sql/views/village_day.sql")),
    ("case_state", include_str!("../sql/views/case_state.sql")),
    ("data_incident", include_str!("../sql/views/data_incident.sql")),
    ("card_all", include_str!("../sql/views/card_all.sql")),
    ("card", include_str!("../sql/views/card.sql")),
    ("card_forecast", include_str!("../sql/views/card_forecast.sql")),
    ("card_shadow", include_str!("../sql/views/card_shadow.sql")),
    ("workflow_case", include_str!("../sql/views/workflow_case.sql")),
    ("workflow_event", include_str!("../sql/views/workflow_event.sql")),
    ("rating", include_str!("../sql/views/rating.sql")),
    ("feedback_message", include_str!("../sql/views/feedback_message.sql")),
    ("feedback_reply", include_str!("../sql/views/feedback_reply.sql")),
    ("listing", include_str!("../sql/views/listing.sql")),
    ("deal", include_str!("../sql/views/deal.sql")),
    ("parcel", include_str!("../sql/views/parcel.sql")),
    ("market_price", include_str!("../sql/views/market_price.sql")),
    ("disclosure_obligation", include_str!("../sql/views/disclosure_obligation.sql")),
    ("disclosure_publication", include_str!("../sql/views/disclosure_publication.sql")),
];

/// Tables that are shown as they rest.
pub const PLAIN: [&str; 11] = [
    "quarantine",
    "ingest_batch",
    "region",
    "organization",
    "agent",
    "service_item",
    "power_item",
    "policy_item",
    "office_hours",
    "sla_policy",
    "lake_meta",
];

/// Tables of which every version is shown too, as `<name>_history`.
pub const HISTORIES: [&str; 11] = [
    "workflow_case",
    "workflow_event",
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
