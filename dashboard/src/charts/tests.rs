//! All pictures of figures at once: how they look (`snapshots/`), and that their words can be read.

use std::path::Path;

use super::*;
use crate::charts::matrix::{Cell, Matrix};
use crate::charts::measure::{Measure, Unit};
use crate::svg::text;
use crate::theme::TEXT;

/// A name of 20 characters.
const LONG: &str = "北海市合浦县石湾镇人民政府政务服务中心窗";
const SNAPSHOT: &str = "this picture is not as its snapshot; look at both, then run this test with SUNLAKE_BLESS=1";

/// What is drawn, for so many names.
type Drawn = fn(&[String], Width, Lang) -> String;
/// All pictures.
const CHARTS: [(&str, Drawn); 8] = [
    ("line", |names, width, lang| line::render(&matrix(names, true), width, lang).expect("svg")),
    ("bar", |names, width, lang| bar::render(&matrix(names, true), width, lang).expect("svg")),
    ("stacked_bar", |names, width, lang| stacked_bar::render(&matrix(names, true), width, lang).expect("svg")),
    ("heat_map", |names, width, lang| heat_map::render(&matrix(names, false), width, lang).expect("svg")),
    ("ranking", |names, width, lang| ranking::render(&ranked(names), width, lang).expect("svg")),
    ("funnel", |names, width, lang| funnel::render(&funnelled(names), width, lang).expect("svg")),
    ("tiles", |names, width, lang| tiles::render(&tiled(names), width, lang).expect("svg")),
    ("box_plot", |names, width, lang| box_plot::render(&boxed(names), width, lang).expect("svg")),
];

fn names(n: usize) -> Vec<String> {
    (1..=n).map(|at| format!("第{at}村")).collect()
}

fn measure(unit: Unit) -> Measure {
    Measure { name: "按时办结率".into(), unit }
}

/// Two rows of figures by the names as columns, or two columns by the names as rows; some without data.
fn matrix(names: &[String], across: bool) -> Matrix {
    let cell = |at: usize, other: usize| Cell {
        value: (at % 7 != 3).then_some(((at * 37 + other * 11) % 50) as f64),
        href: format!("/cards?at={at}&part={other}"),
    };
    let parts = ["收件".to_owned(), LONG.to_owned()];
    let (columns, rows) = if across { (names, parts.as_slice()) } else { (parts.as_slice(), names) };
    let row = |down: usize| {
        let cells = (0..columns.len()).map(|along| if across { cell(along, down) } else { cell(down, along) });
        matrix::Row { name: rows[down].clone(), cells: cells.collect() }
    };
    Matrix {
        label: "各村办件".into(),
        measure: measure(Unit::Count),
        rows_are: "部门".into(),
        columns_are: "村".into(),
        columns: columns.to_vec(),
        rows: (0..rows.len()).map(row).collect(),
    }
}

fn ranked(names: &[String]) -> ranking::Series {
    let rows = names.iter().enumerate().map(|(at, name)| {
        let value = 0.99 - (at % 40) as f64 / 1000.0;
        ranking::Row {
            name: name.clone(),
            value: (at % 9 != 4).then_some(value),
            interval: (at % 9 != 4).then_some((value - 0.03, (value + 0.02).min(1.0))),
            n: 12 + 7 * at as i64,
            href: format!("/villages/{at}"),
        }
    });
    ranking::Series {
        label: "各村按时办结率".into(),
        measure: measure(Unit::Share),
        rows_are: "村".into(),
        rows: rows.collect(),
        reference: Some(("全市".into(), 0.97)),
    }
}

fn funnelled(names: &[String]) -> funnel::Series {
    let points = names.iter().enumerate().map(|(at, name)| {
        let whole = (at as i64 * 13 + 40) % 400;
        let missed = if at % 50 == 7 { whole / 4 } else { whole * (at as i64 % 5) / 80 };
        funnel::Point { name: name.clone(), part: whole - missed, whole, href: format!("/villages/{at}") }
    });
    funnel::Series {
        label: "各村按时办结率与应结件数".into(),
        measure: measure(Unit::Share),
        rows_are: "村".into(),
        wholes_are: "应结（件）".into(),
        points: points.collect(),
    }
}

