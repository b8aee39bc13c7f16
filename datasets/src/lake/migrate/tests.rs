use std::collections::HashMap;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Date32Type, Int64Type};
use deltalake::kernel::StructField;
use deltalake::operations::create::CreateBuilder;

use super::*;
use crate::contract::{
    AGENT, CALENDAR_DAY, CALENDAR_YEAR, INGEST_BATCH, METRIC_PARAMETER, OFFICE_HOURS, QUARANTINE, SERVICE_ITEM,
    SLA_POLICY, WORKFLOW_CASE,
};

/// A table as an older program made it: without some fields, and with some that every row needs.
async fn older(lake: &Lake, contract: &'static contract::Contract, without: &[&str], needed: &[&str]) {
    let schema: StructType = contract.schema().as_ref().try_into_kernel().expect("schema");
    let fields = schema.fields().filter(|field| !without.contains(&field.name().as_str()));
    let fields: Vec<StructField> = fields
        .map(|field| {
            let is_needed = needed.contains(&field.name().as_str());
            StructField::new(field.name(), field.data_type().clone(), field.is_nullable() && !is_needed)
        })
        .collect();
    let table = lake.table(contract);
    let created = CreateBuilder::new().with_log_store(table.log_store.clone()).with_columns(fields).await;
    created.expect("created");
}

#[tokio::test]
async fn a_lake_of_format_2_gets_tables_fields_and_the_format() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    drop(Lake::open_or_create(&url, LakeMeta::default()).await.expect("made"));
    let gone = [&AGENT, &INGEST_BATCH, &METRIC_PARAMETER, &QUARANTINE, &SERVICE_ITEM, &WORKFLOW_CASE, &LAKE_META];
    for contract in gone {
        std::fs::remove_dir_all(dir.path().join(contract.table)).expect("removed");
    }
    // As it was before, as far as it differs.
    let tables = super::super::tables(&url, &url.open_store()).expect("tables");
    let meta = LakeMeta { format_version: 2, ..LakeMeta::default() };
    let lake = Lake {
        url: url.clone(),
        meta: meta.clone(),
        store: url.open_store(),
        locks: super::super::locks(&url),
        tables,
    };
    older(&lake, &QUARANTINE, &["output", "attempt", "resolved"], &[]).await;
    older(&lake, &INGEST_BATCH, &["idempotency_key", "new_columns"], &[]).await;
    older(&lake, &SERVICE_ITEM, &["status"], &["certificate"]).await;
    let later: Vec<&str> = WORKFLOW_CASE.fields.iter().filter(|field| field.later).map(|field| field.name).collect();
    assert!(["source_pk", "fee_paid", "is_deleted"].iter().all(|name| later.contains(name)), "{later:?}");
    older(&lake, &WORKFLOW_CASE, &later, &[]).await;
    let table = lake.table(&LAKE_META);
    table.create().await.expect("meta");
    table.put(&[meta.rows().expect("rows")], None, None).await.expect("put");
    drop(lake);
    assert!(matches!(Lake::open(&url).await, Err(LakeError::Older { found: 2, .. })));
    let lake = Lake::open_older(&url).await.expect("for migration");
    let plan = lake.plan_migration().await.expect("plan");
    let lacks: HashMap<&str, &Lack> = plan.added.iter().map(|lack| (lack.table, lack)).collect();
    assert_eq!((plan.from_format, lacks.len()), (2, 6), "{plan:?}");
    assert_eq!(lacks[AGENT.table].fields, None);
    assert_eq!(lacks[METRIC_PARAMETER.table].fields, None);
    assert_eq!(lacks[QUARANTINE.table].fields.as_deref(), Some(&["output", "attempt", "resolved"][..]));
    assert_eq!(lacks[INGEST_BATCH.table].fields.as_deref(), Some(&["idempotency_key", "new_columns"][..]));
    assert_eq!(lacks[WORKFLOW_CASE.table].fields.as_ref(), Some(&later));
    let item = lacks[SERVICE_ITEM.table];
    assert_eq!((item.fields.as_deref(), item.eased.as_slice()), (Some(&["status"][..]), &["certificate"][..]));
    assert_eq!(lake.migrate().await.expect("migrated"), plan);
    let lake = Lake::open(&url).await.expect("opens as any other");
    assert_eq!(lake.meta(), &LakeMeta::default());
    assert!(lake.plan_migration().await.expect("plan").added.is_empty());
    let parameters = lake.table(&METRIC_PARAMETER).snapshot().await.expect("snapshot");
    let rows = parameters.read(&["key"]).await.expect("rows");
    let shipped = crate::reference::parameter::metric_parameters().expect("shipped").len();
    assert_eq!(rows.iter().map(arrow::array::RecordBatch::num_rows).sum::<usize>(), shipped);
}

