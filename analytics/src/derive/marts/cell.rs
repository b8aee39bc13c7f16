//! The keys of the marts' rows.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use jiff::civil::Date;

use crate::cells::{Day, Flag, Int, Text};
use crate::derive::columns::Columns;

/// A field of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Grain,
    Village,
    Organization,
    Item,
    Day,
    Month,
    IsInstant,
    UsedTenths,
}

/// What the cases of a cell of `handling_hist` have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Grain {
    Village,
    OrgItem,
}

/// What a sum is of. What a mart has no field for stays as [`Cell::on`] has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Cell {
    pub(super) grain: Option<Grain>,
    pub(super) village_code: Option<Arc<str>>,
    pub(super) org_code: Option<Arc<str>>,
    pub(super) item_id: Option<Arc<str>>,
    /// Of a month its first day.
    pub(super) day: Date,
    pub(super) is_instant: bool,
    pub(super) used_tenths: i64,
}

/// A cell and what counts in it.
pub(super) type Row<'s> = (&'s Cell, &'s [i64]);

/// Texts that come again and again, each once in memory.
#[derive(Default)]
pub(super) struct Codes(HashSet<Arc<str>>);

impl Part {
    /// The field of the tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Grain => "grain",
            Self::Village => "village_code",
            Self::Organization => "org_code",
            Self::Item => "item_id",
            Self::Day => "day",
            Self::Month => "month",
            Self::IsInstant => "is_instant",
            Self::UsedTenths => "used_days_tenths",
        }
    }

    pub(super) fn column(self, of: &Columns<'_, Row<'_>>) -> ArrayRef {
        match self {
            Self::Grain => of.text(|(cell, _)| cell.grain.map(Grain::as_str)),
            Self::Village => of.text(|(cell, _)| cell.village_code.as_deref()),
            Self::Organization => of.text(|(cell, _)| cell.org_code.as_deref()),
            Self::Item => of.text(|(cell, _)| cell.item_id.as_deref()),
            Self::Day | Self::Month => of.date(|(cell, _)| Some(cell.day)),
            Self::IsInstant => of.flag(|(cell, _)| cell.is_instant),
            Self::UsedTenths => of.int(|(cell, _)| Some(cell.used_tenths)),
        }
    }
}

impl Grain {
    fn as_str(self) -> &'static str {
        match self {
            Self::Village => "VILLAGE",
            Self::OrgItem => "ORG_ITEM",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Village, Self::OrgItem].into_iter().find(|grain| grain.as_str() == name)
    }
}

impl Cell {
    /// Of all cases of a day, or of a month by its first day.
    pub(super) fn on(day: Date) -> Self {
        Self { grain: None, village_code: None, org_code: None, item_id: None, day, is_instant: false, used_tenths: 0 }
    }
}

impl Codes {
    pub(super) fn shared(&mut self, code: Option<&str>) -> Option<Arc<str>> {
        let code = code?;
        if let Some(held) = self.0.get(code) {
            return Some(held.clone());
        }
        let new: Arc<str> = Arc::from(code);
        self.0.insert(new.clone());
        Some(new)
    }
}

/// The key columns of a mart's rows; those that it lacks hold nothing.
pub(super) struct Keys<'b> {
    grain: Text<'b>,
    village_code: Text<'b>,
    org_code: Text<'b>,
    item_id: Text<'b>,
    day: Day<'b>,
    month: Day<'b>,
    is_instant: Flag<'b>,
    used_tenths: Int<'b>,
}

impl<'b> Keys<'b> {
    pub(super) fn of(rows: &'b RecordBatch) -> Self {
        Self {
            grain: Text::of(rows, Part::Grain.name()),
            village_code: Text::of(rows, Part::Village.name()),
            org_code: Text::of(rows, Part::Organization.name()),
            item_id: Text::of(rows, Part::Item.name()),
            day: Day::of(rows, Part::Day.name()),
            month: Day::of(rows, Part::Month.name()),
            is_instant: Flag::of(rows, Part::IsInstant.name()),
            used_tenths: Int::of(rows, Part::UsedTenths.name()),
        }
    }

    pub(super) fn cell(&self, at: usize, codes: &mut Codes) -> Option<Cell> {
        Some(Cell {
            grain: self.grain.get(at).and_then(Grain::named),
            village_code: codes.shared(self.village_code.get(at)),
            org_code: codes.shared(self.org_code.get(at)),
            item_id: codes.shared(self.item_id.get(at)),
            day: self.day.get(at).or(self.month.get(at))?,
            is_instant: self.is_instant.get(at),
            used_tenths: self.used_tenths.get(at).unwrap_or_default(),
        })
    }
}
