//! `handling_hist`.

use datasets::contract::HANDLING_HIST;

use super::cell::{Cell, Grain, Part};
use super::counted::Counted;
use super::{Adding, Mart};

pub(super) static MART: Mart = Mart {
    contract: &HANDLING_HIST,
    key: &[Part::Grain, Part::Month, Part::Village, Part::Organization, Part::Item, Part::IsInstant, Part::UsedTenths],
    count,
};

/// Once by village, once by department and item: whoever is in M10.
fn count(case: &Counted, add: &mut Adding<'_>) {
    let closed = case.closed_on.filter(|_| case.is_decided && case.is_judged);
    let (Some(closed), Some(used_tenths)) = (closed, case.used_tenths) else { return };
    let measures = [1, i64::from(case.used_wd == Some(0))];
    let took = Cell { is_instant: case.is_instant, used_tenths, ..Cell::on(closed.first_of_month()) };
    let village_code = case.village_code.clone();
    add(Cell { grain: Some(Grain::Village), village_code, ..took.clone() }, &measures);
    let (org_code, item_id) = (case.org_code.clone(), case.item_id.clone());
    add(Cell { grain: Some(Grain::OrgItem), org_code, item_id, ..took }, &measures);
}
