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

#[cfg(test)]
mod tests {
    use crate::EventKind::{Accept, Apply};
    use crate::testing::*;
    use crate::{Limit, Unit};

    #[test]
    fn the_rules_of_a_due_date_go_by_the_unit_of_its_limit() {
        let accepted = [event(Accept, "2018-03-05T10:00")];
        let by = |limit: Option<Limit>| {
            let promise = clock(&case(&accepted, limit)).promise;
            (promise.rule_points(), promise.is_instant(), promise.counts_workdays())
        };
        let of = |n, unit| Some(Limit { n, unit });
        assert_eq!(by(wd(5)), (vec![2, 3, 6], false, true));
        assert_eq!(by(wd(0)), (vec![3], true, false));
        for unit in [Unit::Cd, Unit::Hour, Unit::Min, Unit::Month] {
            assert_eq!(by(of(3, unit)), (vec![3], false, false), "{unit}");
            assert_eq!(by(of(0, unit)), (vec![3], true, false), "{unit}");
        }
        assert_eq!(by(None), (vec![3], false, false));
        let told = [due(accepted[0].clone(), "2018-03-15T09:00")];
        assert_eq!(clock(&case(&told, None)).promise.rule_points(), [3]);
    }

    #[test]
    fn an_extension_in_workdays_makes_an_instant_item_count_workdays() {
        for unit in [Unit::Wd, Unit::Cd] {
            let events = [event(Accept, "2018-03-05T10:00"), extend(2, "2018-03-05T11:00")];
            let promise = clock(&case(&events, Some(Limit { n: 0, unit }))).promise;
            assert_eq!((promise.n, promise.is_instant(), promise.counts_workdays()), (2, false, true));
            assert_eq!(promise.rule_points(), [2, 3, 6]);
        }
    }

    #[test]
    fn the_other_clocks_have_a_rule_of_their_own_and_wait_for_their_start() {
        let events = [event(Apply, "2018-03-05T10:00")];
        let mut input = case(&events, wd(5));
        input.statutory = wd(20);
        let clock = clock(&input);
        assert_eq!(clock.promise.rule_points(), [1]);
        assert_eq!(clock.statutory.rule_points(), [1, 15]);
    }
}