/// A lake as it was, over the folder of one of today.
async fn lake_of(url: &LakeUrl, format_version: u32) -> Lake {
    let tables = super::super::tables(url, &url.open_store()).expect("tables");
    let meta = LakeMeta { format_version, ..LakeMeta::default() };
    let (store, locks) = (url.open_store(), super::super::locks(url));
    let lake = Lake { url: url.clone(), meta: meta.clone(), store, locks, tables };
    lake.replace(&LAKE_META, &[meta.rows().expect("rows")], None).await.expect("its format");
    lake
}

#[tokio::test]
async fn a_lake_of_format_4_keeps_its_years_and_gets_who_brought_what() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    drop(Lake::open_or_create(&url, LakeMeta::default()).await.expect("made"));
    for contract in [&AGENT, &CALENDAR_YEAR] {
        std::fs::remove_dir_all(dir.path().join(contract.table)).expect("removed");
    }
    let lake = lake_of(&url, 4).await;
    older(&lake, &AGENT, &["is_deleted", "batch_id"], &[]).await;
    // The city has put the first day of 2027, by a notice.
    let put = "region,date,is_workday,kind,name,version,known_from\nGX,2027-01-01,false,HOLIDAY,元旦,ours,2026-11-10\n";
    let put = crate::reference::edit::rows(&CALENDAR_DAY, put.as_bytes()).expect("rows");
    let table = lake.table(&CALENDAR_DAY);
    table.put(&[put], None, None).await.expect("put");
    drop(lake);
    let lake = Lake::open_older(&url).await.expect("for migration");
    let plan = lake.migrate().await.expect("migrated");
    let lacks: HashMap<&str, &Lack> = plan.added.iter().map(|lack| (lack.table, lack)).collect();
    assert_eq!((plan.from_format, plan.to_format, lacks.len()), (4, FORMAT_VERSION, 2), "{plan:?}");
    assert_eq!(lacks[AGENT.table].fields.as_deref(), Some(&["is_deleted", "batch_id"][..]));
    assert_eq!(lacks[CALENDAR_YEAR.table].fields, None);
    let lake = Lake::open(&url).await.expect("opens as any other");
    let years = lake.table(&CALENDAR_YEAR).snapshot().await.expect("snapshot");
    let rows = years.read(&["region", "year", "status", "known_from"]).await.expect("rows");
    let of = |rows: &RecordBatch, region: &str, year: i64| {
        let place = |at: &usize| {
            let (regions, years) = (rows.column(0).as_string::<i32>(), rows.column(1).as_primitive::<Int64Type>());
            regions.value(*at) == region && years.value(*at) == year
        };
        let at = (0..rows.num_rows()).find(place)?;
        let notices = rows.column(3).as_primitive::<Date32Type>();
        Some((rows.column(2).as_string::<i32>().value(at).to_owned(), notices.is_valid(at).then(|| notices.value(at))))
    };
    let told = |region: &str, year: i64| rows.iter().find_map(|rows| of(rows, region, year));
    let notice = crate::days_since_epoch(jiff::civil::date(2026, 11, 10));
    assert_eq!(told("GX", 2020), Some(("KNOWN".to_owned(), None)));
    assert_eq!(told("GX", 2027), Some(("KNOWN".to_owned(), Some(notice))), "as it was by its day");
    assert_eq!(told("CN", 2027), Some(("PROVISIONAL".to_owned(), None)));
    assert_eq!((told("CN", 2004).is_some(), told("GX", 2028)), (true, None));
}

