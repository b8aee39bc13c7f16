//! What follows from the records: cards and states (by the clock in [`sla`]), derived tables, and
//! the one session through which anything is asked in SQL.

mod ask;
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
mod policy;
mod principal;
mod records;
mod reference;
mod rules;
mod session;

pub use ask::{Answer, AskLimits, Cancel, Checked, ColumnDoc, TableDoc, statement};
pub use case_item::CaseItem;
pub use check::{CheckResult, CheckRow, CheckRun, run_checks, run_checks_watched};
pub use derive::{CardChange, Changes, DeriveOptions, DeriveReport, DueChange, derive, derive_watched, plan};
pub use engine::Engine;
pub use error::{AnalyticsError, Limited};
pub use explain::{CaseExplanation, EventLine};
pub use metric::{
    Base, Bounds, CasesPage, Period, Provenance, Question, Within, claims, funnel, measure, metric_cases,
    metric_cases_page, metric_rows, metric_version, wilson,
};
pub use principal::{POLICY_VERSION, Principal, Right, Role, Scope, UnknownRole, UnknownScope};
pub use records::records;
pub use reference::{held, plan_reference, put_reference};
pub use rules::Rules;
pub use session::{Basis, Param, Session, Supposed, Why};
pub use sla;
