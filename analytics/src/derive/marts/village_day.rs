//! `village_day`.

use datasets::contract::VILLAGE_DAY;

use super::cell::{Cell, Part};
use super::counted::Counted;
use super::{Adding, Mart};

pub(super) static MART: Mart = Mart { contract: &VILLAGE_DAY, key: &[Part::Village, Part::Day], count };

/// Received, accepted, closed, closed on time, due, due on time. A case that ended in time without a decision is not
/// among those due (domain §5).
fn count(case: &Counted, add: &mut Adding<'_>) {
    let in_time = i64::from(case.is_in_time);
    let has_left = case.closed_on.is_some() && !case.is_decided && case.is_in_time;
    let days = [
        (case.begun_on, [1, 0, 0, 0, 0, 0]),
        (case.started_on, [0, 1, 0, 0, 0, 0]),
        (case.closed_on.filter(|_| case.is_decided), [0, 0, 1, in_time, 0, 0]),
        (case.due_on.filter(|_| !has_left), [0, 0, 0, 0, 1, in_time]),
    ];
    for (day, measures) in days {
        if let Some(day) = day {
            add(Cell { village_code: case.village_code.clone(), ..Cell::on(day) }, &measures);
        }
    }
}
