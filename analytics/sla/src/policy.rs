//! The `sla_policy` row that judges a case (domain §3, §4.1 policy rows).

use jiff::SignedDuration;

use crate::ClockError;

named_enum! {
    /// The three clocks of a case (domain §4 point 15).
    ClockKind {
        Promise = "PROMISE",
        Statutory = "STATUTORY",
        Village = "VILLAGE",
    }
}

named_enum! {
    /// Levels of a card, lowest first (domain §1, §3).
    Level {
        Reminder = "REMINDER",
        Prewarn = "PREWARN",
        /// 黄牌
        Yellow = "YELLOW",
        /// 红牌
        Red = "RED",
    }
}

named_enum! {
    /// Which instant of its last day a limit in days ends at (domain §4 point 3).
    Deadline {
        EndOfDay = "END_OF_DAY",
        EndOfOffice = "END_OF_OFFICE",
        /// The clock time of the start.
        HourExact = "HOUR_EXACT",
    }
}

named_enum! {
    /// What a card is about (domain §3).
    ObjectType {
        Case = "CASE",
        Step = "STEP",
        PreAcceptance = "PRE_ACCEPTANCE",
        Suspension = "SUSPENSION",
        Delivery = "DELIVERY",
    }
}

/// When a level is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Used time reaches `num / den` of the limit.
    UsedRatio { num: u32, den: u32 },
    /// So many workdays before the clock's due instant, at the same time of day.
    BeforeDue { of: ClockKind, wd: u32 },
    /// Right after the clock's due instant, or at 24:00 of the workday so many after `due_on`.
    AfterDue { of: ClockKind, grace_wd: u32 },
}

impl Rule {
    /// Whether it means that the limit is over; otherwise it is near.
    pub fn is_over(self) -> bool {
        matches!(self, Self::AfterDue { .. })
    }
}

/// A row of `sla_policy`, as the clock reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub name: String,
    pub version: u32,
    /// Its cards count; those of others are shadows, for comparison.
    pub is_official: bool,
    /// The clock that raises CASE cards.
    pub card_clock: ClockKind,
    pub deadline: Deadline,
    /// At most one rule a level, lowest level first. Of CASE and STEP; the other objects have
    /// the rules of domain §3 and are judged by an official policy only.
    pub ladder: Vec<(Level, Rule)>,
    /// YELLOW of an instant item by a ratio: office minutes before the last closing of `due_on`.
    pub instant_yellow_office_min: u32,
    /// Workdays to accept, refuse or ask for corrections.
    pub accept_within_wd: u32,
    /// Workdays to deliver a certificate.
    pub deliver_within_wd: u32,
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
            is_official: true,
            card_clock: ClockKind::Promise,
            deadline: Deadline::EndOfDay,
            ladder: vec![
                (Level::Yellow, Rule::UsedRatio { num: 4, den: 5 }),
                (Level::Red, Rule::AfterDue { of: ClockKind::Promise, grace_wd: 0 }),
            ],
            instant_yellow_office_min: 60,
            accept_within_wd: 5,
            deliver_within_wd: 10,
            late_entry_h: 24,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ClockError> {
        let bad = |rule: &Rule| matches!(rule, Rule::UsedRatio { den: 0, .. });
        if self.ladder.iter().any(|(_, rule)| bad(rule)) {
            let (name, version) = (self.name.clone(), self.version);
            return Err(ClockError::YellowRatio { name, version });
        }
        Ok(())
    }

    pub(crate) fn late_entry(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.late_entry_h))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind::Accept;
    use crate::testing::{TestCalendar, case, event, wd, zone};
    use crate::{fold, judge};

    #[test]
    fn a_share_of_no_parts_is_an_error_that_names_the_policy() {
        let events = [event(Accept, "2018-03-05T10:00")];
        let (input, calendar, zone) = (case(&events, wd(5)), TestCalendar::gx(), zone());
        let mut policy = Policy::for_testing();
        policy.ladder[0].1 = Rule::UsedRatio { num: 4, den: 0 };
        let folded = fold(&input, &calendar, &zone, &policy).map(|_| ());
        let judged = judge(&input, &calendar, &zone, &policy).map(|_| ());
        for result in [folded, judged] {
            assert!(result.is_err_and(|error| error.to_string().contains("`BEIHAI_2` version 1")));
        }
    }
}
