//! Figures followed back: to the rows behind a count, to the columns that a share is made of.

use arrow::compute::cast;
use queries::{Breakdown, Column, Metric};

use super::*;

const MAY: (&str, &str) = ("2018-05-01", "2018-06-01");

/// The tables of the setup files.
async fn tables() -> SessionContext {
    let context = Engine::new().0;
    let mut runner = Runner::new(|| {
        let context = context.clone();
        async move { Ok(Engine(context)) }
    });
    for file in files().iter().filter(|file| file.file_name().is_some_and(is_setup)) {
        runner.run_file_async(file).await.unwrap_or_else(|error| panic!("{error}"));
    }
    context.clone()
}

fn is_setup(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with("setup")
}

async fn one_row(context: &SessionContext, sql: &str) -> RecordBatch {
    let (from, to) = MAY;
    let sql = sql.replace("$from", &format!("date '{from}'")).replace("$to", &format!("date '{to}'"));
    let batches = context.sql(&sql).await.expect("a plan").collect().await.expect("rows");
    let found = batches.into_iter().find(|batch| batch.num_rows() == 1);
    found.expect("one row")
}

fn number(row: &RecordBatch, name: &str) -> Option<f64> {
    let column = cast(row.column_by_name(name).expect("a column"), &DataType::Float64).expect("a number");
    column.as_primitive::<Float64Type>().iter().next().flatten()
}

fn sum(row: &RecordBatch, terms: impl Iterator<Item = (f64, &'static str)>) -> Option<f64> {
    terms.map(|(sign, name)| Some(sign * number(row, name)?)).sum()
}

async fn rows_agree(context: &SessionContext, metric: &'static Metric, figures: &RecordBatch) -> usize {
    let header = metric.header();
    for rows in &header.rows {
        let sql = metric.rows_by(Breakdown::All, Some(rows.count)).expect("rows");
        let key = rows.key;
        let counted = format!("select count(*) as n, count(distinct {key}) as keys from (\n{sql}\n)");
        let counted = one_row(context, &counted).await;
        let told = number(figures, rows.count).unwrap_or(0.0);
        assert_eq!((number(&counted, "n"), number(&counted, "keys")), (Some(told), Some(told)), "{sql}");
    }
    header.rows.len()
}

fn share_agrees(metric: &Metric, figures: &RecordBatch, column: &Column) {
    let Some(share) = column.share else { return };
    let whole = sum(figures, share.whole()).filter(|whole| *whole > 0.0);
    let expected = sum(figures, share.part()).zip(whole).map(|(part, whole)| column.scale() * part / whole);
    let found = number(figures, column.name);
    let is_close = match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() < 1e-9,
        (found, expected) => found == expected,
    };
    assert!(is_close, "{} {}: {found:?} is not {share}, {expected:?}", metric.id, column.name);
}

#[tokio::test]
async fn figures_are_reproduced_by_their_rows_and_columns() {
    let context = tables().await;
    let mut followed = 0;
    for metric in &queries::METRICS {
        let figures = one_row(&context, &metric.sql_by(Breakdown::All).expect("all")).await;
        followed += rows_agree(&context, metric, &figures).await;
        metric.header().columns.iter().for_each(|column| share_agrees(metric, &figures, column));
    }
    assert!(followed > 160, "only {followed} counts tell their rows");
}
