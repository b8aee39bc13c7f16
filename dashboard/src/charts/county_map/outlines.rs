//! The outlines of the counties on the map's sheet, and which county each little square of it
//! belongs to. Made once: they do not change while the program runs.

use std::sync::LazyLock;

use serde_json::Value;

use super::{HEIGHT, WIDTH};
use crate::charts::ChartError;

/// Side of a square, in units.
pub(super) const CELL: f64 = 4.0;
/// South of this the islands of 海城区 lie, which the map shows in a frame of their own.
const ISLANDS_SOUTH_OF: f64 = 21.2;
/// The frame of the islands: left, top, width, height.
pub(super) const FRAME: (f64, f64, f64, f64) = (6.0, 216.0, 60.0, 74.0);

type Ring = Vec<(f64, f64)>;

/// One county on the sheet.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    /// Six-digit code.
    pub(super) code: String,
    /// Rings on the sheet.
    pub(super) rings: Vec<Ring>,
    /// Rings in the frame of the islands.
    pub(super) islands: Vec<Ring>,
}

/// All counties, and the squares.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub(super) outlines: Vec<Outline>,
    /// Row by row: 0 for the sea, else the place of the county in `outlines` from 1.
    squares: Vec<u8>,
    hearts: Vec<Option<(f64, f64)>>,
    pub(super) columns: i32,
    pub(super) rows: i32,
}

/// The sheet, or why there is none.
pub(super) fn sheet() -> Result<&'static Sheet, ChartError> {
    static SHEET: LazyLock<Result<Sheet, String>> =
        LazyLock::new(|| Sheet::read(datasets::reference::county_outlines()));
    SHEET.as_ref().map_err(|reason| ChartError::Outlines(reason.clone()))
}

impl Sheet {
    fn read(text: &str) -> Result<Self, String> {
        let geography: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let features = geography["features"].as_array().ok_or("there are no features")?;
        let counties: Vec<(String, Vec<Ring>)> = features
            .iter()
            .map(|feature| {
                let code = &feature["properties"]["adcode"];
                let code = code.as_str().map(str::to_owned).or_else(|| code.as_u64().map(|code| code.to_string()));
                code.map(|code| (code, outer_rings(&feature["geometry"])))
            })
            .collect::<Option<_>>()
            .ok_or("a county has no code")?;
        let of = |islands: bool| {
            counties.iter().flat_map(|(_, rings)| rings).filter(move |ring| is_island(ring) == islands).flatten()
        };
        let main = Fit::new(of(false), (8.0, 8.0, WIDTH - 16.0, 254.0));
        let (left, top, width, height) = FRAME;
        let islands = Fit::new(of(true), (left + 6.0, top + 6.0, width - 12.0, height - 24.0));
        let on = |fit: &Fit, rings: &[Ring], island: bool| -> Vec<Ring> {
            let rings = rings.iter().filter(|ring| is_island(ring) == island);
            rings.map(|ring| fit.ring(ring)).filter(|ring| ring.len() > 2).collect()
        };
        let outlines: Vec<Outline> = counties
            .iter()
            .map(|(code, rings)| Outline {
                code: code.clone(),
                rings: on(&main, rings, false),
                islands: on(&islands, rings, true),
            })
            .collect();
        let (columns, rows) = ((WIDTH / CELL) as i32, (HEIGHT / CELL) as i32);
        let mut squares = Vec::with_capacity((columns * rows).unsigned_abs() as usize);
        for row in 0..rows {
            for column in 0..columns {
                let (x, y) = centre(column, row);
                let owner = outlines.iter().position(|outline| is_inside(&outline.rings, x, y));
                squares.push(owner.and_then(|place| u8::try_from(place + 1).ok()).unwrap_or(0));
            }
        }
        let mut sheet = Self { outlines, squares, hearts: Vec::new(), columns, rows };
        sheet.hearts = (1_u8..).take(sheet.outlines.len()).map(|county| sheet.find_heart(county)).collect();
        Ok(sheet)
    }

    /// Whose a square is: 0 the sea, none outside the sheet.
    pub(super) fn owner(&self, column: i32, row: i32) -> Option<u8> {
        if column < 0 || row < 0 || column >= self.columns || row >= self.rows {
            return None;
        }
        let at = usize::try_from(row * self.columns + column).ok()?;
        self.squares.get(at).copied()
    }

    /// A point well inside a county (its place from 1): deep in it, and near its middle.
    pub(super) fn heart(&self, county: u8) -> Option<(f64, f64)> {
        *self.hearts.get(usize::from(county).checked_sub(1)?)?
    }