#[tokio::test]
async fn a_lake_of_format_5_gets_the_time_for_which_rules_stand() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    drop(Lake::open_or_create(&url, LakeMeta::default()).await.expect("made"));
    let rules = [&SERVICE_ITEM, &OFFICE_HOURS, &SLA_POLICY];
    for contract in rules {
        std::fs::remove_dir_all(dir.path().join(contract.table)).expect("removed");
    }
    let lake = lake_of(&url, 5).await;
    for contract in rules {
        older(&lake, contract, &["put_at", "replaced_at"], &[]).await;
    }
    drop(lake);
    assert!(matches!(Lake::open(&url).await, Err(LakeError::Older { found: 5, .. })));
    let lake = Lake::open_older(&url).await.expect("for migration");
    let plan = lake.migrate().await.expect("migrated");
    assert_eq!((plan.from_format, plan.to_format), (5, FORMAT_VERSION), "{plan:?}");
    let added: Vec<(&str, Option<&[&str]>)> =
        plan.added.iter().map(|lack| (lack.table, lack.fields.as_deref())).collect();
    let fields = Some(&["put_at", "replaced_at"][..]);
    assert_eq!(added, [("service_item", fields), ("office_hours", fields), ("sla_policy", fields)]);
    let lake = Lake::open(&url).await.expect("opens as any other");
    let put = "region,valid_from,weekday_windows\nGX,2000-01-01,09:00-17:00\n";
    let put = crate::reference::edit::rows(&OFFICE_HOURS, put.as_bytes()).expect("rows");
    lake.replace(&OFFICE_HOURS, std::slice::from_ref(&put), None).await.expect("put");
    let names: Vec<&str> = OFFICE_HOURS.fields.iter().map(|field| field.name).collect();
    let held = lake.table(&OFFICE_HOURS).snapshot().await.expect("snapshot").read(&names).await.expect("rows");
    assert_eq!(held, [put]);
}

#[tokio::test]
async fn a_lake_of_format_6_gets_the_marts_and_keeps_its_parameters_beside_the_claims() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    drop(Lake::open_or_create(&url, LakeMeta::default()).await.expect("made"));
    let marts = ["village_item_month", "org_item_day", "handling_hist"];
    for mart in marts {
        std::fs::remove_dir_all(dir.path().join(mart)).expect("removed");
    }
    let lake = lake_of(&url, 6).await;
    let put = "key,value,valid_from,source\nsaving_per_case,150,2000-01-01,ours\n";
    let put = crate::reference::edit::rows(&METRIC_PARAMETER, put.as_bytes()).expect("rows");
    lake.replace(&METRIC_PARAMETER, &[put], None).await.expect("put");
    drop(lake);
    assert!(matches!(Lake::open(&url).await, Err(LakeError::Older { found: 6, .. })));
    let plan = Lake::open_older(&url).await.expect("for migration").migrate().await.expect("migrated");
    assert_eq!(
        plan.added.iter().map(|lack| (lack.table, lack.fields.is_none())).collect::<Vec<_>>(),
        marts.map(|mart| (mart, true))
    );
    let lake = Lake::open(&url).await.expect("opens as any other");
    let rows =
        lake.table(&METRIC_PARAMETER).snapshot().await.expect("held").read(&["key", "value"]).await.expect("rows");
    let told = |key: &str| {
        let of = |rows: &RecordBatch| -> Vec<String> {
            let (keys, values) = (rows.column(0).as_string::<i32>(), rows.column(1).as_string::<i32>());
            keys.iter()
                .zip(values)
                .filter(|(held, _)| *held == Some(key))
                .filter_map(|(_, value)| value)
                .map(str::to_owned)
                .collect()
        };
        rows.iter().flat_map(of).collect::<Vec<_>>()
    };
    assert_eq!((told("saving_per_case"), told("claim_villages")), (vec!["150".to_owned()], vec!["428".to_owned()]));
    assert_eq!(lake.verify(Some(&METRIC_PARAMETER)).await.expect("verified").wrong, 0);
}

#[tokio::test]
async fn a_lake_of_today_gets_the_parameters_that_came_since() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("made");
    let table = lake.table(&METRIC_PARAMETER);
    let held = table.snapshot().await.expect("snapshot");
    let names: Vec<&str> = METRIC_PARAMETER.fields.iter().map(|field| field.name).collect();
    let rows = held.read(&names).await.expect("rows");
    let older: Vec<RecordBatch> = rows
        .iter()
        .map(|rows| {
            let keys = rows.column(0).as_string::<i32>().iter();
            let is_older: BooleanArray = keys.map(|key| key.map(|key| key != "saving_hours_per_case")).collect();
            filter_record_batch(rows, &is_older).expect("rows")
        })
        .collect();
    table.put(&older, Some(&held), None).await.expect("put");
    let plan = lake.plan_migration().await.expect("plan");
    assert_eq!(
        (plan.from_format, plan.parameters.as_slice()),
        (FORMAT_VERSION, &["saving_hours_per_case".to_owned()][..])
    );
    assert!(plan.added.is_empty(), "{plan:?}");
    assert_eq!(lake.migrate().await.expect("migrated"), plan);
    assert!(lake.plan_migration().await.expect("plan").parameters.is_empty());
}
