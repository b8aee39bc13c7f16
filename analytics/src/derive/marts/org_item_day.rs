//! `org_item_day`.

use datasets::contract::ORG_ITEM_DAY;

use super::cell::{Cell, Part};
use super::counted::Counted;
use super::{Adding, Mart, flows};

pub(super) static MART: Mart =
    Mart { contract: &ORG_ITEM_DAY, key: &[Part::Day, Part::Organization, Part::Item], count };

fn count(case: &Counted, add: &mut Adding<'_>) {
    for (day, measures) in flows::of(case) {
        let (org_code, item_id) = (case.org_code.clone(), case.item_id.clone());
        add(Cell { org_code, item_id, ..Cell::on(day) }, &measures);
    }
}
