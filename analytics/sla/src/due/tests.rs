//! The clock against an oracle that walks every minute and asks only "is this office time?".

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::testing::{TestCalendar, at, case, event, wd, zone};
use crate::{CaseClock, DayRole, EventKind, Mark, OfficeWindow, Policy, Status, WorkCalendar, explain};

/// Minute 0 of every walk, a Monday.
const BASE: &str = "2018-03-05T00:00";
const DAY: i64 = 1440;

fn minute(index: i64) -> Timestamp {
    at(BASE) + SignedDuration::from_mins(index)
}

fn date(index: i64) -> Date {
    Date::constant(2018, 3, 5) + SignedDuration::from_hours(24 * (index / DAY))
}

fn is_office(calendar: &TestCalendar, index: i64) -> bool {
    let second = u32::try_from(index % DAY * 60).unwrap();
    let open = |window: &OfficeWindow| (window.open..window.close).contains(&second);
    calendar.is_workday(date(index)) && calendar.windows.iter().any(open)
}

/// The minute after the due date, and the first office minute with 4/5 of the office minutes of
/// the counted days behind it.
fn oracle(calendar: &TestCalendar, start: i64, n: u32) -> (i64, i64) {
    let first = (start / DAY + 1) * DAY;
    let mut end = first;
    let mut left = n;
    while left > 0 {
        left -= u32::from(calendar.is_workday(date(end)));
        end += DAY;
    }
    let total = (first..end).filter(|m| is_office(calendar, *m)).count();
    let mut used = 0;
    let yellow = (first..end).filter(|m| is_office(calendar, *m)).find(|_| {
        let reached = used * 5 >= total * 4;
        used += 1;
        reached
    });
    (end, yellow.unwrap())
}

prop_compose! {
    /// Any office windows on marks five minutes apart, so that 4/5 of a day is whole minutes.
    fn any_windows()(marks in prop::collection::btree_set(0_u32..288, 2..=6)) -> Vec<OfficeWindow> {
        let marks: Vec<u32> = marks.into_iter().map(|mark| mark * 300).collect();
        let pairs = marks.chunks_exact(2);
        pairs.map(|pair| OfficeWindow { open: pair[0], close: pair[1] }).collect()
    }
}

prop_compose! {
    /// Weekdays and weekends of the first weeks turned at random.
    fn any_calendar()(
        turned in prop::collection::vec(prop::bool::weighted(0.25), 40),
        windows in any_windows(),
    ) -> TestCalendar {
        let days = (0..).zip(turned).filter(|(_, turned)| *turned);
        TestCalendar {
            turned: days.map(|(day, _): (i64, bool)| date(day * DAY)).collect(),
            windows,
            last_known_year: 2018,
        }
    }
}

/// Order in which an open case goes through its statuses.
fn stage(clock: &CaseClock, as_of: Timestamp) -> usize {
    let stages = [Status::NotStarted, Status::Running, Status::NearLimit, Status::OverdueOpen];
    let status = clock.status(as_of);
    stages.iter().position(|stage| *stage == status).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_the_minute_walk(
        calendar in any_calendar(),
        start in 0..10 * DAY,
        n in 1_u32..9,
    ) {
        let (end, yellow) = oracle(&calendar, start, n);
        let mut accept = event(EventKind::Accept, BASE);
        (accept.occurred_at, accept.known_at) = (minute(start), minute(start));
        let events = [accept];
        let policy = Policy::for_testing();
        let told = explain(&case(&events, wd(n)), &calendar, &zone(), &policy, minute(end));
        let told = told.unwrap();
        let clock = &told.clock;
        let (yellow_at, due_at) = (clock.promise.yellow_at.unwrap(), clock.promise.due_at.unwrap());

        prop_assert_eq!(yellow_at, minute(yellow));
        prop_assert_eq!(due_at, minute(end) - SignedDuration::from_micros(1));
        prop_assert_eq!(clock.promise.red_at, Some(minute(end)));
        prop_assert!(yellow_at < due_at);
        prop_assert!(calendar.is_workday(clock.promise.due_on.unwrap()));
        let last = told.days.iter().find(|day| day.marks.contains(&Mark::Due)).unwrap();
        prop_assert_eq!(last.role, DayRole::Counted(n));

        let at_yellow = clock.used(yellow_at, &calendar, &zone());
        prop_assert!(at_yellow.ratio_ppm >= Some(800_000));
        let at_due = clock.used(due_at, &calendar, &zone());
        prop_assert_eq!(at_due.ratio_ppm, Some(1_000_000));
        prop_assert_eq!((at_due.used_wd, at_due.used_days_tenths), (n, 10 * n));

        let walk = (0..=end + DAY).step_by(60).map(|index| stage(clock, minute(index)));
        prop_assert!(walk.is_sorted());
    }

    #[test]
    fn instant_items_are_due_on_a_workday_that_is_still_open(
        calendar in any_calendar(),
        start in 0..10 * DAY,
    ) {
        let mut accept = event(EventKind::Accept, BASE);
        (accept.occurred_at, accept.known_at) = (minute(start), minute(start));
        let events = [accept];
        let policy = Policy::for_testing();
        let clock = crate::fold(&case(&events, wd(0)), &calendar, &zone(), &policy).unwrap();
        let mut open = start;
        while !is_office(&calendar, open) {
            open += 1;
        }
        prop_assert_eq!(clock.promise.due_on, Some(date(open)));
        prop_assert!(clock.promise.yellow_at.is_none_or(|yellow| yellow >= minute(start)));
    }
}
