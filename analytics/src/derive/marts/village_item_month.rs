//! `village_item_month`.

use datasets::contract::VILLAGE_ITEM_MONTH;

use super::cell::{Cell, Part};
use super::counted::Counted;
use super::{Mart, flows};

pub(super) static MART: Mart =
    Mart { contract: &VILLAGE_ITEM_MONTH, key: &[Part::Month, Part::Village, Part::Item], count };

fn count(case: &Counted, add: &mut dyn FnMut(Cell, &[i64])) {
    for (day, measures) in flows::of(case) {
        let (village_code, item_id) = (case.village_code.clone(), case.item_id.clone());
        add(Cell { village_code, item_id, ..Cell::on(day.first_of_month()) }, &measures);
    }
}
