//! What the program ships against the files that it was made from.

use std::collections::BTreeSet;

use datasets::reference::{county_outlines, regions};

use crate::support::real;

#[test]
fn every_edition_of_the_regions_is_as_published() {
    let shipped = regions().expect("regions");
    for edition in 2016..=2023 {
        let Some(file) = real(&format!("regions/beihai_divisions_{edition}.csv")) else { return };
        let mut reader = csv::Reader::from_path(file).expect("open");
        let published: BTreeSet<[String; 4]> = reader
            .records()
            .map(|row| row.expect("row"))
            .map(|row| [0, 1, 2, 3].map(|at| row[at].to_owned()))
            .collect();
        let ours = shipped.iter().filter(|region| region.edition == edition && region.level != "city");
        let ours: BTreeSet<[String; 4]> = ours
            .map(|region| [&region.code, &region.name, &region.level, &region.parent_code].map(String::clone))
            .collect();
        assert!(ours == published, "edition {edition} differs");
    }
}

#[test]
fn the_outlines_are_those_of_the_four_counties() {
    let Some(file) = real("regions/beihai_counties.geojson") else { return };
    let codes = |text: &str| -> BTreeSet<String> {
        let map: serde_json::Value = serde_json::from_str(text).expect("GeoJSON");
        let features = map["features"].as_array().expect("features");
        features.iter().map(|feature| feature["properties"]["adcode"].to_string().replace('"', "")).collect()
    };
    let published = codes(&std::fs::read_to_string(file).expect("file"));
    assert_eq!((codes(county_outlines()), published.len()), (published, 4));
}
