//! The metrics' SQL as SQL: the files in `queries/slt` on tables small enough to check by hand; and people's own SQL
//! against the guards.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use analytics::{AnalyticsError, Principal, Session};
use arrow::array::{Array, AsArray, Date32Array, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::scalar::ScalarValue;
use datasets::calendar::{Calendar, CalendarRegion, WorkdayTable};
use datasets::clock::FixedClock;
use datasets::lake::{Lake, LakeMeta, LakeUrl};
use jiff::Timestamp;
use queries::panel;
use sqllogictest::{AsyncDB, ColumnType, DBOutput, Runner};

#[path = "all/asking.rs"]
mod asking;
#[path = "all/rows.rs"]
mod rows;

/// The panels of records, each with a file of tests.
const PANELS: [(&str, &str); 6] = [
    ("message_kinds", panel::MESSAGE_KINDS),
    ("messages_overdue", panel::MESSAGES_OVERDUE),
    ("messages_repeated", panel::MESSAGES_REPEATED),
    ("obligation_places", panel::OBLIGATION_PLACES),
    ("obligations_unmet", panel::OBLIGATIONS_UNMET),
    ("prices", panel::PRICES),
];

const ZONE: &str = "Asia/Shanghai";
/// `now()` of every file: 2018-05-20T00:00:00+08:00.
const NOW_MICROS: i64 = 1_526_745_600_000_000;

/// T text, I whole number, R real number, B yes or no.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Letter(char);

impl ColumnType for Letter {
    fn from_char(value: char) -> Option<Self> {
        "TIRB".contains(value).then_some(Self(value))
    }

    fn to_char(&self) -> char {
        self.0
    }
}

struct Engine(SessionContext);

impl Engine {
    fn new() -> Self {
        let mut config = SessionConfig::new();
        config.options_mut().execution.time_zone = Some(ZONE.to_owned());
        let context = SessionContext::new_with_config(config);
        let now = ScalarValue::TimestampMicrosecond(Some(NOW_MICROS), Some(ZONE.into()));
        let kind = now.data_type();
        context.register_udf(create_udf(
            "now",
            vec![],
            kind,
            Volatility::Immutable,
            Arc::new(move |_| Ok(ColumnarValue::Scalar(now.clone()))),
        ));
        for function in workdays() {
            context.register_udf(function);
        }
        Self(context)
    }
}

/// `add_workdays` and `workdays_between` as a session has them, for days alone, by the shipped calendar.
fn workdays() -> [ScalarUDF; 2] {
    let calendar = Calendar::shipped(CalendarRegion::GX).expect("calendar");
    let table = WorkdayTable::new("GX", &calendar.days().map(|day| (day.date, day.is_workday)).collect());
    let (adding, between) = (Arc::new(table.clone()), Arc::new(table));
    let added = move |args: &[ColumnarValue]| -> Result<ColumnarValue, DataFusionError> {
        let args = ColumnarValue::values_to_arrays(args)?;
        let (days, numbers) = (args[0].as_primitive::<Date32Type>(), args[1].as_primitive::<Int64Type>());
        let rows = days.iter().zip(numbers.iter());
        let answer: Date32Array = rows.map(|(day, n)| adding.add_workdays(day?, n?)).collect();
        Ok(ColumnarValue::Array(Arc::new(answer)))
    };
    let counted = move |args: &[ColumnarValue]| -> Result<ColumnarValue, DataFusionError> {
        let args = ColumnarValue::values_to_arrays(args)?;
        let (from, to) = (args[0].as_primitive::<Date32Type>(), args[1].as_primitive::<Date32Type>());
        let rows = from.iter().zip(to.iter());
        let answer: Int64Array = rows.map(|(from, to)| Some(between.workdays_between(from?, to?))).collect();
        Ok(ColumnarValue::Array(Arc::new(answer)))
    };
    let (day, number) = (DataType::Date32, DataType::Int64);
    let pure = Volatility::Immutable;
    [
        create_udf("add_workdays", vec![day.clone(), number.clone()], day.clone(), pure, Arc::new(added)),
        create_udf("workdays_between", vec![day.clone(), day], number, pure, Arc::new(counted)),
    ]
}

#[async_trait]
impl AsyncDB for Engine {
    type Error = DataFusionError;
    type ColumnType = Letter;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<Letter>, DataFusionError> {
        let frame = self.0.sql(&expand(sql)).await?;
        Ok(output(&frame.collect().await?))
    }

    async fn shutdown(&mut self) {}
}

/// A session as the program builds it, on a lake that holds the shipped rules and nothing else.
struct Door(Session);

impl Door {
    async fn open() -> Self {
        let url = LakeUrl::parse("memory://functions").expect("url");
        let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake");
        let now: Timestamp = "2026-12-20T00:00:00+08:00".parse().expect("instant");
        let engine = analytics::Engine::open(Arc::new(lake), Arc::new(FixedClock(now))).await.expect("engine");
        Self(engine.session(&Principal::operator(), None).await.expect("session"))
    }
}

#[async_trait]
impl AsyncDB for Door {
    type Error = AnalyticsError;
    type ColumnType = Letter;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<Letter>, AnalyticsError> {
        Ok(output(&self.0.query(sql, &[]).await?))
    }

    async fn shutdown(&mut self) {}
}

fn output(batches: &[RecordBatch]) -> DBOutput<Letter> {
    let Some(schema) = batches.first().map(RecordBatch::schema) else { return DBOutput::StatementComplete(0) };
    let types = schema.fields().iter().map(|field| letter(field.data_type())).collect();
    let rows = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|at| row(batch, at)));
    DBOutput::Rows { types, rows: rows.collect() }
}