fn tiled(names: &[String]) -> tiles::Series {
    let tiles = names.iter().enumerate().map(|(at, name)| tiles::Tile {
        name: name.clone(),
        value: (at % 9 != 4).then_some((at * 7 % 30) as f64),
        n: at as i64,
        href: format!("/villages/{at}"),
    });
    tiles::Series {
        label: "各村净红牌率".into(),
        measure: Measure { name: "净红牌率".into(), unit: Unit::PerMille },
        rows_are: "村".into(),
        tiles: tiles.collect(),
    }
}

fn boxed(names: &[String]) -> box_plot::Series {
    let rows = names.iter().enumerate().map(|(at, name)| {
        let median = 2.0 + (at % 5) as f64;
        box_plot::Row {
            name: name.clone(),
            quantiles: (at % 9 != 4).then_some([0.5, median - 1.0, median, median + 2.5, median + 6.0]),
            limit: (at % 2 == 0).then_some(10.0),
            n: 20 + at as i64,
            href: String::new(),
        }
    });
    box_plot::Series {
        label: "各部门办理时长".into(),
        measure: Measure { name: "办理时长（工作日）".into(), unit: Unit::Number },
        rows_are: "部门".into(),
        rows: rows.collect(),
        limits_are: "承诺时限".into(),
    }
}

/// What stands between two words.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let rest = &text[text.find(from)? + from.len()..];
    Some(&rest[..rest.find(to)?])
}

/// A text with its box: left, top, right, bottom.
fn boxes(svg: &str) -> Vec<(String, [f64; 4])> {
    let number = |tag: &str, name: &str| between(tag, &format!(" {name}=\""), "\"").and_then(|n| n.parse::<f64>().ok());
    let texts = svg.split("<text ").skip(1).map(|rest| {
        let whole = format!(" {}", &rest[..rest.find("</text>").expect("end of text")]);
        let (tag, content) = whole.split_once('>').expect("end of tag");
        let shown = content.rsplit("</title>").next().expect("content");
        let shown = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let (x, y) = (number(tag, "x").expect("x"), number(tag, "y").expect("y"));
        let width = text::width(&shown, TEXT);
        let left = match between(tag, "text-anchor=\"", "\"") {
            Some("middle") => x - width / 2.0,
            Some("end") => x - width,
            _ => x,
        };
        (shown, [left, y - 9.0, left + width, y + 3.0])
    });
    texts.collect()
}

/// That no text of a picture meets another or leaves it.
fn readable(told: &str, svg: &str) {
    let size: Vec<f64> = between(svg, "viewBox=\"0 0 ", "\"")
        .expect("size")
        .split(' ')
        .map(|length| length.parse().expect("length"))
        .collect();
    let mut boxes = boxes(svg);
    assert!(!boxes.is_empty(), "{told} has no words");
    for (words, [left, top, right, bottom]) in &boxes {
        let is_inside = *left >= -0.2 && *top >= -0.2 && *right <= size[0] + 0.2 && *bottom <= size[1] + 0.2;
        assert!(is_inside, "{told}: {words} leaves the picture: {left}, {top} to {right}, {bottom}");
    }
    boxes.sort_by(|one, other| one.1[1].total_cmp(&other.1[1]));
    for (at, (words, one)) in boxes.iter().enumerate() {
        for (others, other) in boxes[at + 1..].iter().take_while(|(_, other)| other[1] < one[3]) {
            let is_apart = one[2] <= other[0] + 0.2 || other[2] <= one[0] + 0.2;
            assert!(is_apart, "{told}: {words} and {others} meet at {one:?} and {other:?}");
        }
    }
}

#[test]
fn no_words_meet_or_are_cut() {
    for (chart, draw) in CHARTS {
        for width in [Width::Narrow, Width::Half, Width::Wide] {
            for lang in [Lang::Zh, Lang::En] {
                for n in [0, 1, 5, 23, 437] {
                    readable(&format!("{chart} of {n}, {width:?}, {lang:?}"), &draw(&names(n), width, lang));
                }
                let long = [LONG.to_owned(), format!("{LONG}二"), "渔江村".to_owned()];
                readable(&format!("{chart} of long names, {width:?}, {lang:?}"), &draw(&long, width, lang));
            }
        }
    }
}

