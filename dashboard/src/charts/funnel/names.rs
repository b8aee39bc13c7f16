//! Where the names of outliers stand: beside their point, if no other name or outlier is there.

use crate::svg::text;
use crate::theme::TEXT;

/// The widest name, and the most of them; tooltips and twin have all.
const MOST_WIDTH: f64 = 100.0;
const MOST: usize = 16;

/// A box: left, top, right, bottom.
type Taken = (f64, f64, f64, f64);

/// The names with the start of their base line, for those that have room within the plot.
pub(super) fn place(
    outliers: &[(&str, (f64, f64))],
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
) -> Vec<(String, (f64, f64))> {
    let dot = |(x, y): (f64, f64)| (x - 4.0, y - 4.0, x + 4.0, y + 4.0);
    let mut taken: Vec<Taken> = outliers.iter().map(|(_, at)| dot(*at)).collect();
    let mut placed = Vec::new();
    for (name, (x, y)) in outliers {
        if placed.len() == MOST {
            break;
        }
        let words = text::shortened(name, MOST_WIDTH, TEXT);
        let width = text::width(&words, TEXT);
        let starts =
            [(x + 7.0, y + 4.0), (x - 7.0 - width, y + 4.0), (x - width / 2.0, y - 8.0), (x - width / 2.0, y + 17.0)];
        let free = starts.into_iter().find_map(|(from, base)| {
            let own = (from, base - 10.0, from + width, base + 3.0);
            let is_inside = own.0 >= left && own.2 <= right && own.1 >= top && own.3 <= bottom;
            (is_inside && !taken.iter().any(|other| meet(own, *other))).then_some((own, (from, base)))
        });
        if let Some((own, start)) = free {
            taken.push(own);
            placed.push((words, start));
        }
    }
    placed
}

fn meet(one: Taken, other: Taken) -> bool {
    one.0 < other.2 && other.0 < one.2 && one.1 < other.3 && other.1 < one.3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_way_to_names_and_edges() {
        let crowd = [("渔江村", (50.0, 50.0)), ("宁海村", (52.0, 52.0)), ("雷田村", (95.0, 90.0))];
        let placed = place(&crowd, (0.0, 100.0), (0.0, 100.0));
        assert_eq!(placed[0].1, (57.0, 54.0), "to the right where it is free");
        assert!(placed.iter().all(|(words, at)| at.0 >= 0.0 && at.0 + text::width(words, TEXT) <= 100.0));
        assert!(place(&[("铁山村", (10.0, 10.0))], (0.0, 20.0), (0.0, 20.0)).is_empty());
    }
}