/// `@metric M03 2018-05-01 2018-06-01 village`, the rows of a count of it as
/// `@rows M03 due_n 2018-05-01 2018-06-01 village`, `@village_table 2018-05-01 2018-06-01 county`, `@check ledger_sums`,
/// and `@panel prices 2018-05-01 2018-06-01 piece=all` with the texts that the panel takes.
fn expand(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let (text, from, to) = match words.as_slice() {
        ["@metric", id, from, to, by] => {
            let metric = queries::find(id).expect("metric");
            (metric.sql_by(by.parse().expect("breakdown")).expect("one of the metric's"), from, to)
        }
        ["@rows", id, count, from, to, by] => {
            let metric = queries::find(id).expect("metric");
            (metric.rows_by(by.parse().expect("breakdown"), Some(*count)).expect("one of its counts"), from, to)
        }
        ["@check", id] => return queries::check::find(id).expect("check").sql().expect("breakdowns of its metrics"),
        ["@village_table", from, to, level] => (queries::village_table(level.parse().expect("level")), from, to),
        ["@panel", name, from, to, texts @ ..] => {
            let (_, sql) = PANELS.iter().find(|(known, _)| known == name).expect("panel");
            let give = |text: String, value: &&str| {
                let (name, value) = value.split_once('=').expect("name=value");
                text.replace(&format!("${name}"), &format!("'{value}'"))
            };
            (texts.iter().fold(panel::filled(sql), give), from, to)
        }
        _ => return sql.to_owned(),
    };
    text.replace("$from", &format!("date '{from}'")).replace("$to", &format!("date '{to}'"))
}

fn letter(kind: &DataType) -> Letter {
    Letter(match kind {
        DataType::Boolean => 'B',
        DataType::Float64 | DataType::Float32 => 'R',
        kind if kind.is_integer() => 'I',
        _ => 'T',
    })
}

fn row(batch: &RecordBatch, at: usize) -> Vec<String> {
    let cell = |column: &Arc<dyn Array>| {
        if column.is_null(at) {
            return "NULL".to_owned();
        }
        match column.data_type() {
            DataType::Float64 => format!("{:?}", column.as_primitive::<Float64Type>().value(at)),
            DataType::Int64 => column.as_primitive::<Int64Type>().value(at).to_string(),
            _ => {
                let options = FormatOptions::default();
                ArrayFormatter::try_new(column, &options).expect("a column that can be shown").value(at).to_string()
            }
        }
    };
    batch.columns().iter().map(cell).collect()
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../queries/slt");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "slt"));
    files.sort();
    files
}

#[tokio::test]
async fn every_file_of_sql_tests_passes() {
    let name = |file: &Path| file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (setups, others): (Vec<PathBuf>, Vec<PathBuf>) =
        files().into_iter().partition(|file| name(file).starts_with("setup"));
    assert!(setups.iter().any(|file| name(file) == "setup"), "setup.slt is gone");
    let mut tested = 0;
    for file in others.iter().filter(|file| name(file) != "functions") {
        let mut runner = Runner::new(|| async { Ok(Engine::new()) });
        for file in setups.iter().chain([file]) {
            runner.run_file_async(file).await.unwrap_or_else(|error| panic!("{error}"));
        }
        tested += 1;
    }
    for check in &queries::check::CHECKS {
        let file = format!("check_{}", check.id);
        assert!(others.iter().any(|other| name(other) == file), "{file}.slt is gone");
    }
    for (panel, _) in PANELS {
        assert!(others.iter().any(|other| name(other) == format!("panel_{panel}")), "panel_{panel}.slt is gone");
    }
    let all = queries::METRICS.len() + queries::check::CHECKS.len() + PANELS.len() + 1;
    assert_eq!(tested, all, "a metric, a panel or a check without its file of tests");
}

#[tokio::test]
async fn the_functions_of_a_session_answer() {
    let file = files().into_iter().find(|file| file.ends_with("functions.slt")).expect("functions.slt");
    let mut runner = Runner::new(|| async { Ok(Door::open().await) });
    runner.run_file_async(file).await.unwrap_or_else(|error| panic!("{error}"));
}
