//! `org_item_day`.

use datasets::contract::ORG_ITEM_DAY;

use super::cell::{Cell, Part};
use super::counted::Counted;
use super::{Mart, flows};

pub(super) static MART: Mart =
    Mart { contract: &ORG_ITEM_DAY, key: &[Part::Day, Part::Organization, Part::Item], count };

fn count(case: &Counted, add: &mut dyn FnMut(Cell, &[i64])) {
    for (day, measures) in flows::of(case) {
        let (org_code, item_id) = (case.org_code.clone(), case.item_id.clone());
        add(Cell { org_code, item_id, ..Cell::on(day) }, &measures);
    }
}
