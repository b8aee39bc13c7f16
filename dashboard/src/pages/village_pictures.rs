//! What is drawn of all villages, townships or counties of the table, on whatever page they stand.

use queries::Level;

use super::table::Row;
use super::village_columns::Line;
use crate::charts::measure::{Measure, Unit};
use crate::charts::twin::Twin;
use crate::charts::{ChartError, Width, funnel, tiles};
use crate::frame::Context;

/// Both pictures, each with its twin: the table of the page has fifty rows.
pub(super) struct Pictures {
    /// On-time rates against the number of cases due, so that small villages are not shamed or praised by chance.
    pub(super) funnel: String,
    pub(super) funnel_twin: Twin,
    /// Net red cards; a tile leads to the level below.
    pub(super) tiles: String,
    pub(super) tiles_twin: Twin,
}

impl Pictures {
    pub(super) fn new(context: &Context, level: Level, lines: &[Line]) -> Result<Self, ChartError> {
        let t = context.lang();
        let rows_are = t.code("level", level.as_str());
        // By their codes: what lies together stands together.
        let mut rows: Vec<&Row> = lines.iter().map(|line| &line.row).collect();
        rows.sort_by(|left, right| left.code().cmp(right.code()));
        let funnel = funnel::Series {
            label: t.say("villages-funnel"),
            measure: Measure { name: t.say("col-rate"), unit: Unit::Share },
            rows_are: rows_are.clone(),
            wholes_are: t.say("col-due"),
            points: rows.iter().map(|row| point(context, row)).collect(),
        };
        let tiles = tiles::Series {
            label: t.say("villages-tiles"),
            measure: Measure { name: t.say("col-red-rate"), unit: Unit::PerMille },
            rows_are,
            tiles: rows.iter().map(|row| tile(context, row)).collect(),
        };
        Ok(Self {
            funnel: funnel::render(&funnel, Width::Half, t)?,
            funnel_twin: funnel::twin(&funnel, t),
            tiles: tiles::render(&tiles, Width::Half, t)?,
            tiles_twin: tiles::twin(&tiles, t),
        })
    }
}

fn point(context: &Context, row: &Row) -> funnel::Point {
    let (name, href) = (row.short_name(context.lang()), row.href(context));
    funnel::Point { name, part: row.due_on_time_n, whole: row.due_n, href }
}

fn tile(context: &Context, row: &Row) -> tiles::Tile {
    let (name, href) = (row.short_name(context.lang()), row.href(context));
    tiles::Tile { name, value: row.red_per_1000, n: row.supervised, href }
}
