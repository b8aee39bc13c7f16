//! Marks: shapes with a class, a tooltip and a link, placed by plotters' coordinates.

use std::convert::Infallible;

use plotters::element::{Drawable, PointCollection};
use plotters_backend::{BackendCoord, DrawingErrorKind};

use super::canvas::{Canvas, units};

/// Where a text stands from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// What is drawn at the points of a mark.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// From the first point to the second.
    Line,
    /// Between two opposite corners, never thinner than `least` units.
    Rect { least: f64 },
    /// Through all points.
    Polyline,
    /// Around all points.
    Polygon,
    /// At each point, with a radius in units.
    Dot(f64),
    /// At the first point.
    Text { text: String, anchor: Anchor },
}

/// A shape at points of some coordinate system.
#[derive(Debug, Clone)]
pub(crate) struct Mark<C> {
    points: Vec<C>,
    shape: Shape,
    class: String,
    title: String,
    href: String,
    /// Name of a hatch pattern; an attribute, since a style sheet elsewhere cannot point into the page.
    hatch: &'static str,
}

impl<C> Mark<C> {
    /// A mark of that class; what it looks like is said by the style sheet.
    pub(crate) fn new(class: &str, shape: Shape, points: impl Into<Vec<C>>) -> Self {
        let (points, class) = (points.into(), class.to_owned());
        Self { points, shape, class, title: String::new(), href: String::new(), hatch: "" }
    }

    /// A text at a point.
    pub(crate) fn text(class: &str, text: impl Into<String>, anchor: Anchor, at: C) -> Self {
        Self::new(class, Shape::Text { text: text.into(), anchor }, [at])
    }

    /// Adds a tooltip, which is the mark's text alternative too.
    pub(crate) fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Makes it a link, which the keyboard reaches too.
    pub(crate) fn href(mut self, href: impl Into<String>) -> Self {
        self.href = href.into();
        self
    }

    /// Fills it with a hatch pattern of the picture.
    pub(crate) fn hatched(mut self, pattern: &'static str) -> Self {
        self.hatch = pattern;
        self
    }

    fn fill(&self, canvas: &mut Canvas) {
        if !self.hatch.is_empty() {
            canvas.attribute("fill", &format!("url(#{})", self.hatch));
        }
    }

    fn shape(&self, points: &[BackendCoord], canvas: &mut Canvas) {
        let title = if self.href.is_empty() { self.title.as_str() } else { "" };
        match &self.shape {
            Shape::Line => {
                if let [from, to, ..] = points {
                    canvas.start("line", &self.class);
                    canvas.length("x1", from.0);
                    canvas.length("y1", from.1);
                    canvas.length("x2", to.0);
                    canvas.length("y2", to.1);
                    canvas.end("line", title);
                }
            }
            Shape::Rect { least } => {
                if let [one, other, ..] = points {
                    let least = units(*least);
                    let (left, right) = (one.0.min(other.0), one.0.max(other.0));
                    let (top, bottom) = (one.1.min(other.1), one.1.max(other.1));
                    let height = (bottom - top).max(least);
                    canvas.start("rect", &self.class);
                    self.fill(canvas);
                    canvas.length("x", left);
                    canvas.length("y", bottom - height);
                    canvas.length("width", (right - left).max(least));
                    canvas.length("height", height);
                    canvas.end("rect", title);
                }
            }
            Shape::Polyline | Shape::Polygon => {
                let tag = if self.shape == Shape::Polygon { "polygon" } else { "polyline" };
                canvas.start(tag, &self.class);
                self.fill(canvas);
                canvas.points(points.iter().copied());
                canvas.end(tag, title);
            }
            Shape::Dot(radius) => {
                for (x, y) in points {
                    canvas.start("circle", &self.class);
                    canvas.length("cx", *x);
                    canvas.length("cy", *y);
                    canvas.length("r", units(*radius));
                    canvas.end("circle", title);
                }
            }
            Shape::Text { text, anchor } => {
                if let Some((x, y)) = points.first() {
                    canvas.start("text", &self.class);
                    canvas.length("x", *x);
                    canvas.length("y", *y);
                    match anchor {
                        Anchor::Start => {}
                        Anchor::Middle => canvas.attribute("text-anchor", "middle"),
                        Anchor::End => canvas.attribute("text-anchor", "end"),
                    }
                    canvas.open_end();
                    canvas.title(title);
                    canvas.content(text);
                    canvas.close("text");
                }
            }
        }
    }
}

impl<'a, C> PointCollection<'a, C> for &'a Mark<C> {
    type Point = &'a C;
    type IntoIter = &'a [C];

    fn point_iter(self) -> &'a [C] {
        &self.points
    }
}

impl<C> Drawable<Canvas> for Mark<C> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        pos: I,
        backend: &mut Canvas,
        _parent_dim: (u32, u32),
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let points: Vec<BackendCoord> = pos.collect();
        if self.href.is_empty() {
            self.shape(&points, backend);
            return Ok(());
        }
        backend.start("a", "");
        backend.attribute("href", &self.href);
        backend.open_end();
        backend.title(&self.title);
        self.shape(&points, backend);
        backend.close("a");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Picture, point};
    use super::*;

    #[test]
    fn marks_carry_class_tooltip_and_link_and_escape_them() {
        let picture = Picture::new("chart", 100, 50, "办件 <量>");
        let bar = Mark::new("bar", Shape::Rect { least: 0.8 }, [point(10.0, 40.0), point(13.6, 40.0)]);
        picture.draw(&bar.title("a & b").href("/cards?level=RED&page=2")).expect("drawn");
        let label = Mark::text("lab", "<村>", Anchor::End, point(99.0, 14.0));
        picture.draw(&label).expect("drawn");
        let svg = picture.finish();
        assert!(
            svg.starts_with(
                "<svg class=\"chart\" viewBox=\"0 0 100 50\" role=\"group\" aria-label=\"办件 &lt;量&gt;\">"
            )
        );
        assert!(svg.contains("<a href=\"/cards?level=RED&amp;page=2\"><title>a &amp; b</title><rect class=\"bar\""));
        assert!(svg.contains("x=\"10\" y=\"39.2\" width=\"3.6\" height=\"0.8\""));
        assert!(svg.contains("<text class=\"lab\" x=\"99\" y=\"14\" text-anchor=\"end\">&lt;村&gt;</text>"));
        assert!(svg.ends_with("</svg>"));
    }

    #[test]
    fn a_picture_without_links_is_an_image() {
        let picture = Picture::new("chart", 100, 50, "role");
        picture.draw(&Mark::new("bar", Shape::Line, [point(1.0, 1.0), point(2.0, 2.0)])).expect("drawn");
        assert!(picture.finish().starts_with("<svg class=\"chart\" viewBox=\"0 0 100 50\" role=\"img\""));
    }

    #[test]
    fn axes_of_a_plot_grow_upward() {
        let picture = Picture::new("chart", 100, 50, "");
        let plot = picture.plot((10.0, 5.0), (90.0, 45.0), 0.0..8.0, 0.0..4.0);
        assert_eq!(plot.map_coordinate(&(0.0, 0.0)), point(10.0, 45.0));
        assert_eq!(plot.map_coordinate(&(8.0, 4.0)), point(90.0, 5.0));
        assert_eq!(plot.map_coordinate(&(2.0, 1.0)), point(30.0, 35.0));
    }
}
