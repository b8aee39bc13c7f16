//! The columns of a panel's table: what the fields of its rows are, and how they are written.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::frame::Context;
use crate::i18n::Lang;
use crate::pages::figures::{Field, Head, Record};
use crate::request::Region;
use crate::sheet::Cell;

/// A column; `panel-{id}` is the key of its head.
pub(super) struct Column {
    pub(super) id: &'static str,
    /// Of the panel's rows.
    pub(super) field: &'static str,
    kind: Kind,
    /// Where a value leads, unless there is none or it is zero.
    lead: Option<Lead>,
}

/// Where the values of a column lead, from a row of the panel.
type Lead = fn(&Context, &Record) -> String;

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A word of the contract, with its words under that group.
    Code(&'static str),
    /// A region by its name: a village leads to its page, another one further down on this page.
    Place,
    Organization,
    Count,
    /// Hours, working hours, days.
    Measure,
    Share,
    Price,
    Day,
    Instant,
}

/// A column that is called as the field of the panel is.
pub(super) const fn own(name: &'static str, kind: Kind) -> Column {
    of(name, name, kind)
}

/// A column of that field.
pub(super) const fn of(id: &'static str, field: &'static str, kind: Kind) -> Column {
    Column { id, field, kind, lead: None }
}

/// The same column with values that lead somewhere.
pub(super) const fn leading(column: Column, lead: Lead) -> Column {
    Column { lead: Some(lead), ..column }
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Self::Count | Self::Measure | Self::Share | Self::Price => "r",
            Self::Place | Self::Organization => "name",
            Self::Text | Self::Code(_) | Self::Day | Self::Instant => "",
        }
    }
}

impl Column {
    pub(super) fn head(&self, t: Lang) -> Head {
        let (text, class) = (t.code("panel", self.id), self.kind.class());
        Head { id: self.id.to_owned(), text, class, ..Head::default() }
    }

    /// What stands in it, in a row of the panel.
    pub(super) fn of_row(&self, context: &Context, row: &Record) -> Field {
        let value = row.get(self.field).unwrap_or(&Value::Null);
        let field = match value {
            Value::String(text) => self.of_text(context, text),
            Value::Number(number) => number.as_f64().and_then(|value| self.of_number(value)),
            _ => None,
        };
        let field = field.unwrap_or_else(Field::none);
        let lead = self.lead.filter(|_| !matches!(field.cell, Cell::None | Cell::Count(0)));
        let href = lead.map(|lead| lead(context, row)).or_else(|| field.href.clone());
        Field { class: self.kind.class(), href, ..field }
    }

    fn of_text(&self, context: &Context, text: &str) -> Option<Field> {
        let t = context.lang();
        Some(match self.kind {
            Kind::Code(group) => Field { cell: Cell::Told(t.code(group, text), text.to_owned()), ..Field::text("") },
            Kind::Place => place(context, text),
            Kind::Organization => Field::text(context.organization(text)),
            Kind::Day => {
                let day: Date = text.parse().ok()?;
                let order = f64::from(day.year()) * 10_000.0 + f64::from(day.month()) * 100.0 + f64::from(day.day());
                Field { cell: Cell::Day(day), order: Some(order), ..Field::text("") }
            }
            Kind::Instant => {
                let at: Timestamp = text.parse().ok()?;
                Field { cell: Cell::Instant(at), order: Some(at.as_second() as f64), ..Field::text("") }
            }
            Kind::Text | Kind::Count | Kind::Measure | Kind::Share | Kind::Price => Field::text(text),
        })
    }

    fn of_number(&self, value: f64) -> Option<Field> {
        let cell = match self.kind {
            Kind::Count => Cell::Count(value as i64),
            Kind::Measure => Cell::Measure(value),
            Kind::Share => Cell::Ratio(value),
            Kind::Price => Cell::Price(value),
            Kind::Text | Kind::Code(_) | Kind::Place | Kind::Organization | Kind::Day | Kind::Instant => return None,
        };
        Some(Field::number(cell))
    }
}

fn place(context: &Context, code: &str) -> Field {
    let Some(region) = Region::parse(code) else {
        return Field::text(code);
    };
    Field::text(context.places.name(&region, context.lang())).linked(Some(place_href(context, &region)))
}

/// A village leads to its page, a region above it further down on this one.
fn place_href(context: &Context, region: &Region) -> String {
    match region.digits() {
        code if code.len() == 12 => context.ask.link(&format!("/villages/{code}"), &[]),
        digits => format!("{}#obligations", context.ask.with(&[("region", digits), ("table", ""), ("page", "")])),
    }
}
