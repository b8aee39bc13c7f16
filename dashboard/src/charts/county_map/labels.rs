//! Where labels stand: inside their county if they fit whole, else in the sea with a leader line;
//! never over another label, never cut by the edge.

use super::BOTTOM;
use super::outlines::{CELL, Sheet};

/// A rectangle on the sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A label with its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    /// The county, its place in the sheet from 1.
    pub(super) county: u8,
    pub(super) at: Rect,
    /// The ends of the leader line, for a label in the sea: label, county.
    pub(super) leader: Option<((f64, f64), (f64, f64))>,
}

/// Finds a place for each label (county, width, height); those that fit inside come first. `taken`
/// is what must stay free.
pub(super) fn place(sheet: &Sheet, labels: &[(u8, f64, f64)], taken: &[Rect]) -> Vec<Placed> {
    let mut taken = taken.to_vec();
    let mut placed: Vec<Placed> = Vec::new();
    for inside in [true, false] {
        for (county, width, height) in labels {
            if placed.iter().any(|label| label.county == *county) {
                continue;
            }
            let Some(heart) = sheet.heart(*county) else {
                continue;
            };
            let found = best(sheet, *county, (*width, *height), heart, &taken, inside);
            if let Some(at) = found {
                let leader = (!inside).then(|| (at.nearest(heart), heart));
                placed.push(Placed { county: *county, at, leader });
                taken.push(at);
            }
        }
    }
    placed
}

fn best(
    sheet: &Sheet,
    county: u8,
    (width, height): (f64, f64),
    heart: (f64, f64),
    taken: &[Rect],
    inside: bool,
) -> Option<Rect> {
    let owner = if inside { county } else { 0 };
    let margin = if inside { 0.0 } else { CELL };
    let mut best: Option<(f64, Rect)> = None;
    // Every other square is fine enough, and four times as fast.
    for row in (0..sheet.rows).step_by(2) {
        for column in (0..sheet.columns).step_by(2) {
            let at = Rect { x: f64::from(column) * CELL, y: f64::from(row) * CELL, width, height };
            let fits = at.y + height <= BOTTOM
                && !taken.iter().any(|other| at.overlaps(other))
                && at.cells(margin).all(|(column, row)| sheet.owner(column, row) == Some(owner));
            if !fits {
                continue;
            }
            let middle = (at.x + width / 2.0, at.y + height / 2.0);
            let mut cost = (middle.0 - heart.0).hypot(middle.1 - heart.1);
            if !inside {
                cost += crossings(sheet, county, at.nearest(heart), heart, taken);
            }
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, at));
            }
        }
    }
    best.map(|(_, at)| at)
}

/// What a leader line costs: it had better not cross other counties, and not labels at all.
fn crossings(sheet: &Sheet, county: u8, from: (f64, f64), to: (f64, f64), taken: &[Rect]) -> f64 {
    let steps = 40;
    let mut cost = 0.0;
    for step in 0..=steps {
        let part = f64::from(step) / f64::from(steps);
        let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
        if taken.iter().any(|other| other.holds(x, y)) {
            cost += 100.0;
        }
        let owner = sheet.owner((x / CELL) as i32, (y / CELL) as i32).unwrap_or(0);
        if owner != 0 && owner != county {
            cost += 5.0;
        }
    }
    cost
}

impl Rect {
    /// Whether two boxes touch, with a little air between them.
    pub(super) fn overlaps(&self, other: &Rect) -> bool {
        const AIR: f64 = 4.0;
        self.x < other.x + other.width + AIR
            && other.x < self.x + self.width + AIR
            && self.y < other.y + other.height + AIR
            && other.y < self.y + self.height + AIR
    }

    fn holds(&self, x: f64, y: f64) -> bool {
        (self.x..=self.x + self.width).contains(&x) && (self.y..=self.y + self.height).contains(&y)
    }

    fn nearest(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (x.clamp(self.x, self.x + self.width), y.clamp(self.y, self.y + self.height))
    }

    /// The squares that it touches, with a margin.
    fn cells(&self, margin: f64) -> impl Iterator<Item = (i32, i32)> + use<> {
        let cell = |at: f64| (at / CELL).floor() as i32;
        let (left, right) = (cell(self.x - margin), cell(self.x + self.width + margin));
        let (top, bottom) = (cell(self.y - margin), cell(self.y + self.height + margin));
        (top..=bottom).flat_map(move |row| (left..=right).map(move |column| (column, row)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::outlines::{FRAME, sheet};
    use super::super::{HEIGHT, WIDTH};
    use super::*;

    #[test]
    fn labels_of_any_width_neither_collide_nor_leave_the_sheet() {
        let sheet = sheet().expect("sheet");
        let (x, y, width, height) = FRAME;
        let frame = Rect { x, y, width, height };
        for width in [40.0, 60.0, 85.0, 95.0] {
            let labels: Vec<(u8, f64, f64)> = (1..=4).map(|county| (county, width, 30.0)).collect();
            let placed = place(sheet, &labels, &[frame]);
            assert_eq!(placed.len(), 4, "at width {width}");
            for (at, one) in placed.iter().enumerate() {
                assert!(one.at.x >= 0.0 && one.at.x + one.at.width <= WIDTH && one.at.y + one.at.height <= HEIGHT);
                assert!(placed[at + 1..].iter().all(|other| !one.at.overlaps(&other.at)), "at width {width}");
            }
        }
    }
}
