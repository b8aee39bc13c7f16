//! The reference rows that a new lake starts with. Each table lands once per content, so that a
//! creation that was interrupted goes on where it stopped.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray, new_null_array,
};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::Date32Type;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{Lake, LakeError, Once};
use crate::calendar::{self, Calendar, CalendarError, CalendarRegion, Day, YearRow};
use crate::contract::{
    CALENDAR_DAY, CALENDAR_YEAR, Contract, METRIC_PARAMETER, OFFICE_HOURS, ORGANIZATION, REGION, SERVICE_ITEM,
    SLA_POLICY,
};
use crate::reference::{self, Editions, ReferenceError, parameter};

/// Lands every shipped reference table that the lake does not hold yet.
pub(super) async fn land_reference(lake: &Lake) -> Result<(), LakeError> {
    land(lake, &REGION, regions()?).await?;
    land(lake, &ORGANIZATION, organizations()?).await?;
    land(lake, &SERVICE_ITEM, service_items()?).await?;
    land(lake, &SLA_POLICY, policies()?).await?;
    land(lake, &OFFICE_HOURS, office_hours()?).await?;
    land(lake, &CALENDAR_DAY, calendar_days()?).await?;
    let years: Vec<Year> = calendar::years().map_err(calendar_file)?.into_iter().map(|row| (row, None)).collect();
    land(lake, &CALENDAR_YEAR, calendar_years(&years)).await?;
    land(lake, &METRIC_PARAMETER, parameters()?).await
}

