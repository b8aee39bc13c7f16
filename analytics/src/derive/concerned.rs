//! Which cases are folded again when rules come to be known.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::{CARD, CASE_STATE};
use datasets::lake::LakeSnapshot;
use jiff::{SignedDuration, Timestamp};

use crate::AnalyticsError;
use crate::rules::RuleNews;

/// A case that ended longer ago has its delivery, or the card of it.
const DELIVERED_WITHIN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The cases that rules with this news, or a calendar with new days since a `notice`, may judge otherwise than
/// their states say, in order: those that were open when the first of it came to be known, or of which more
/// came to be known later; all of items that nothing was known of before; and by a calendar those whose
/// delivery may be outstanding.
pub(crate) async fn concerned(
    snapshot: &LakeSnapshot,
    news: &RuleNews,
    notice: Option<Timestamp>,
) -> Result<Vec<Box<str>>, AnalyticsError> {
    let since = news.since.into_iter().chain(notice).min().unwrap_or(Timestamp::MAX);
    // A delivery comes after the end, and is counted by the days that are known until it is made.
    let delivered = notice.map(|notice| notice.checked_sub(DELIVERED_WITHIN).unwrap_or(Timestamp::MIN));
    let ended_since = delivered.unwrap_or(since).min(since).as_microsecond();
    let since = since.as_microsecond();
    let first_items: HashSet<&str> = news.first_items.iter().map(String::as_str).collect();
    let undelivered = if notice.is_some() { undelivered(snapshot).await? } else { HashSet::new() };

    let fields = ["case_no", "fold_version", "closed_at", "due_basis", "last_known_at", "item_id"];
    let mut latest: HashMap<String, (i64, bool)> = HashMap::new();
    for batch in snapshot.table(&CASE_STATE).read(&fields).await? {
        let runs = batch.column(1).as_primitive::<Int64Type>();
        let closed = batch.column(2).as_primitive::<TimestampMicrosecondType>();
        let bases = batch.column(3).as_string::<i32>();
        let known = batch.column(4).as_primitive::<TimestampMicrosecondType>();
        let items = batch.column(5).as_string::<i32>();
        for (at, case) in batch.column(0).as_string::<i32>().iter().enumerate() {
            let case = case.unwrap_or_default();
            // What was taken back ended with that, which is the last that is known of it.
            let is_open = bases.value(at) != "EXCLUDED" && (closed.is_null(at) || closed.value(at) > ended_since);
            let is_open = is_open || known.value(at) > since;
            let is_first = items.is_valid(at) && first_items.contains(items.value(at));
            let is_concerned = is_open || is_first || undelivered.contains(case);
            let row = (runs.value(at), is_concerned);
            match latest.get_mut(case) {
                Some(held) if row.0 > held.0 => *held = row,
                Some(_) => {}
                None => {
                    latest.insert(case.to_owned(), row);
                }
            }
        }
    }
    let concerned = latest.into_iter().filter(|(_, (_, is_concerned))| *is_concerned);
    let mut cases: Vec<Box<str>> = concerned.map(|(case, _)| case.into_boxed_str()).collect();
    cases.sort_unstable();
    Ok(cases)
}

/// Cases with a card, issued or ahead, on a delivery that is outstanding.
async fn undelivered(snapshot: &LakeSnapshot) -> Result<HashSet<String>, AnalyticsError> {
    let mut cases = HashSet::new();
    for batch in snapshot.table(&CARD).read(&["case_no", "object_type", "object_ended_at"]).await? {
        let objects = batch.column(1).as_string::<i32>();
        for (at, case) in batch.column(0).as_string::<i32>().iter().enumerate() {
            if objects.value(at) == "DELIVERY" && batch.column(2).is_null(at) {
                cases.extend(case.map(str::to_owned));
            }
        }
    }
    Ok(cases)
}
