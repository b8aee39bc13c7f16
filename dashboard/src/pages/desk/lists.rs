//! Which tables each page has, and which figures stand in them. This is the only list.

use queries::Breakdown;

use super::panels::{MESSAGES, OBLIGATIONS, OVERDUE, PRICES, REPEATED, STEPS, UNMET};
use super::pictures::Drawing;
use super::{Desk, Figure, Table};
use crate::frame::Nav;

/// Every page of tables.
pub(crate) static DESKS: [Desk; 6] = [
    Desk {
        path: "/organizations",
        title: "nav-organizations",
        nav: Nav::Organizations,
        note: "desk-note-time",
        panels: &[&STEPS],
        tables: &[
            by("org-time", Breakdown::Organization, &[HANDLING, SPEEDUP, BASELINE]).drawn(&[Drawing::Spread]),
            by("org-due", Breakdown::Organization, &[DUE]).drawn(&[ON_TIME]),
            by("org-answers", Breakdown::Organization, &[ACCEPTED_IN_TIME, ONE_NOTICE, REFUSED]),
        ],
    },
    Desk {
        path: "/items",
        title: "nav-items",
        nav: Nav::Items,
        note: "desk-note-time",
        panels: &[&STEPS],
        tables: &[
            by("item-limits", Breakdown::Item, &[PROMISE, HANDLING, SPEEDUP, BASELINE]).drawn(&[Drawing::Spread]),
            by("item-due", Breakdown::Item, &[DUE]).drawn(&[ON_TIME]),
            by("item-volume", Breakdown::Item, &[VOLUME, UNUSUAL]),
            by("item-all", Breakdown::All, &[PROMISE_ALL, INSTANT, VISITS, ONLINE]),
        ],
    },
    Desk {
        path: "/savings",
        title: "nav-savings",
        nav: Nav::Savings,
        note: "desk-note-savings",
        panels: &[],
        tables: &[
            places("saved", &[SAVED]).drawn(&[VISITED]),
            by("saved-months", Breakdown::Month, &[SAVED]).drawn(&[Drawing::Lines(&["M31 saved_yuan"])]),
        ],
    },
    Desk {
        path: "/market",
        title: "nav-market",
        nav: Nav::Market,
        note: "desk-note-market",
        panels: &[&PRICES],
        tables: &[
            places("deals", &[DEALT]),
            places("sell-through", &[SOLD]),
            places("value", &[VALUE]),
            by("value-months", Breakdown::Month, &[VALUE])
                .drawn(&[Drawing::Lines(&["M28 gmv_yuan", "M28 last_gmv_yuan"])]),
            places("unsold", &[UNSOLD]).drawn(&[Drawing::Ranking("M29 unsold_rate", "M29 open_n")]),
            places("parcels", &[PARCELS]).drawn(&[Drawing::Ranking("M30 on_time_rate", "M30 promised_n")]),
        ],
    },
    Desk {
        path: "/feedback",
        title: "nav-feedback",
        nav: Nav::Feedback,
        note: "desk-note-feedback",
        panels: &[&MESSAGES, &OVERDUE, &REPEATED],
        tables: &[
            places("answers", &[ANSWERED]),
            places("solved", &[SOLVED]),
            places("content", &[CONTENT]),
            by("answers-offices", Breakdown::Organization, &[ANSWERED]),
            by("answers-months", Breakdown::Month, &[ANSWERED, SOLVED, CONTENT]).drawn(&[HEARD, HEARD_OF]),
        ],
    },
    Desk {
        path: "/disclosure",
        title: "nav-disclosure",
        nav: Nav::Disclosure,
        note: "desk-note-disclosure",
        panels: &[&OBLIGATIONS, &UNMET],
        tables: &[
            places("published", &[PUBLISHED]).drawn(&[SHOWN]),
            places("published-on-time", &[PUBLISHED_ON_TIME]),
            places("published-whole", &[COMPLETE]),
            places("power-lists", &[POWERS]),
            by("published-months", Breakdown::Month, &[PUBLISHED, PUBLISHED_ON_TIME])
                .drawn(&[Drawing::Lines(&["M22 disclosure_rate", "M23 on_time_rate"])]),
        ],
    },
];

