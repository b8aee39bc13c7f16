//! A quick picture of an answer: one column names the places along the axis, up to six of numbers are drawn.

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use serde::Deserialize;

use super::Trouble;
use super::cells::{is_number, shown};
use super::run::Gathered;
use crate::charts::matrix::{Cell, Matrix, Row};
use crate::charts::measure::{Measure, Unit};
use crate::charts::{ChartError, Width, bar, line, stacked_bar};
use crate::i18n::Lang;

/// Places along the axis; more are not told apart.
pub(crate) const MOST_PLACES: usize = 200;
/// Rows of figures that differ by their shapes.
pub(crate) const MOST_SERIES: usize = 6;

/// How figures are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Bar,
    Line,
    Stacked,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Bar, Self::Line, Self::Stacked];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Bar => "bar",
            Self::Line => "line",
            Self::Stacked => "stacked",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What is drawn: names along the axis, and a row of figures for each column.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Figures {
    pub(crate) x: String,
    pub(crate) places: Vec<String>,
    pub(crate) series: Vec<(String, Vec<Option<f64>>)>,
}

impl Figures {
    /// Of an answer: `x` and `y` name columns, `y` several with commas. Without `x` the first column that is no
    /// number (or else the first), without `y` the numbers.
    pub(crate) fn of(gathered: &Gathered, x: &str, y: &str) -> Result<Self, Trouble> {
        let fields = gathered.head.schema.fields();
        let find = |name: &str| {
            let at = fields.iter().position(|field| field.name() == name);
            at.ok_or_else(|| Trouble::misasked(format!("the answer has no column {name:?} to be drawn")))
        };
        let number = |at: &usize| fields.get(*at).is_some_and(|field| is_number(field.data_type()));
        let x = match x.trim() {
            "" => (0..fields.len()).find(|at| !number(at)).unwrap_or(0),
            name => find(name)?,
        };
        let names = y.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut drawn = names.map(find).collect::<Result<Vec<_>, _>>()?;
        if drawn.is_empty() {
            drawn = (0..fields.len()).filter(|at| *at != x && number(at)).collect();
        }
        if drawn.is_empty() || !drawn.iter().all(number) {
            return Err(Trouble::misasked("there is nothing to be drawn: a picture needs a column of numbers"));
        }
        drawn.truncate(MOST_SERIES);
        let mut figures = Self { x: name(gathered, x), ..Self::default() };
        figures.series = drawn.iter().map(|at| (name(gathered, *at), Vec::new())).collect();
        for batch in &gathered.batches {
            figures.add(batch, x, &drawn).map_err(|error| Trouble::server(&error))?;
        }
        Ok(figures)
    }

    fn add(&mut self, batch: &RecordBatch, x: usize, drawn: &[usize]) -> Result<(), arrow::error::ArrowError> {
        let rows = batch.num_rows().min(MOST_PLACES.saturating_sub(self.places.len()));
        let batch = batch.slice(0, rows);
        self.places.extend(shown(batch.column(x))?.into_iter().map(Option::unwrap_or_default));
        for ((_, values), at) in self.series.iter_mut().zip(drawn) {
            let numbers = cast(batch.column(*at), &DataType::Float64)?;
            values.extend(numbers.as_primitive::<Float64Type>().iter());
        }
        Ok(())
    }

    /// Refuses figures that a browser should not have sent.
    pub(crate) fn checked(self) -> Result<Self, Trouble> {
        let is_even = self.series.iter().all(|(_, values)| values.len() == self.places.len());
        if self.series.is_empty() || self.series.len() > MOST_SERIES || self.places.len() > MOST_PLACES || !is_even {
            let told =
                format!("a picture has up to {MOST_PLACES} places and 1 to {MOST_SERIES} rows with a figure for each");
            return Err(Trouble::misasked(told));
        }
        Ok(self)
    }

    /// The picture as SVG.
    pub(crate) fn draw(&self, kind: Kind, lang: Lang) -> Result<String, ChartError> {
        let names = self.series.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let is_whole = self.series.iter().flat_map(|(_, values)| values).flatten().all(|value| value.fract() == 0.0);
        let cell = |value: &Option<f64>| Cell { value: *value, href: String::new() };
        let row = |(name, values): &(String, Vec<Option<f64>>)| Row {
            name: name.clone(),
            cells: values.iter().map(cell).collect(),
        };
        let matrix = Matrix {
            label: lang.tell("sql-chart-label", &[("y", &names), ("x", &self.x)]),
            measure: Measure { name: names, unit: if is_whole { Unit::Count } else { Unit::Number } },
            rows_are: lang.say("sql-column"),
            columns_are: self.x.clone(),
            columns: self.places.clone(),
            rows: self.series.iter().map(row).collect(),
        };
        match kind {
            Kind::Bar => bar::render(&matrix, Width::Wide, lang),
            Kind::Line => line::render(&matrix, Width::Wide, lang),
            Kind::Stacked => stacked_bar::render(&matrix, Width::Wide, lang),
        }
    }
}

fn name(gathered: &Gathered, at: usize) -> String {
    gathered.head.schema.field(at).name().clone()
}

#[cfg(test)]
mod tests;
