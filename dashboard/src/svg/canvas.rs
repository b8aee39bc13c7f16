//! The backend: plotters' drawing calls, and the elements that marks need, become SVG text.

use std::convert::Infallible;
use std::fmt::Write;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontTransform,
};

use super::escape::push_escaped;
use super::text::width;

/// Pixels that plotters sees in one unit of the view box: plotters counts in whole pixels, which
/// would be too coarse for 90 days in a column.
pub(crate) const SCALE: i32 = 10;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Units of the view box as pixels for plotters.
pub(crate) fn units(value: f64) -> i32 {
    let pixels = (value * f64::from(SCALE)).round();
    if pixels.is_finite() { pixels.clamp(-1e9, 1e9) as i32 } else { 0 }
}

/// An SVG text that grows.
#[derive(Debug)]
pub(crate) struct Canvas {
    out: String,
    size: (u32, u32),
    linked: bool,
    done: bool,
}

impl Canvas {
    pub(super) fn new(class: &str, width: i32, height: i32, label: &str) -> Self {
        let mut out = String::with_capacity(8 * 1024);
        out.push_str("<svg class=\"");
        push_escaped(&mut out, class);
        // Writing to a String cannot fail.
        let _ = write!(out, "\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"");
        push_escaped(&mut out, label);
        out.push('"');
        if class == "spark" {
            // Stretched to whatever its figure is wide; the line keeps its width (style sheet).
            out.push_str(" preserveAspectRatio=\"none\"");
        }
        out.push_str("><desc>");
        push_escaped(&mut out, label);
        out.push_str("</desc>");
        let pixels = |units: i32| u32::try_from(units.saturating_mul(SCALE)).unwrap_or(0);
        Self { out, size: (pixels(width), pixels(height)), linked: false, done: false }
    }

    pub(super) fn hatch(&mut self, name: &str) {
        self.out.push_str("<defs><pattern id=\"");
        push_escaped(&mut self.out, name);
        self.out.push_str(
            "\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <line class=\"hatch\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern></defs>",
        );
    }

    /// A pattern of lines (`path`, in a square of 6 units) on a ground of the class.
    pub(super) fn texture(&mut self, name: &str, class: &str, path: &str) {
        self.out.push_str("<defs><pattern");
        self.attribute("id", name);
        self.out.push_str(" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect");
        self.attribute("class", class);
        self.out.push_str(" width=\"6\" height=\"6\"/><path class=\"texture\"");
        self.attribute("d", path);
        self.out.push_str("/></pattern></defs>");
    }

    pub(super) fn finish(&mut self) -> String {
        if !self.done {
            self.out.push_str("</svg>");
            self.done = true;
        }
        let out = std::mem::take(&mut self.out);
        // What is inside an image is hidden from who cannot see it, so one with links is a named group.
        if self.linked { out.replacen("role=\"img\"", "role=\"group\"", 1) } else { out }
    }

    /// Opens an element without closing its tag.
    pub(super) fn start(&mut self, tag: &str, class: &str) {
        self.linked |= tag == "a";
        self.out.push('<');
        self.out.push_str(tag);
        if !class.is_empty() {
            self.attribute("class", class);
        }
    }

    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        push_escaped(&mut self.out, value);
        self.out.push('"');
    }

    /// An attribute with a length in pixels.
    pub(super) fn length(&mut self, name: &str, pixels: i32) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        push_units(&mut self.out, pixels);
        self.out.push('"');
    }

    /// Points of a polyline or polygon.
    pub(super) fn points(&mut self, points: impl Iterator<Item = BackendCoord>) {
        self.out.push_str(" points=\"");
        for (at, (x, y)) in points.enumerate() {
            if at > 0 {
                self.out.push(' ');
            }
            push_units(&mut self.out, x);
            self.out.push(',');
            push_units(&mut self.out, y);
        }
        self.out.push('"');
    }

    /// Ends a tag that was started, with a tooltip inside if there is one.
    pub(super) fn end(&mut self, tag: &str, title: &str) {
        if title.is_empty() {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        self.title(title);
        self.close(tag);
    }

    pub(super) fn open_end(&mut self) {
        self.out.push('>');
    }

    pub(super) fn title(&mut self, title: &str) {
        if !title.is_empty() {
            self.out.push_str("<title>");
            push_escaped(&mut self.out, title);
            self.out.push_str("</title>");
        }
    }

    pub(super) fn content(&mut self, text: &str) {
        push_escaped(&mut self.out, text);
    }

    pub(super) fn close(&mut self, tag: &str) {
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
    }

    fn paint(&mut self, name: &str, color: BackendColor) {
        let (red, green, blue) = color.rgb;
        let _ = write!(self.out, " {name}=\"#{red:02x}{green:02x}{blue:02x}\"");
        if color.alpha < 1.0 {
            let _ = write!(self.out, " {name}-opacity=\"{:.2}\"", color.alpha);
        }
    }

    fn stroke<S: BackendStyle>(&mut self, style: &S) {
        self.out.push_str(" fill=\"none\"");
        self.paint("stroke", style.color());
        let _ = write!(self.out, " stroke-width=\"{}\"", style.stroke_width());
    }
}

/// Pixels as units with at most one decimal.
fn push_units(out: &mut String, pixels: i32) {
    if pixels < 0 {
        out.push('-');
    }
    let (whole, tenth) = (pixels.unsigned_abs() / SCALE.unsigned_abs(), pixels.unsigned_abs() % SCALE.unsigned_abs());
    let _ = write!(out, "{whole}");
    if tenth > 0 {
        let _ = write!(out, ".{tenth}");
    }
}

/// plotters' own calls, for its elements; marks use the methods above.
impl DrawingBackend for Canvas {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.start("rect", "");
        self.length("x", x);
        self.length("y", y);
        self.out.push_str(" width=\".1\" height=\".1\"");
        self.paint("fill", color);
        self.end("rect", "");
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.start("rect", "");
        self.length("x", upper_left.0);
        self.length("y", upper_left.1);
        self.length("width", bottom_right.0 - upper_left.0);
        self.length("height", bottom_right.1 - upper_left.1);
        if fill {
            self.paint("fill", style.color())
        } else {
            self.stroke(style)
        }
        self.end("rect", "");
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.start("polyline", "");
        self.points(path.into_iter());
        self.stroke(style);
        self.end("polyline", "");
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        self.start("circle", "");
        self.length("cx", center.0);
        self.length("cy", center.1);
        self.length("r", i32::try_from(radius).unwrap_or(i32::MAX));
        if fill {
            self.paint("fill", style.color())
        } else {
            self.stroke(style)
        }
        self.end("circle", "");
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, vert: I, style: &S) -> Drawn {
        self.start("polygon", "");
        self.points(vert.into_iter());
        self.paint("fill", style.color());
        self.end("polygon", "");
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        let size = units(style.size()) / SCALE;
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        let drop = match style.anchor().v_pos {
            VPos::Top => size * 3 / 4,
            VPos::Center => size / 3,
            VPos::Bottom => 0,
        };
        self.start("text", "");
        self.length("x", x);
        self.length("y", y + drop);
        self.attribute("text-anchor", anchor);
        self.length("font-size", size);
        if matches!(style.transform(), FontTransform::Rotate90 | FontTransform::Rotate270) {
            let _ = write!(self.out, " writing-mode=\"vertical-rl\"");
        }
        self.paint("fill", style.color());
        self.open_end();
        self.content(text);
        self.close("text");
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size().clamp(0.0, 1e6);
        Ok((width(text, size).ceil() as u32, (size * 1.3).ceil() as u32))
    }
}
