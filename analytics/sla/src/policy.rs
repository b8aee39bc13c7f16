//! What a fold is given besides events and calendar: the limits of the item, the policy row.

use jiff::SignedDuration;

use crate::Event;

named_enum! {
    /// Unit of a limit, with the provincial codes 1 to 5 (domain §4 point 3). Only workdays are
    /// counted so far.
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
    /// Whether this engine can count it.
    pub(crate) fn is_countable(self) -> bool {
        self.n == 0 || self.unit == Unit::Wd
    }
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
    /// The mapping says that the source's due instant decides, even with a limit (point 3).
    pub due_binding: bool,
    /// The item is handed on to a higher level (`ESCALATED`): TRANSFERRED is a decision.
    pub kind_escalated: bool,
}

/// The `sla_policy` row valid on day 0, as far as this engine reads it (domain §4.1, policy rows).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub name: String,
    pub version: u32,
    /// YELLOW when used time reaches `yellow_num / yellow_den` of the limit (domain §3).
    pub yellow_num: u32,
    pub yellow_den: u32,
    /// RED at 24:00 of this workday after `due_on`; 0 = right after `due_at`.
    pub red_grace_wd: u32,
    /// YELLOW of an instant item, in office minutes before the last closing of `due_on`.
    pub instant_yellow_office_min: u32,
    /// An event recorded more than so many hours after it happened is a late entry.
    pub late_entry_h: u32,
}

impl Policy {
    /// The values of `BEIHAI_2` version 1, for tests. Rules are data (design §2.11): real runs
    /// build the policy from its reference row.
    pub fn for_testing() -> Self {
        Self {
            name: "BEIHAI_2".to_owned(),
            version: 1,
            yellow_num: 4,
            yellow_den: 5,
            red_grace_wd: 0,
            instant_yellow_office_min: 60,
            late_entry_h: 24,
        }
    }

    pub(crate) fn late_entry(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.late_entry_h))
    }
}