const HANDLING: Figure = of("M10", &["decided_n", "median_used_days", "p90_used_days", "open_n", "median_open_wd"]);
const SPEEDUP: Figure = of("M08", &["decided_n", "statutory_wd", "used_wd", "actual_speedup"]);
const BASELINE: Figure = of("M09", &["vs_baseline_cut", "reason"]);
const DUE: Figure = of("M03", &["due_n", "on_time_n", "on_time_rate", "moved_n"]);
const ACCEPTED_IN_TIME: Figure = of("M14", &["receipt_n", "answered_n", "accept_in_time_rate", "deemed_n"]);
const ONE_NOTICE: Figure = of("M15", &["corrected_n", "once_n", "one_notice_rate"]);
const REFUSED: Figure = of("M16", &["not_accepted_n", "not_accepted_rate", "refused_n", "refused_rate"]);
const PROMISE: Figure = of("M07", &["statutory_wd", "promised_wd", "promise_cut", "weighting_case_n"]);
const PROMISE_ALL: Figure = of("M07", &["item_n", "promise_cut", "promise_cut_not_instant", "promise_cut_by_cases"]);
const INSTANT: Figure = of("M11", &["instant_item_rate", "instant_case_n", "instant_case_rate"]);
const VISITS: Figure = of("M12", &["once_item_rate", "once_case_n", "once_case_rate"]);
const ONLINE: Figure = of("M13", &["online_n", "online_rate", "through_n", "through_rate"]);
const VOLUME: Figure = of("M01", &["received_n", "accepted_n", "closed_n"]);
const UNUSUAL: Figure = of("M33", &["per_workday", "mom", "yoy", "max_z"]);
const SAVED: Figure = of(
    "M31",
    &[
        "decided_n",
        "eligible_n",
        "saving_per_case",
        "saved_yuan",
        "hours_per_case",
        "saved_hours",
        "trips_per_case",
        "saved_trips",
        "repeated_n",
        "unknown_visits_n",
        "unknown_applicant_n",
        "visited_n",
    ],
);
const DEALT: Figure = of("M26", &["decided_n", "dealt_n", "deal_rate", "seller_only_n", "open_n"]);
const SOLD: Figure = of("M27", &["counted_n", "listed_kg", "sold_kg", "sell_through", "oversold_n", "unknown_n"]);
const VALUE: Figure = of(
    "M28",
    &["deals_n", "gmv_yuan", "last_gmv_yuan", "gmv_yoy", "like_sellers_n", "like_gmv_yoy", "seller_only_n", "untold_n"],
);
const UNSOLD: Figure =
    of("M29", &["open_n", "unsold_n", "unsold_rate", "perishable_n", "idle_n", "low_price_n", "alert_n", "unknown_n"]);
const PARCELS: Figure =
    of("M30", &["promised_n", "on_time_n", "on_time_rate", "late_n", "undelivered_n", "median_hours"]);
const ANSWERED: Figure =
    of("M19", &["due_n", "answered_n", "first_response_rate", "late_n", "unanswered_n", "untold_n"]);
const SOLVED: Figure =
    of("M20", &["due_n", "confirmed_n", "confirmed_rate", "solved_rate", "denied_n", "without_outcome_n"]);
const CONTENT: Figure =
    of("M21", &["ended_n", "rated_n", "satisfied_rate", "due_n", "in_time_rate", "reopened_n", "reopened_rate"]);
const PUBLISHED: Figure = of(
    "M22",
    &["due_n", "disclosed_n", "disclosure_rate", "missing_n", "taken_down_n", "not_applicable_n", "unapproved_n"],
);
const PUBLISHED_ON_TIME: Figure = of("M23", &["due_n", "on_time_n", "on_time_rate", "late_n"]);
const COMPLETE: Figure = of("M24", &["counted_n", "completeness_rate", "online_rate", "unknown_fields_n"]);
const POWERS: Figure = of("M25", &["villages_n", "consistent_n", "consistent_rate", "unlisted_n"]);

/// In time, of what was due.
const ON_TIME: Drawing = Drawing::Ranking("M03 on_time_rate", "M03 due_n");
/// What became of the cases that the village took in.
const VISITED: Drawing = Drawing::Layers(&[
    "M31 eligible_n",
    "M31 repeated_n",
    "M31 unknown_visits_n",
    "M31 unknown_applicant_n",
    "M31 visited_n",
]);
const HEARD: Drawing = Drawing::Lines(&["M19 first_response_rate", "M20 solved_rate", "M21 satisfied_rate"]);
const HEARD_OF: Drawing = Drawing::Bars(&["M19 due_n", "M19 answered_n"]);
const SHOWN: Drawing = Drawing::Heat(&[
    ("published", "M22 disclosure_rate"),
    ("published-on-time", "M23 on_time_rate"),
    ("published-whole", "M24 completeness_rate"),
    ("published-whole", "M24 online_rate"),
]);

const fn of(metric: &'static str, columns: &'static [&'static str]) -> Figure {
    Figure { metric, columns }
}

const fn by(name: &'static str, by: Breakdown, figures: &'static [Figure]) -> Table {
    Table { name, by: Some(by), figures, drawings: &[] }
}

const fn places(name: &'static str, figures: &'static [Figure]) -> Table {
    Table { name, by: None, figures, drawings: &[] }
}
