use std::collections::HashMap;

use deltalake::kernel::StructField;
use deltalake::operations::create::CreateBuilder;

use super::*;
use crate::contract::{AGENT, INGEST_BATCH, METRIC_PARAMETER, QUARANTINE, SERVICE_ITEM, WORKFLOW_CASE};

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
    assert!(later.contains(&"source_pk") && later.contains(&"fee_paid"), "{later:?}");
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
