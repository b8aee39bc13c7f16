use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::util::display::array_value_to_string;
use datafusion::catalog::MemorySchemaProvider;
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;

use super::*;

/// Two villages: a case of each, a rating of each, and of the foreign one what no number can be made of.
async fn asked(scope: &str, text: Text) -> SessionContext {
    let rows = |names: [&str; 2], first: [&str; 2], second: [&str; 2]| {
        let columns = [first, second].map(|values| Arc::new(StringArray::from(values.to_vec())) as ArrayRef);
        let batch = RecordBatch::try_from_iter(names.into_iter().zip(columns)).expect("rows");
        Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]]).expect("table"))
    };
    let public: Arc<dyn SchemaProvider> = Arc::new(MemorySchemaProvider::new());
    let villages = ["450502001201", "450503001201"];
    for (name, table) in [
        ("case_state", rows(["case_no", "village_code"], ["1", "2"], villages)),
        ("rating", rows(["case_no", "rater_hash"], ["1", "2"], ["11", "foreign"])),
        ("listing", rows(["village_code", "seller_hash"], villages, ["11", "foreign"])),
        ("refusal", rows(["batch_id", "reason"], ["b", "b"], ["r", "r"])),
        ("unheard_of", rows(["case_no", "x"], ["1", "2"], ["y", "y"])),
    ] {
        public.register_table(name.to_owned(), table).expect("registered");
    }
    let whole = Arc::new(SessionContext::new().state());
    let principal = Principal { name: "a".into(), role: Role::Analyst, scope: scope.parse().expect("scope") };
    let context = SessionContext::new();
    for (name, table) in tables(&whole, &public, &principal, text).await.expect("tables") {
        context.register_table(name, table).expect("registered");
    }
    context
}

async fn told(context: &SessionContext, sql: &str) -> Result<String> {
    let batches = context.sql(sql).await?.collect().await?;
    let cells = batches.iter().flat_map(|batch| {
        let column = batch.columns().first().cloned();
        (0..batch.num_rows())
            .filter_map(move |row| array_value_to_string(column.as_ref()?, row).ok())
            .collect::<Vec<_>>()
    });
    Ok(cells.collect::<Vec<_>>().join(" "))
}

#[tokio::test]
async fn rows_of_others_are_not_there_however_they_are_asked_for() {
    let context = asked("region:450502", Text::Ours).await;
    for (sql, answer) in [
        ("select case_no from case_state", "1"),
        ("select count(*) from case_state", "1"),
        ("select count(*) from case_state where case_no = '2'", "0"),
        ("select case_no from rating", "1"),
        ("select count(*) from rating limit 5", "1"),
        ("select case_no from rating where case_no <> '1'", ""),
        ("select case_no from case_state where village_code > '4' order by case_no desc limit 1", "1"),
        ("select count(*) from refusal", "0"),
        // Each of them fails on the foreign row, if it is looked at.
        ("select rater_hash from rating where cast(rater_hash as bigint) > 0", "11"),
        ("select sum(cast(seller_hash as bigint)) from listing", "11"),
        (
            "select r.case_no from rating r join case_state s on cast(rater_hash as int) = 10 + cast(s.case_no as int)",
            "1",
        ),
    ] {
        assert_eq!(told(&context, sql).await.expect("an answer"), answer, "{sql}");
    }
}

#[tokio::test]
async fn what_a_role_is_not_given_is_not_there() {
    for scope in ["all", "region:450502"] {
        let theirs = asked(scope, Text::Theirs).await;
        for sql in [
            "select rater_hash from rating",
            "select * from rating where rater_hash = '11'",
            "select rating.rater_hash from rating",
            "select 1 from unheard_of",
        ] {
            assert!(told(&theirs, sql).await.is_err(), "{scope}: {sql}");
        }
        let first = told(&theirs, "select * from rating order by 1").await.expect("an answer");
        assert_eq!(first, if scope == "all" { "1 2" } else { "1" });
        assert!(told(&asked(scope, Text::Ours).await, "select rater_hash from rating").await.is_ok());
    }
    let theirs = asked("region:450502", Text::Theirs).await;
    assert!(told(&theirs, "select * from refusal").await.is_err());
}

#[tokio::test]
async fn a_plan_tells_nothing_of_the_policy() {
    let context = asked("region:450502", Text::Theirs).await;
    let sql = "explain select case_no from case_state where case_no = '1' and cast(case_no as bigint) > 0";
    let batches = context.sql(sql).await.expect("a plan").collect().await.expect("rows");
    let text: String = batches
        .iter()
        .flat_map(|batch| (0..batch.num_rows()).map(|row| array_value_to_string(batch.column(1), row).expect("text")))
        .collect();
    assert!(text.contains("PolicyExec") && !text.contains("450502"), "{text}");
}

#[tokio::test]
async fn a_department_has_what_names_it() {
    let context = asked("organization:450502-MZ", Text::Ours).await;
    // The table of this test names no department, so that its condition cannot be planned.
    assert!(told(&context, "select case_no from case_state").await.is_err());
    assert_eq!(told(&context, "select count(*) from listing").await.expect("an answer"), "0");
}
