//! SVG as a plotters backend. plotters' own writes no title, link, class or hatch and takes every
//! byte of text for 0.7 em (design §5), so this one does, and [`mark::Mark`] draws to it.

pub(crate) mod canvas;
pub(crate) mod escape;
pub(crate) mod mark;
pub(crate) mod text;

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};

pub(crate) use canvas::{Canvas, SCALE, units};
pub(crate) use mark::{Anchor, Mark, Shape};

/// The whole picture, measured in tenths of its units.
pub(crate) type Area = DrawingArea<Canvas, Shift>;
/// A part of the picture with its own axes.
pub(crate) type Plot = DrawingArea<Canvas, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
/// What drawing can fail with: nothing of ours, only a misuse of plotters.
pub(crate) type DrawError = DrawingAreaErrorKind<Infallible>;

/// A picture being drawn.
pub(crate) struct Picture {
    canvas: Rc<RefCell<Canvas>>,
    /// All of it.
    pub(crate) area: Area,
}

impl Picture {
    /// An empty picture of `width` by `height` units; `label` is its text alternative.
    pub(crate) fn new(class: &str, width: i32, height: i32, label: &str) -> Self {
        let canvas = Rc::new(RefCell::new(Canvas::new(class, width, height, label)));
        let area = Area::from(&canvas);
        Self { canvas, area }
    }

    /// The part between two corners, in units of the picture, with its own axes; y grows upward.
    pub(crate) fn plot(
        &self,
        (left, top): (f64, f64),
        (right, bottom): (f64, f64),
        x: std::ops::Range<f64>,
        y: std::ops::Range<f64>,
    ) -> Plot {
        let (width, height) = self.area.dim_in_pixel();
        let part = self.area.margin(
            units(top),
            i32::try_from(height).unwrap_or(i32::MAX) - units(bottom),
            units(left),
            i32::try_from(width).unwrap_or(i32::MAX) - units(right),
        );
        let (across, down) = part.get_pixel_range();
        let axes = Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(x, y, (across, down.end..down.start));
        part.apply_coord_spec(axes)
    }

    /// Draws a mark at points of the picture, in its units.
    pub(crate) fn draw(&self, mark: &Mark<(i32, i32)>) -> Result<(), DrawError> {
        self.area.draw(mark)
    }

    /// Adds a hatch pattern that classes refer to as `url(#name)`.
    pub(crate) fn hatch(&self, name: &str) {
        self.canvas.borrow_mut().hatch(name);
    }

    /// Adds a pattern of lines on a ground of the class, referred to as [`Self::hatch`]'s are.
    pub(crate) fn texture(&self, name: &str, class: &str, path: &str) {
        self.canvas.borrow_mut().texture(name, class, path);
    }

    /// The SVG text.
    pub(crate) fn finish(self) -> String {
        self.canvas.borrow_mut().finish()
    }
}

/// A point of the picture, from its units.
pub(crate) fn point(x: f64, y: f64) -> (i32, i32) {
    (units(x), units(y))
}