#[test]
fn pictures_look_as_their_snapshots() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/charts/snapshots");
    let check = |name: &str, svg: &str| {
        let path = folder.join(format!("{name}.svg"));
        if std::env::var_os("SUNLAKE_BLESS").is_some() {
            std::fs::create_dir_all(&folder).expect("folder");
            std::fs::write(&path, svg).expect("written");
        }
        let held = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(held == svg, "{}: {SNAPSHOT}", path.display());
    };
    for (chart, draw) in CHARTS {
        check(&format!("{chart}-none"), &draw(&[], Width::Narrow, Lang::Zh));
        check(&format!("{chart}-one"), &draw(&names(1), Width::Narrow, Lang::Zh));
        check(&format!("{chart}-long"), &draw(&[LONG.to_owned(), "渔江村".to_owned()], Width::Narrow, Lang::Zh));
        // What shows villages, shows all of them; the others are held by their words alone.
        if ["ranking", "funnel", "tiles"].contains(&chart) {
            check(&format!("{chart}-437"), &draw(&names(437), Width::Half, Lang::Zh));
        }
    }
}

#[test]
fn every_link_has_its_words_and_the_picture_its_own() {
    for (chart, draw) in CHARTS {
        let svg = draw(&names(5), Width::Half, Lang::Zh);
        let links = svg.matches("<a href=").count();
        assert_eq!(links > 0, chart != "box_plot", "{chart} has {links} links");
        assert_eq!(links, svg.split("<a href=").skip(1).filter(|rest| rest.contains("><title>")).count(), "{chart}");
        let role = if links > 0 { "role=\"group\"" } else { "role=\"img\"" };
        assert!(svg.contains(&format!("{role} aria-label=\"各")) && svg.contains("<desc>各"), "{chart}");
    }
}

#[test]
fn no_data_is_hatched_and_zero_is_not() {
    for (chart, draw) in CHARTS.iter().filter(|(chart, _)| *chart != "funnel") {
        let svg = draw(&names(9), Width::Half, Lang::Zh);
        assert!(svg.contains("无数据</title>") || svg.contains("：无数据 ·"), "{chart} tells no gap");
        assert!(svg.contains("fill=\"url(#"), "{chart} hatches no gap");
    }
    // The first column is zero.
    let bar = bar::render(&matrix(&names(1), true), Width::Narrow, Lang::Zh).expect("svg");
    assert!(bar.contains("height=\"0.8\"") && !bar.contains("class=\"gap\""), "{bar}");
}

#[test]
fn twins_have_a_line_for_each_name() {
    let villages = names(437);
    for (chart, twin) in [
        ("line", line::twin(&matrix(&villages, true), Lang::Zh)),
        ("bar", bar::twin(&matrix(&villages, true), Lang::Zh)),
        ("stacked_bar", stacked_bar::twin(&matrix(&villages, true), Lang::Zh)),
        ("heat_map", heat_map::twin(&matrix(&villages, false), Lang::Zh)),
        ("ranking", ranking::twin(&ranked(&villages), Lang::Zh)),
        ("funnel", funnel::twin(&funnelled(&villages), Lang::Zh)),
        ("tiles", tiles::twin(&tiled(&villages), Lang::Zh)),
        ("box_plot", box_plot::twin(&boxed(&villages), Lang::Zh)),
    ] {
        let html = twin.to_string();
        assert_eq!(html.matches("<th scope=\"row\">").count(), 437, "{chart}");
        assert!(html.contains("第437村") && html.contains("<summary>表格：") && html.contains("无数据"), "{chart}");
    }
}

#[test]
fn outliers_of_a_funnel_have_shapes_and_names() {
    let mut series = funnelled(&names(60));
    series.points.push(funnel::Point { name: LONG.into(), part: 200, whole: 380, href: "/villages/x".into() });
    let svg = funnel::render(&series, Width::Half, Lang::Zh).expect("svg");
    assert!(svg.contains("<polygon class=\"fun-out pick\"") && svg.contains("<circle class=\"fun-in pick\""), "{svg}");
    assert!(svg.contains(&format!("<title>{LONG}：52.6% · n=380 · 低于 99.8% 界限</title>")), "{svg}");
    assert!(svg.contains("class=\"fun-name\""), "its name stands beside it");
}