    fn find_heart(&self, county: u8) -> Option<(f64, f64)> {
        let mine = |column: i32, row: i32| self.owner(column, row) == Some(county);
        let mut squares = Vec::new();
        for row in 0..self.rows {
            squares.extend((0..self.columns).filter(|column| mine(*column, row)).map(|column| (column, row)));
        }
        let n = f64::from(u32::try_from(squares.len()).ok().filter(|n| *n > 0)?);
        let middle_x = squares.iter().map(|(column, _)| f64::from(*column)).sum::<f64>() / n;
        let middle_y = squares.iter().map(|(_, row)| f64::from(*row)).sum::<f64>() / n;
        let around = [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1)];
        let depth = |(column, row): (i32, i32)| {
            let is_deep = |far: i32| around.iter().all(|(dx, dy)| mine(column + far * dx, row + far * dy));
            (1..60).take_while(|far| is_deep(*far)).count() as f64
        };
        let score = |at: (i32, i32)| depth(at) - 0.15 * (f64::from(at.0) - middle_x).hypot(f64::from(at.1) - middle_y);
        let best = squares.into_iter().map(|at| (score(at), at)).max_by(|left, right| left.0.total_cmp(&right.0))?;
        Some(centre(best.1.0, best.1.1))
    }
}

/// The middle of a square.
pub(super) fn centre(column: i32, row: i32) -> (f64, f64) {
    ((f64::from(column) + 0.5) * CELL, (f64::from(row) + 0.5) * CELL)
}

/// How degrees become units in a part of the sheet.
struct Fit {
    west: f64,
    north: f64,
    left: f64,
    top: f64,
    across: f64,
    down: f64,
}

impl Fit {
    fn new<'a>(points: impl Iterator<Item = &'a (f64, f64)>, (left, top, width, height): (f64, f64, f64, f64)) -> Self {
        let (mut west, mut east, mut south, mut north) = (180.0_f64, -180.0_f64, 90.0_f64, -90.0_f64);
        for (x, y) in points {
            (west, east) = (west.min(*x), east.max(*x));
            (south, north) = (south.min(*y), north.max(*y));
        }
        let narrow = ((south + north) / 2.0).to_radians().cos();
        let (wide, high) = (((east - west) * narrow).max(1e-6), (north - south).max(1e-6));
        let down = (width / wide).min(height / high);
        Self {
            west,
            north,
            left: left + (width - wide * down) / 2.0,
            top: top + (height - high * down) / 2.0,
            across: down * narrow,
            down,
        }
    }

    /// A ring in units, without points that lie closer together than can be seen.
    fn ring(&self, ring: &[(f64, f64)]) -> Ring {
        let mut out: Ring = Vec::new();
        for (x, y) in ring {
            let at = (self.left + (x - self.west) * self.across, self.top + (self.north - y) * self.down);
            if out.last().is_none_or(|last| (at.0 - last.0).hypot(at.1 - last.1) >= 0.8) {
                out.push(at);
            }
        }
        out
    }
}

fn is_island(ring: &[(f64, f64)]) -> bool {
    let n = f64::from(u32::try_from(ring.len()).unwrap_or(u32::MAX)).max(1.0);
    ring.iter().map(|(_, y)| *y).sum::<f64>() / n <= ISLANDS_SOUTH_OF
}

fn outer_rings(geometry: &Value) -> Vec<Ring> {
    let coordinates = &geometry["coordinates"];
    let polygons: Vec<&Value> = match geometry["type"].as_str() {
        Some("Polygon") => vec![coordinates],
        _ => coordinates.as_array().into_iter().flatten().collect(),
    };
    polygons.iter().map(|polygon| ring(&polygon[0])).filter(|ring| ring.len() > 2).collect()
}

fn ring(points: &Value) -> Ring {
    let points = points.as_array().into_iter().flatten();
    points.filter_map(|point| Some((point[0].as_f64()?, point[1].as_f64()?))).collect()
}

/// Even-odd rule over all rings.
fn is_inside(rings: &[Ring], x: f64, y: f64) -> bool {
    let mut inside = false;
    for ring in rings {
        let Some(mut last) = ring.last() else {
            continue;
        };
        for here in ring {
            let crosses = (here.1 > y) != (last.1 > y);
            if crosses && x < (last.0 - here.0) * (y - here.1) / (last.1 - here.1) + here.0 {
                inside = !inside;
            }
            last = here;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_outlines_make_a_sheet_with_four_counties_and_the_islands() {
        let sheet = sheet().expect("sheet");
        let codes: Vec<&str> = sheet.outlines.iter().map(|outline| outline.code.as_str()).collect();
        assert_eq!(codes, ["450502", "450503", "450512", "450521"]);
        assert_eq!(sheet.outlines.iter().map(|outline| outline.islands.len()).collect::<Vec<_>>(), [2, 0, 0, 0]);
        for county in 1..=4 {
            let (x, y) = sheet.heart(county).expect("heart");
            assert_eq!(sheet.owner((x / CELL) as i32, (y / CELL) as i32), Some(county));
        }
        assert_eq!(sheet.owner(0, 0), Some(0));
        assert_eq!(sheet.owner(-1, 0), None);
    }
}
