//! Which rules a due date follows, by the unit of its limit.

use crate::{Clock, ClockKind, DueBasis, Unit};

impl Clock {
    /// Points of domain §4 that the due date rests on. An instant item follows domain §3, and what has
    /// no start yet waits for it by point 1.
    pub fn rule_points(&self) -> Vec<u8> {
        let mut points = match (self.basis, self.limit) {
            (DueBasis::NotStarted, _) => vec![1],
            (DueBasis::NoLimit | DueBasis::Explicit, _) => vec![3],
            // Point 6 is about whole workdays.
            (_, Some(limit)) if self.n == 0 || (limit.n > 0 && limit.unit != Unit::Wd) => vec![3],
            _ => vec![2, 3, 6],
        };
        if self.kind != ClockKind::Promise {
            points.push(15);
        }
        points
    }

    /// A limit of 0: due on the day of the start itself (domain §3).
    pub fn is_instant(&self) -> bool {
        self.n == 0 && self.limit.is_some()
    }

    /// Days are workdays (行政许可法 art 82).
    pub fn counts_workdays(&self) -> bool {
        !self.is_instant() && self.limit.is_some_and(|limit| limit.n == 0 || limit.unit == Unit::Wd)
    }
}
