//! What follows from the records: cards and states (by the clock in [`sla`]), derived tables, and
//! the one session through which anything is asked in SQL.

mod calendar;
mod case_item;
mod cells;
mod check;
mod derive;
mod engine;
mod error;
mod explain;
mod facts;
mod fold;
mod metric;
pub mod pg;
mod records;
mod reference;
mod rules;
mod session;

pub use case_item::CaseItem;
pub use check::{CheckResult, CheckRow, CheckRun, run_checks, run_checks_watched};
pub use derive::{CardChange, Changes, DeriveOptions, DeriveReport, DueChange, derive, derive_watched, plan};
pub use engine::Engine;
pub use error::AnalyticsError;
pub use explain::{CaseExplanation, EventLine};
pub use metric::{
    Base, Bounds, CasesPage, Period, Provenance, Question, Within, claims, funnel, measure, metric_cases,
    metric_cases_page, metric_rows, metric_version, wilson,
};
pub use records::records;
pub use reference::{held, plan_reference, put_reference};
pub use rules::Rules;
pub use session::{Basis, Param, Principal, Session, Why};
pub use sla;
