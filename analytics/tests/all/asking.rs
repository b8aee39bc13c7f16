//! People's own SQL against the guards: on a lake without records, so that whatever there is to take is the machine's.

use std::time::Duration;

use analytics::{Answer, AskLimits, Limited, Role, Scope};
use futures::StreamExt;

use super::*;

async fn engine(name: &str) -> analytics::Engine {
    let url = LakeUrl::parse(&format!("memory://{name}")).expect("url");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake");
    let now: Timestamp = "2026-12-20T00:00:00+08:00".parse().expect("instant");
    analytics::Engine::open(Arc::new(lake), Arc::new(FixedClock(now))).await.expect("engine")
}

fn analyst(scope: &str) -> Principal {
    Principal { name: "analyst".into(), role: Role::Analyst, scope: scope.parse().expect("scope") }
}

async fn ask(engine: &analytics::Engine, sql: &str, limits: &AskLimits) -> Result<Answer, AnalyticsError> {
    engine.ask(&analyst("region:4505"), None, sql, &[], limits).await
}

/// How many rows come, or why none do.
async fn rows(mut answer: Answer) -> Result<u64, AnalyticsError> {
    let mut rows = 0;
    while let Some(batch) = answer.stream.next().await {
        rows += batch.map_err(AnalyticsError::from)?.num_rows() as u64;
    }
    Ok(rows)
}

async fn outcome(engine: &analytics::Engine, sql: &str, limits: &AskLimits) -> Result<u64, AnalyticsError> {
    rows(ask(engine, sql, limits).await?).await
}

/// Milliseconds that something takes.
async fn timed<T>(work: impl Future<Output = T>) -> (T, i64) {
    let begun = tokio::time::Instant::now();
    let done = work.await;
    (done, begun.elapsed().as_millis() as i64)
}

