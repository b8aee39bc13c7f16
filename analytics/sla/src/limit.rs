//! Limits of the item, and a case as the clock is given it.

use crate::{Event, RuleChange, StopKind};

named_enum! {
    /// Unit of a limit, with the provincial codes 1 to 5 (domain §4 point 3).
    Unit {
        /// 工作日
        Wd = "WD" | "1",
        /// 自然日
        Cd = "CD" | "2",
        /// Office hours.
        Hour = "HOUR" | "3",
        /// Office minutes.
        Min = "MIN" | "4",
        Month = "MONTH" | "5",
    }
}

/// A time limit of an item version. 0 makes an instant item, whatever the unit (domain §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limit {
    pub n: u32,
    pub unit: Unit,
}

impl Limit {
    /// The limit itself, or the longest that is believed: some twenty years. What is longer is a
    /// slip, and nobody will wait for its end.
    pub(crate) fn bounded(self) -> Self {
        let most = match self.unit {
            Unit::Wd => 5_000,
            Unit::Cd => 7_300,
            Unit::Month => 240,
            Unit::Hour => 35_000,
            Unit::Min => 2_100_000,
        };
        Self { n: self.n.min(most), unit: self.unit }
    }
}

/// What the item version of day 0 says beside the limits that each case carries (domain §7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemRules {
    pub allowed_stop_kinds: Vec<StopKind>,
    /// Most days that an extension may add; 10 where the item says nothing (art 42).
    pub max_extension_days: Option<u32>,
    /// Limit of the village clock; the promise where there is none.
    pub village: Option<Limit>,
    pub steps: Vec<StepRule>,
}

/// Limit of one step of the item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRule {
    pub seq: i64,
    pub name: String,
    pub limit: Limit,
}

/// One case as the clock sees it (domain §4, inputs).
#[derive(Debug, Clone, Copy)]
pub struct CaseInput<'a> {
    /// In any order; only those known by `as_of` (domain §4 point 14).
    pub events: &'a [Event],
    /// 承诺时限 of the item version of day 0.
    pub promised: Option<Limit>,
    /// 法定时限 of the item version of day 0.
    pub statutory: Option<Limit>,
    pub item: &'a ItemRules,
    /// The mapping says that the source's due instant decides, even with a limit (point 3).
    pub due_binding: bool,
    /// The item is handed on to a higher level (`ESCALATED`): TRANSFERRED is a decision.
    pub is_escalated: bool,
    /// Its decision is delivered as a certificate (art 44).
    pub has_certificate: bool,
    /// `entry_mode` BACKFILL: entered afterwards with approval, so no entry is late (point 10).
    pub is_backfill: bool,
    /// Other rules that came to be known since, the oldest first (design §2.11).
    pub changes: &'a [RuleChange<'a>],
}
