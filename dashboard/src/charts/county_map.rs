//! The counties, coloured by a rate; a county without data is hatched.

use super::{ChartError, shades};
use crate::format;
use crate::i18n::Lang;
use crate::svg::{Anchor, Mark, Picture, Shape, point, text};
use crate::theme::{TEXT, ramp_breaks, ramp_class};

mod labels;
mod outlines;

use outlines::Sheet;

const WIDTH: f64 = 432.0;
const HEIGHT: f64 = 340.0;
/// Land and labels stay above this; below is the legend.
const BOTTOM: f64 = 314.0;
/// Height of the county names.
const NAME: f64 = 13.0;

/// One county's rate.
#[derive(Debug, Clone)]
pub(crate) struct County {
    /// Six-digit code.
    pub(crate) code: String,
    pub(crate) name: String,
    /// Per 1,000; none if nothing was supervised.
    pub(crate) value: Option<f64>,
    /// What the rate is made of: cases with a card, cases supervised.
    pub(crate) part: i64,
    pub(crate) whole: i64,
    pub(crate) href: String,
}

/// The counties of the map.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Text alternative.
    pub(crate) label: String,
    pub(crate) counties: Vec<County>,
}

/// Draws the map with labels, legend and the islands in a frame.
pub(crate) fn render(series: &Series, lang: Lang) -> Result<String, ChartError> {
    let sheet = outlines::sheet()?;
    let picture = Picture::new("chart map", WIDTH as i32, HEIGHT as i32, &series.label);
    picture.hatch("map-hatch");
    let breaks = ramp_breaks(series.counties.iter().filter_map(|county| county.value).fold(0.0, f64::max));
    let (left, top, width, height) = outlines::FRAME;
    let frame =
        Mark::new("map-frame", Shape::Rect { least: 0.0 }, [point(left, top), point(left + width, top + height)]);
    picture.draw(&frame)?;
    let caption =
        Mark::text("tick", lang.say("map-islands"), Anchor::Middle, point(left + width / 2.0, top + height - 6.0));
    picture.draw(&caption)?;

    for outline in &sheet.outlines {
        let Some(county) = series.counties.iter().find(|county| county.code == outline.code) else {
            continue;
        };
        let class = county.value.map_or("no-data", |value| ramp_class(value, breaks));
        for ring in outline.rings.iter().chain(&outline.islands) {
            let points: Vec<(i32, i32)> = ring.iter().map(|(x, y)| point(*x, *y)).collect();
            let land = Mark::new(&format!("land {class}"), Shape::Polygon, points);
            let land = if county.value.is_none() { land.hatched("map-hatch") } else { land };
            picture.draw(&land.title(told(county, lang)).href(&county.href))?;
        }
    }
    label(&picture, sheet, series, lang)?;
    let texts = shades::texts(breaks.map(format::tenths), "‰", lang);
    shades::legend(&picture, &texts, (12.0, HEIGHT - 18.0), WIDTH - 12.0, "map-hatch")?;
    Ok(picture.finish())
}

/// Name and rate of each county; without the n (which the tooltip has) if there is no room for it.
fn label(picture: &Picture, sheet: &Sheet, series: &Series, lang: Lang) -> Result<(), ChartError> {
    let (x, y, width, height) = outlines::FRAME;
    let frame = labels::Rect { x, y, width, height };
    let counties: Vec<(u8, &County)> = (1_u8..)
        .zip(&sheet.outlines)
        .filter_map(|(place, outline)| {
            let county = series.counties.iter().find(|county| county.code == outline.code);
            county.map(|county| (place, county))
        })
        .collect();
    let place = |with_n: bool| {
        let boxes: Vec<(u8, f64, f64)> = counties
            .iter()
            .map(|(place, county)| {
                let figures = text::width(&figures(county, with_n, lang), TEXT);
                (*place, text::width(&county.name, NAME).max(figures) + 6.0, 31.0)
            })
            .collect();
        labels::place(sheet, &boxes, &[frame])
    };
    let (mut placed, mut with_n) = (place(true), true);
    if placed.len() < counties.len() {
        (placed, with_n) = (place(false), false);
    }
    for label in placed {
        let Some((_, county)) = counties.iter().find(|(place, _)| *place == label.county) else {
            continue;
        };
        if let Some((from, to)) = label.leader {
            picture.draw(&Mark::new("leader", Shape::Line, [point(from.0, from.1), point(to.0, to.1)]))?;
            picture.draw(&Mark::new("leader-end", Shape::Dot(1.8), [point(to.0, to.1)]))?;
        }
        let (middle, top) = (label.at.x + label.at.width / 2.0, label.at.y);
        let name = Mark::text("map-name", county.name.as_str(), Anchor::Middle, point(middle, top + 13.0));
        picture.draw(&name.title(told(county, lang)).href(&county.href))?;
        let figures = Mark::text("map-value", figures(county, with_n, lang), Anchor::Middle, point(middle, top + 27.0));
        picture.draw(&figures)?;
    }
    Ok(())
}

/// 3.1‰ · n=12,345.
fn figures(county: &County, with_n: bool, lang: Lang) -> String {
    match county.value {
        Some(value) if !with_n => format::per_mille(Some(value)),
        Some(value) => format!("{} · n={}", format::per_mille(Some(value)), format::count(lang, county.whole)),
        None => lang.say("no-data"),
    }
}

/// The tooltip: what the rate is made of.
fn told(county: &County, lang: Lang) -> String {
    let (part, whole) = (format::count(lang, county.part), format::count(lang, county.whole));
    let rate = county.value.map_or_else(|| lang.say("no-data"), |value| format::per_mille(Some(value)));
    lang.tell("map-tip", &[("name", &county.name), ("rate", &rate), ("part", &part), ("whole", &whole)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn county(code: &str, name: &str, value: Option<f64>) -> County {
        let href = format!("/villages?level=township&region={code}");
        County {
            code: code.into(),
            name: name.into(),
            value,
            part: 3,
            whole: if value.is_some() { 1200 } else { 0 },
            href,
        }
    }

    #[test]
    fn no_data_is_hatched_and_zero_is_pale() {
        let counties = vec![
            county("450502", "海城区", Some(0.0)),
            county("450503", "银海区", None),
            county("450512", "铁山港区", Some(3.1)),
            county("450521", "合浦县", Some(1.9)),
        ];
        let svg = render(&Series { label: "净红牌率".into(), counties }, Lang::Zh).expect("svg");
        assert!(svg.contains("class=\"land ramp-1\"") && svg.contains("class=\"land no-data\""));
        assert!(svg.contains("class=\"land ramp-4\"") && svg.contains("pattern id=\"map-hatch\""));
        assert!(svg.contains("href=\"/villages?level=township&amp;region=450521\""));
        assert!(svg.contains("3.1‰ · n=1,200"), "value with its n");
        assert_eq!(svg.matches("class=\"map-name\"").count(), 4, "every county has its label");
    }
}