/// For hours, if nothing stops it.
const ENDLESS: &str =
    "select count(*) from generate_series(1, 10000000) as a cross join generate_series(1, 10000000) as b
    where a.value * b.value % 7 = 3";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_or_written_beside_the_catalog() {
    let engine = engine("asking-beside").await;
    for sql in [
        "select * from '/etc/passwd'",
        "select * from \"/etc/passwd\"",
        "select * from 'file:///etc/passwd'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_parquet('/etc/passwd')",
        "select * from parquet_metadata('/etc/passwd')",
        "select pg_read_file('/etc/passwd')",
        "select input_file_name() from region",
        "select repeat('x', 1000000000)",
        "select array_repeat(1, 1000000000)",
        "select range(1, 1000000000000)",
        "select generate_series(1, 1000000000000)",
        "select * from range(1, 1000000000000)",
        "select * from generate_series(1, 1000000000000)",
        "select * from generate_series(-9000000000000000000, 9000000000000000000)",
        "select lpad('x', 2000000000)",
        "select rpad('x', value) from generate_series(1, 10)",
        "select version()",
        "select array_transform(make_array(1), x -> x)",
        "select * from lake.region",
        "select * from overlay.card",
        "select * from sunlake.lake.workflow_case",
        "select * from quarantine",
        "select * from refusal",
        "select * from ingest_batch",
        "select * from unheard_of",
    ] {
        let (outcome, took) = timed(outcome(&engine, sql, &AskLimits::default())).await;
        let error = outcome.expect_err(sql);
        let is_told = matches!(error, AnalyticsError::Refused { .. } | AnalyticsError::At { .. });
        assert!(is_told && !error.to_string().contains("root:"), "{sql}: {error}");
        assert!(took < 5_000, "{sql}: {took} ms");
    }
    for sql in ["create external table x stored as csv location '/etc/passwd'", "set x = 1", "copy region to '/tmp/x'"]
    {
        let (refused, took) = timed(ask(&engine, sql, &AskLimits::default())).await;
        assert!(matches!(refused.err(), Some(AnalyticsError::Refused { .. })), "{sql}");
        assert!(took < 500, "{sql}: {took} ms");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_to_ask_about_is_told_and_nothing_else() {
    let engine = engine("asking-catalog").await;
    for (principal, closed) in [(analyst("all"), false), (analyst("region:4505"), true)] {
        let tables = engine.catalog(&principal, None).await.expect("a catalog");
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        assert!(names.contains(&"case_step") && names.contains(&"case_suspension") && names.contains(&"case_state"));
        assert_eq!(names.contains(&"refusal"), !closed);
        for table in &tables {
            assert!(!table.about.is_empty() && !table.columns.is_empty(), "{}", table.name);
            for column in &table.columns {
                let is_personal =
                    column.name.ends_with("_hash") || ["geo", "opinion", "comment"].contains(&&*column.name);
                assert!(!is_personal, "{}.{}", table.name, column.name);
            }
        }
        // information_schema tells the same.
        let sql = "select count(*) from information_schema.columns where table_schema <> 'information_schema'";
        let answer = engine.ask(&principal, None, sql, &[], &AskLimits::default()).await.expect("an answer");
        let batches: Vec<_> = answer.stream.map(|batch| batch.expect("a batch")).collect().await;
        let columns: usize = tables.iter().map(|table| table.columns.len()).sum();
        assert_eq!(batches[0].column(0).as_primitive::<Int64Type>().value(0), columns as i64);
    }
}

/// Whatever a session of the operator has in `public` stands in the policy: else nobody but the operator has it, and
/// nobody has thought about it.
#[tokio::test(flavor = "multi_thread")]
async fn each_table_and_column_has_been_thought_about() {
    let engine = engine("asking-policy").await;
    let all = engine.catalog(&Principal::operator(), None).await.expect("a catalog");
    let auditor = Principal { name: "auditor".into(), role: Role::Auditor, scope: Scope::All };
    let shown = engine.catalog(&auditor, None).await.expect("a catalog");
    let mut personal = 0;
    for table in &all {
        let found = shown.iter().find(|other| other.name == table.name);
        let found = found.unwrap_or_else(|| panic!("the policy does not name {}", table.name));
        for column in table.columns.iter().filter(|column| !found.columns.contains(column)) {
            let is_personal =
                column.name.ends_with("_hash") || ["hash_key_id", "geo", "device_id"].contains(&column.name.as_str());
            assert!(is_personal, "the policy does not name {}.{}", table.name, column.name);
            personal += 1;
        }
    }
    assert!(personal > 10 && shown.len() == all.len(), "{personal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_metric_has_no_column_that_a_role_is_not_given() {
    for metric in &queries::METRICS {
        for column in &metric.header().columns {
            assert!(!column.name.ends_with("_hash") && column.name != "geo", "{} {}", metric.id, column.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_ends_soon_after_it_is_cancelled_or_nobody_reads_it() {
    let engine = engine("asking-cancel").await;
    let limits = AskLimits { rows: u64::MAX, ..AskLimits::default() };
    for sql in [
        ENDLESS,
        "select max(a.value) from generate_series(1, 10000000) as a join generate_series(1, 10000000) as b
            on a.value % 1000 = b.value % 1000",
        "select * from generate_series(1, 10000000) as a cross join generate_series(1, 10000000) as b",
        "select sum(length(regexp_replace(cast(a.value as varchar), '(1|2|3)+.*$', 'x')))
            from generate_series(1, 10000000) as a cross join generate_series(1, 1000) as b",
    ] {
        let mut answer = ask(&engine, sql, &limits).await.expect("an answer");
        let cancel = answer.cancel.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            cancel.cancel();
        });
        let reading = async {
            loop {
                match answer.stream.next().await {
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return AnalyticsError::from(error),
                    None => panic!("{sql}: it ended"),
                }
            }
        };
        let (error, took) = timed(reading).await;
        assert!(matches!(error, AnalyticsError::Cancelled), "{sql}: {error}");
        assert!(took < 300 + 500, "{sql}: {took} ms");
    }
    // More than are answered at once, and nobody reads one of them; a condition that no pair fulfils, too.
    let never = ENDLESS.replace("= 3", "= 9");
    for sql in [ENDLESS, &never].into_iter().cycle().take(12) {
        let answer = ask(&engine, sql, &limits).await.expect("an answer");
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(answer);
    }
    assert_eq!(outcome(&engine, "select 1", &limits).await.expect("an answer"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_limit_holds_and_says_so() {
    let engine = engine("asking-limits").await;
    let limits = AskLimits { seconds: 1, ..AskLimits::default() };
    let (error, took) = timed(outcome(&engine, ENDLESS, &limits)).await;
    assert!(matches!(error, Err(AnalyticsError::Limit { kind: Limited::Time(1) })), "{error:?}");
    assert!(took < 1_000 + 500 + 500, "{took} ms");
    // Whoever does not read does not keep it, either.
    let mut slow = ask(&engine, "select * from generate_series(1, 5000000)", &limits).await.expect("an answer");
    assert!(slow.stream.next().await.expect("a batch").is_ok());
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    let next = slow.stream.next().await.expect("an end").map_err(AnalyticsError::from);
    assert!(matches!(next, Err(AnalyticsError::Limit { .. })), "{next:?}");

    let few = AskLimits { rows: 10, ..AskLimits::default() };
    for (sql, count, is_cut) in [
        ("select * from generate_series(1, 1000000)", 10, true),
        ("select * from generate_series(1, 10)", 10, false),
        ("select * from generate_series(1, 9)", 9, false),
        ("select 1 where false", 0, false),
    ] {
        let answer = ask(&engine, sql, &few).await.expect("an answer");
        let truncated = answer.truncated.clone();
        assert_eq!(rows(answer).await.expect("rows"), count, "{sql}");
        assert_eq!(truncated.load(std::sync::atomic::Ordering::Acquire), is_cut, "{sql}");
    }

    let small = AskLimits { bytes: 4 * 1024 * 1024, spill: 1024 * 1024, ..AskLimits::default() };
    for sql in [
        "select array_agg(value) from generate_series(1, 5000000)",
        "select value, count(*) from generate_series(1, 5000000) group by value",
        "select value from generate_series(1, 5000000) order by value % 1000, value",
    ] {
        let outcome = outcome(&engine, sql, &small).await;
        assert!(matches!(outcome, Err(AnalyticsError::Limit { kind: Limited::Memory })), "{sql}: {outcome:?}");
    }
    assert_eq!(outcome(&engine, "select 1", &small).await.expect("an answer"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_text_that_stands_for_a_huge_plan_is_refused() {
    let engine = engine("asking-huge").await;
    let mut doubling = String::from("with a0 as (select 1 as x)");
    for n in 1..40 {
        let before = n - 1;
        doubling += &format!(", a{n} as (select l.x from a{before} as l cross join a{before} as r)");
    }
    doubling += " select count(*) from a39";
    let cubes: Vec<String> = (0..40).map(|n| format!("x + {n}")).collect();
    for (what, sql) in [
        ("WITH over WITH", doubling),
        ("a cube of 40", format!("select count(*) from (select 1 as x) group by cube({})", cubes.join(", "))),
        ("a sum of 100,000", format!("select 1{}", "+1".repeat(100_000))),
        ("1 MiB", format!("select '{}'", "x".repeat(1024 * 1024))),
    ] {
        let (outcome, took) = timed(outcome(&engine, &sql, &AskLimits::default())).await;
        let error = outcome.expect_err(what);
        assert!(matches!(error, AnalyticsError::Refused { .. } | AnalyticsError::At { .. }), "{what}: {error}");
        assert!(took < 5_000, "{what}: {took} ms");
    }
    let list: Vec<String> = (0..10_000).map(|n| n.to_string()).collect();
    for sql in [
        format!("select count(*) from generate_series(1, 100) where value in ({})", list.join(",")),
        format!("select 1{}", " + 1".repeat(200)),
        format!("select count(*) from generate_series(1, 10) where {}true", "value = 1 or ".repeat(200)),
        "select regexp_like('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '^(a+)+$')".to_owned(),
        "select lpad('x', 10)".to_owned(),
    ] {
        assert_eq!(outcome(&engine, &sql, &AskLimits::default()).await.expect("an answer"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_values_and_a_wrong_name_is_shown_at_its_place() {
    let engine = engine("asking-params").await;
    let params = [("x", analytics::Param::Text("a' or '1'='1".into())), ("1", analytics::Param::Int(5))];
    let sql = "select $x as x where $1 = 5";
    let answer = engine.ask(&Principal::local(), None, sql, &params, &AskLimits::default()).await.expect("an answer");
    let batches: Vec<_> = answer.stream.map(|batch| batch.expect("a batch")).collect().await;
    assert_eq!(batches[0].column(0).as_string::<i32>().value(0), "a' or '1'='1");

    match outcome(&engine, "select code,\n  nothing from region", &AskLimits::default()).await {
        Err(AnalyticsError::At { line: 2, column: 3, .. }) => {}
        other => panic!("{other:?}"),
    }
    let plan = engine.explain(&analyst("region:4505"), None, "select code from region", &AskLimits::default()).await;
    let plan = plan.expect("a plan");
    assert!(plan.contains("region") && !plan.contains("memory") && !plan.contains("4505"), "{plan}");
}
