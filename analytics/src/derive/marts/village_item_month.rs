//! `village_item_month`.

use datasets::contract::VILLAGE_ITEM_MONTH;

use super::cell::{Cell, Part};
use super::counted::Counted;
use super::{Adding, Mart, flows};

pub(super) static MART: Mart =
    Mart { contract: &VILLAGE_ITEM_MONTH, key: &[Part::Month, Part::Village, Part::Item], count };

fn count(case: &Counted, add: &mut Adding<'_>) {
    for (day, measures) in flows::of(case) {
        let (village_code, item_id) = (case.village_code.clone(), case.item_id.clone());
        add(Cell { village_code, item_id, ..Cell::on(day.first_of_month()) }, &measures);
    }
}
