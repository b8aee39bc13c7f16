use arrow::array::Int64Array;

use super::*;

fn batch(names: &[Option<&str>], counts: &[i64], rates: &[Option<f64>]) -> RecordBatch {
    let mut table = Table::default();
    table.push("bucket", Arc::new(StringArray::from(names.to_vec())));
    table.push("on_time_n", Arc::new(Int64Array::from(counts.to_vec())));
    table.push("on_time_rate", Arc::new(Float64Array::from(rates.to_vec())));
    table.batch().unwrap()
}

fn column(name: &str) -> &'static Column {
    queries::find("M02").unwrap().header().columns.iter().find(|column| column.name == name).unwrap()
}

#[test]
fn buckets_of_both_periods_stand_side_by_side() {
    let now = batch(&[Some("a"), Some("b"), None], &[1, 2, 3], &[Some(0.5), None, Some(1.0)]);
    let then = batch(&[None, Some("c"), Some("a")], &[30, 20, 10], &[Some(0.5), Some(0.2), Some(0.25)]);
    let (now, then) = aligned(&now, &then).unwrap();
    let all = [Some("a"), Some("b"), None, Some("c")].map(|name| name.map(str::to_owned));
    assert_eq!(names(&now).unwrap(), all);
    assert_eq!(names(&then).unwrap(), all);
    let counts = |batch: &RecordBatch| number(batch.column(1)).unwrap().iter().collect::<Vec<_>>();
    assert_eq!(counts(&now), [Some(1.0), Some(2.0), Some(3.0), None]);
    assert_eq!(counts(&then), [Some(10.0), None, Some(30.0), Some(20.0)]);
}

#[test]
fn counts_change_relatively_and_ratios_by_points() {
    let values = |values: &[Option<f64>]| Float64Array::from(values.to_vec());
    let (now, then) = (values(&[Some(15.0), Some(5.0), None]), values(&[Some(10.0), Some(0.0), Some(4.0)]));
    let (name, change) = difference(column("on_time_n"), &now, &then);
    assert_eq!((name.as_str(), change), ("on_time_n_change", values(&[Some(0.5), None, None])));
    let (now, then) = (values(&[Some(0.75), Some(0.5), Some(1.0)]), values(&[Some(0.5), Some(0.0), None]));
    let (name, points) = difference(column("on_time_rate"), &now, &then);
    assert_eq!((name.as_str(), points), ("on_time_rate_points", values(&[Some(25.0), Some(50.0), None])));
}

#[test]
fn a_share_of_a_sum_takes_its_columns_with_their_signs() {
    let rows = batch(&[Some("a")], &[7], &[None]);
    let terms = [(1.0, "on_time_n"), (-1.0, "on_time_n")];
    assert_eq!(sums(&rows, terms.into_iter()).unwrap(), [Some(0.0)]);
    assert!(sums(&rows, [(1.0, "lost_n")].into_iter()).unwrap_err().to_string().contains("no column lost_n"));
}

#[test]
fn ranked_rows_stand_in_their_order_between_the_limits_of_the_funnel() {
    let mut table = Table::default();
    table.push("bucket", Arc::new(StringArray::from(vec!["few", "poor", "good"])));
    let counts = [(10.0, 10.0), (40.0, 100.0), (60.0, 100.0)];
    let bounds: Vec<Option<Bounds>> = counts.iter().map(|(part, whole)| wilson(*part, *whole)).collect();
    let wholes: Vec<Option<f64>> = counts.iter().map(|(_, whole)| Some(*whole)).collect();
    let buckets = ["few", "poor", "good"].map(|name| Some(name.to_owned()));
    table.rank(&rank::standings(&buckets, &wholes, &bounds), &wholes, Some(0.5), 1.0).unwrap();
    let ranked = table.batch().unwrap();
    assert_eq!(names(&ranked).unwrap(), ["good", "poor", "few"].map(|name| Some(name.to_owned())));
    let limits = number(ranked.column_by_name("funnel_95_upper").unwrap()).unwrap();
    // 0.5 and 1.96 deviations of 0.05: what is good lies above.
    assert!((limits.value(0) - 0.598).abs() < 1e-4, "{limits:?}");
    assert_eq!(ranked.column_by_name("rank").unwrap().null_count(), 1);
}
