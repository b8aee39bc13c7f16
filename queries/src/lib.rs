//! What the numbers of Sunlake mean: every SQL text and every definition of a metric. There is
//! no engine in here; `analytics` runs what this crate writes.

mod breakdown;
mod by_period;
mod card_order;
pub mod check;
mod document;
mod header;
mod metric;
pub mod panel;
pub mod pg;
mod shared;
pub mod view;
mod village_table;

pub use breakdown::{Breakdown, RefusedBreakdown, UnknownBreakdown};
pub use by_period::ByPeriod;
pub use card_order::{CardOrder, UnknownOrder, cards};
pub use document::document;
pub use header::{Column, Header, Rows, Share};
pub use metric::{METRICS, Metric, RefusedRows, find};
pub use village_table::{Level, UnknownLevel, village_table};

/// Cards issued by the session's as-of; `$level`, `$region`.
pub const CARD_LIST: &str = include_str!("../sql/card_list.sql");

/// Every source and its watermark.
pub const SOURCE_LIST: &str = include_str!("../sql/source_list.sql");
