use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use jiff::tz::TimeZone;

use super::*;
use crate::sql::run::Head;
use crate::sql::write::End;

fn gathered() -> Gathered {
    let at: ArrayRef = Arc::new(StringArray::from(vec![Some("<b>石康</b>"), None]));
    let n: ArrayRef = Arc::new(Int64Array::from(vec![Some(3), None]));
    let m: ArrayRef = Arc::new(Int64Array::from(vec![4, 5]));
    let batch = RecordBatch::try_from_iter_with_nullable([("at", at, true), ("n", n, true), ("m", m, true)]);
    let batch = batch.expect("batch");
    let as_of: jiff::Timestamp = "2018-09-13T00:00:00Z".parse().expect("instant");
    let head = Head {
        schema: batch.schema(),
        sql: String::new(),
        params: Vec::new(),
        versions: Vec::new(),
        as_of,
        made: as_of,
        zone: TimeZone::UTC,
        zone_name: "UTC".into(),
    };
    let end = End { rows: 2, truncated: false, millis: 1, trouble: None };
    Gathered { head, batches: vec![batch.clone(), batch], end }
}

#[test]
fn columns_are_chosen_or_found_by_their_kind() {
    let all = Figures::of(&gathered(), "", "").expect("figures");
    assert_eq!((all.x.as_str(), all.places.len(), all.series.len()), ("at", 4, 2));
    assert_eq!(all.series[0], ("n".to_owned(), vec![Some(3.0), None, Some(3.0), None]));
    let one = Figures::of(&gathered(), "n", "m").expect("figures");
    assert_eq!((one.places[0].as_str(), one.series.len()), ("3", 1));
    assert!(Figures::of(&gathered(), "", "moon").is_err_and(|trouble| trouble.detail.contains("moon")));
    assert!(Figures::of(&gathered(), "", "at").is_err(), "a text is no figure");
}

#[test]
fn what_people_wrote_is_text_in_a_picture() {
    for kind in Kind::ALL {
        let svg = Figures::of(&gathered(), "", "").expect("figures").draw(kind, Lang::En).expect("picture");
        assert!(svg.starts_with("<svg") && !svg.contains("<b>"), "{kind:?}: {svg}");
    }
}

#[test]
fn a_browser_sends_as_many_figures_as_places() {
    let figures = |values| Figures { x: "x".into(), places: vec!["a".into()], series: vec![("n".into(), values)] };
    assert!(figures(vec![Some(1.0)]).checked().is_ok());
    assert!(figures(vec![]).checked().is_err());
    assert!(Figures::default().checked().is_err());
}
