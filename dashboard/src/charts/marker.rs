//! What tells one row of a picture from another besides its colour: a shape, a dash, a texture.

use crate::svg::{Mark, Picture, Shape, point};

/// Shapes of points, in the order in which rows take them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Circle,
    Square,
    Diamond,
    Up,
    Down,
    Cross,
}

const FORMS: [Form; 6] = [Form::Circle, Form::Square, Form::Diamond, Form::Up, Form::Down, Form::Cross];

/// Textures by name, which is the class of their ground too; the first row has none.
const TEXTURES: [(&str, &str); 6] = [
    ("part-1", ""),
    ("part-2", "M0 6L6 0"),
    ("part-3", "M0 3H6"),
    ("part-4", "M3 0V6"),
    ("part-5", "M0 0L6 6M0 6L6 0"),
    ("part-6", "M2 3H4"),
];

/// The shape of a row's points.
pub(super) fn form(row: usize) -> Form {
    FORMS[row % FORMS.len()]
}

/// Adds the textures that so many rows need.
pub(super) fn textures(picture: &Picture, rows: usize) {
    for (name, path) in TEXTURES.iter().take(rows).skip(1) {
        picture.texture(name, name, path);
    }
}

/// A box filled as its row is.
pub(super) fn filled(row: usize, least: f64, one: (f64, f64), other: (f64, f64)) -> Mark<(i32, i32)> {
    let (name, path) = TEXTURES[row % TEXTURES.len()];
    let corners = [point(one.0, one.1), point(other.0, other.1)];
    if path.is_empty() {
        return Mark::new(&format!("layer pick {name}"), Shape::Rect { least }, corners);
    }
    Mark::new("layer pick", Shape::Rect { least }, corners).hatched(name)
}

/// A point of some shape about a place, with a radius.
pub(super) fn marker(form: Form, class: &str, (x, y): (f64, f64), r: f64) -> Mark<(i32, i32)> {
    let around = |corners: &[(f64, f64)]| {
        let points: Vec<(i32, i32)> = corners.iter().map(|(dx, dy)| point(x + dx * r, y + dy * r)).collect();
        Mark::new(class, Shape::Polygon, points)
    };
    match form {
        Form::Circle => Mark::new(class, Shape::Dot(r), [point(x, y)]),
        Form::Square => around(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        Form::Diamond => around(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
        Form::Up => around(&[(0.0, -1.3), (1.2, 0.9), (-1.2, 0.9)]),
        Form::Down => around(&[(0.0, 1.3), (1.2, -0.9), (-1.2, -0.9)]),
        Form::Cross => around(&[
            (-0.4, -1.2),
            (0.4, -1.2),
            (0.4, -0.4),
            (1.2, -0.4),
            (1.2, 0.4),
            (0.4, 0.4),
            (0.4, 1.2),
            (-0.4, 1.2),
            (-0.4, 0.4),
            (-1.2, 0.4),
            (-1.2, -0.4),
            (-0.4, -0.4),
        ]),
    }
}