/// The keys of shipped parameters that the lake does not know.
pub(super) async fn new_parameters(lake: &Lake) -> Result<Vec<String>, LakeError> {
    let mut known: HashSet<String> = HashSet::new();
    for rows in lake.table(&METRIC_PARAMETER).snapshot().await?.read(&["key"]).await? {
        known.extend(rows.column(0).as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    let shipped = padded(&METRIC_PARAMETER, parameters()?)?;
    let keys = shipped.column(0).as_string::<i32>().iter().flatten();
    Ok(keys.filter(|key| !known.contains(*key)).map(str::to_owned).collect())
}

/// The shipped parameters whose keys the lake does not know, beside its own rows.
pub(super) async fn land_new_parameters(lake: &Lake) -> Result<(), LakeError> {
    let table = lake.table(&METRIC_PARAMETER);
    let _lock = lake.lock(table.name()).await?;
    let names: Vec<&str> = METRIC_PARAMETER.fields.iter().map(|field| field.name).collect();
    let held = table.snapshot().await?;
    let mut rows = held.read(&names).await?;
    let known: HashSet<String> =
        rows.iter().flat_map(|rows| rows.column(0).as_string::<i32>().iter().flatten()).map(str::to_owned).collect();
    let shipped = padded(&METRIC_PARAMETER, parameters()?)?;
    let keys = shipped.column(0).as_string::<i32>();
    let is_new: BooleanArray = keys.iter().map(|key| key.map(|key| !known.contains(key))).collect();
    let new = filter_record_batch(&shipped, &is_new).map_err(LakeError::arrow(METRIC_PARAMETER.table))?;
    if new.num_rows() > 0 {
        rows.push(new);
        let all = concat_batches(&METRIC_PARAMETER.schema(), &rows);
        let all = all.map_err(LakeError::arrow(METRIC_PARAMETER.table))?;
        table.put(&[all], Some(&held), None).await?;
    }
    Ok(())
}

/// Of a lake that came to its table of years by migration: the years that its days told to be known, from
/// the first notice of any of them on.
pub(super) async fn land_known_years(lake: &Lake) -> Result<(), LakeError> {
    let table = lake.table(&CALENDAR_YEAR);
    if !table.snapshot().await?.files.is_empty() {
        return Ok(());
    }
    let mut known: BTreeMap<(String, i16), Option<i32>> = BTreeMap::new();
    for rows in lake.table(&CALENDAR_DAY).snapshot().await?.read(&["region", "date", "known_from"]).await? {
        let regions = rows.column(0).as_string::<i32>();
        let (dates, notices) =
            (rows.column(1).as_primitive::<Date32Type>(), rows.column(2).as_primitive::<Date32Type>());
        for at in 0..rows.num_rows() {
            let Some(date) = crate::date_from_days(dates.value(at)) else { continue };
            // Nothing is earlier than a notice: always.
            let notice = notices.is_valid(at).then(|| notices.value(at));
            let first = known.entry((regions.value(at).to_owned(), date.year())).or_insert(notice);
            *first = notice.min(*first);
        }
    }
    let shipped = calendar::years().map_err(calendar_file)?;
    let source = |region: &str, year: i16| {
        let row = shipped.iter().find(|row| row.is_known && row.region == region && row.year == year);
        row.map(|row| row.source_doc.clone()).unwrap_or_default()
    };
    let untold = shipped.iter().filter(|row| !row.is_known && !known.contains_key(&(row.region.clone(), row.year)));
    let mut years: Vec<Year> = untold.map(|row| (row.clone(), None)).collect();
    years.extend(known.iter().map(|((region, year), notice)| {
        let source_doc = source(region, *year);
        let row = YearRow { region: region.clone(), year: *year, is_known: true, source_doc };
        (row, notice.and_then(crate::date_from_days))
    }));
    land(lake, &CALENDAR_YEAR, calendar_years(&years)).await
}

/// Lands the rows, whose columns are the first of the contract's: nothing is told of the others.
async fn land(lake: &Lake, contract: &'static Contract, columns: Vec<ArrayRef>) -> Result<(), LakeError> {
    let rows = padded(contract, columns)?;
    let text = format!("{rows:?}");
    let app_id = format!("reference/{}", hex::encode(Sha256::digest(text.as_bytes())));
    lake.replace(contract, &[rows], Some(&Once { app_id, attempt: 1 })).await?;
    Ok(())
}

/// The rows of a contract of which the first columns are told.
fn padded(contract: &'static Contract, mut columns: Vec<ArrayRef>) -> Result<RecordBatch, LakeError> {
    let count = columns.first().map_or(0, Array::len);
    let untold = contract.fields.iter().skip(columns.len());
    columns.extend(untold.map(|field| new_null_array(&field.kind.arrow("UTC"), count)));
    RecordBatch::try_new(contract.schema(), columns).map_err(LakeError::arrow(contract.table))
}

fn regions() -> Result<Vec<ArrayRef>, ReferenceError> {
    let rows = reference::regions()?;
    let editions = Editions::of(&rows);
    let days: Vec<(Option<Date>, Option<Date>)> = rows.iter().map(|row| editions.in_force(row.edition)).collect();
    Ok(vec![
        ints(rows.iter().map(|row| Some(row.edition))),
        texts(rows.iter().map(|row| Some(row.code.as_str()))),
        texts(rows.iter().map(|row| Some(row.name.as_str()))),
        texts(rows.iter().map(|row| Some(row.level.as_str()))),
        texts(rows.iter().map(|row| Some(row.parent_code.as_str()).filter(|code| !code.is_empty()))),
        dates(days.iter().map(|(from, _)| *from)),
        dates(days.iter().map(|(_, to)| *to)),
    ])
}

fn organizations() -> Result<Vec<ArrayRef>, ReferenceError> {
    let rows = reference::organizations()?;
    Ok(vec![
        texts(rows.iter().map(|row| Some(row.org_code.as_str()))),
        texts(rows.iter().map(|row| Some(row.name.as_str()))),
        texts(rows.iter().map(|row| row.name_en.as_deref())),
        texts(rows.iter().map(|row| Some(row.level.as_str()))),
        texts(rows.iter().map(|row| Some(row.kind.as_str()))),
    ])
}

fn service_items() -> Result<Vec<ArrayRef>, ReferenceError> {
    let rows = reference::service_items()?;
    let stop_kinds: Vec<String> = rows.iter().map(|row| row.allowed_stop_kinds.join(";")).collect();
    let mut columns: Vec<ArrayRef> = vec![
        texts(rows.iter().map(|row| Some(row.item_id.as_str()))),
        ints(rows.iter().map(|row| Some(i64::from(row.version)))),
        texts(rows.iter().map(|row| Some(row.item_code.as_str()))),
        texts(rows.iter().map(|row| Some(row.name.as_str()))),
        texts(rows.iter().map(|row| Some(row.name_en.as_str()))),
        texts(rows.iter().map(|row| Some(row.item_type.as_str()))),
        texts(rows.iter().map(|row| Some(row.case_kind.as_str()))),
        ints(rows.iter().map(|row| row.statutory_limit.map(i64::from))),
        texts(rows.iter().map(|row| Some(row.statutory_unit.as_str()))),
        ints(rows.iter().map(|row| row.promised_limit.map(i64::from))),
        texts(rows.iter().map(|row| Some(row.promised_unit.as_str()))),
        texts(rows.iter().map(|row| Some(row.limit_basis.as_str()))),
        ints(rows.iter().map(|row| row.max_extension_days.map(i64::from))),
        texts(stop_kinds.iter().map(|kinds| Some(kinds.as_str()).filter(|kinds| !kinds.is_empty()))),
        ints(rows.iter().map(|row| row.village_limit.map(i64::from))),
        texts(rows.iter().map(|row| row.village_unit.as_deref())),
        texts(rows.iter().map(|row| Some(row.dept_kind.as_str()))),
        texts(rows.iter().map(|row| Some(row.flow_text.as_str()))),
        ints(rows.iter().map(|row| Some(i64::from(row.max_visits)))),
        Arc::new(rows.iter().map(|row| Some(row.certificate)).collect::<BooleanArray>()),
    ];
    // The shipped items do not say what stands between the certificate and the days in force.
    let untold = SERVICE_ITEM.fields.iter().skip(columns.len()).take_while(|field| field.name != "valid_from");
    columns.extend(untold.map(|field| new_null_array(&field.kind.arrow("UTC"), rows.len())));
    columns.extend([
        dates(rows.iter().map(|row| Some(row.valid_from))),
        dates(rows.iter().map(|row| row.valid_to)),
        texts(rows.iter().map(|row| Some(row.note.as_str()))),
    ]);
    Ok(columns)
}

fn policies() -> Result<Vec<ArrayRef>, ReferenceError> {
    let rows = reference::policies()?;
    let bodies: Vec<String> = rows.iter().map(|row| row.body.to_string()).collect();
    Ok(vec![
        texts(rows.iter().map(|row| Some(row.policy.as_str()))),
        ints(rows.iter().map(|row| Some(i64::from(row.version)))),
        texts(rows.iter().map(|row| Some(row.region.as_str()))),
        Arc::new(rows.iter().map(|row| Some(row.official)).collect::<BooleanArray>()),
        dates(rows.iter().map(|row| Some(row.valid_from))),
        dates(rows.iter().map(|row| row.valid_to)),
        texts(bodies.iter().map(|body| Some(body.as_str()))),
    ])
}

fn office_hours() -> Result<Vec<ArrayRef>, ReferenceError> {
    let rows = reference::office_hours()?;
    Ok(vec![
        texts(rows.iter().map(|row| Some(row.region.as_str()))),
        dates(rows.iter().map(|row| Some(row.valid_from))),
        dates(rows.iter().map(|row| row.valid_to)),
        texts(rows.iter().map(|row| Some(row.weekday_windows.as_str()))),
    ])
}

fn parameters() -> Result<Vec<ArrayRef>, ReferenceError> {
    let rows = parameter::metric_parameters()?;
    Ok(vec![
        texts(rows.iter().map(|row| Some(row.key.as_str()))),
        texts(rows.iter().map(|row| row.value.as_deref())),
        dates(rows.iter().map(|row| Some(row.valid_from))),
        texts(rows.iter().map(|row| Some(row.source.as_str()))),
    ])
}

fn calendar_days() -> Result<Vec<ArrayRef>, ReferenceError> {
    let mut rows: Vec<(&'static str, Day, String)> = Vec::new();
    for region in CalendarRegion::ALL {
        let calendar = Calendar::shipped(region).map_err(calendar_file)?;
        rows.extend(calendar.days().map(|day| (region.as_str(), day, calendar.version().to_owned())));
    }
    Ok(vec![
        texts(rows.iter().map(|(region, _, _)| Some(*region))),
        dates(rows.iter().map(|(_, day, _)| Some(day.date))),
        Arc::new(rows.iter().map(|(_, day, _)| Some(day.is_workday)).collect::<BooleanArray>()),
        texts(rows.iter().map(|(_, day, _)| Some(day.kind.as_str()))),
        texts(rows.iter().map(|(_, day, _)| day.name.as_deref())),
        texts(rows.iter().map(|(_, _, version)| Some(version.as_str()))),
        dates(rows.iter().map(|_| None)),
    ])
}

/// A year, and the day of the notice that it is known from.
type Year = (YearRow, Option<Date>);

fn calendar_years(rows: &[Year]) -> Vec<ArrayRef> {
    let status = |row: &YearRow| if row.is_known { "KNOWN" } else { "PROVISIONAL" };
    vec![
        texts(rows.iter().map(|(row, _)| Some(row.region.as_str()))),
        ints(rows.iter().map(|(row, _)| Some(i64::from(row.year)))),
        texts(rows.iter().map(|(row, _)| Some(status(row)))),
        texts(rows.iter().map(|(row, _)| Some(row.source_doc.as_str()).filter(|source| !source.is_empty()))),
        dates(rows.iter().map(|(_, notice)| *notice)),
    ]
}

fn calendar_file(error: CalendarError) -> ReferenceError {
    ReferenceError { file: "calendar", reason: error.to_string() }
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn ints(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

fn dates(values: impl Iterator<Item = Option<Date>>) -> ArrayRef {
    Arc::new(values.map(|date| date.map(crate::days_since_epoch)).collect::<Date32Array>())
}
