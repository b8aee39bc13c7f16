//! What comes in after the present, for a demonstration that goes on.

use std::sync::Arc;

use jiff::civil::DateTime;

use super::Sample;
use super::days::{self, DAY};
use super::record::SampleCase;
use super::table::Tables;

/// One row of the feed.
pub struct FeedItem {
    /// When the platform recorded it, local.
    pub recorded_at: DateTime,
    /// The case that it belongs to.
    pub case: Arc<SampleCase>,
    /// Which of its rows.
    pub row: FeedRow,
}

/// Which row of a case; the registration comes before the events, the certificate after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeedRow {
    /// The registration.
    Case,
    /// The event at this place of [`SampleCase::events`].
    Event(usize),
    /// The registration again, with the certificate.
    Certificate,
}

/// Every row recorded after the present and no later than `until`, by the time of recording.
/// Goes through the whole sample for the cases that are open, so ask for a long stretch once
/// rather than for many short ones.
pub fn feed(sample: &Sample, until: DateTime) -> Vec<FeedItem> {
    let end = days::seconds(until);
    let mut items = Vec::new();
    for day in sample.first..=end.div_euclid(DAY) {
        for village in 0..sample.villages() {
            for case in sample.cases_on(village, day) {
                let last = case.events.last().map_or(case.recorded_at, |event| event.recorded_at);
                if last > sample.present {
                    push_case(&mut items, sample.present, end, case);
                }
            }
        }
    }
    items.sort_by(|left, right| {
        left.recorded_at
            .cmp(&right.recorded_at)
            .then_with(|| left.case.case_no.cmp(&right.case.case_no))
            .then_with(|| left.row.cmp(&right.row))
    });
    items
}

fn push_case(items: &mut Vec<FeedItem>, present: i64, end: i64, case: SampleCase) {
    let case = Arc::new(case);
    let events = case.events.iter().enumerate();
    let rows = events.map(|(index, event)| (event.recorded_at, FeedRow::Event(index)));
    let certificate = case.certified_at.map(|recorded| (recorded, FeedRow::Certificate));
    for (recorded, row) in std::iter::once((case.recorded_at, FeedRow::Case)).chain(rows).chain(certificate) {
        if recorded > present && recorded <= end {
            let recorded_at = days::datetime(recorded);
            items.push(FeedItem { recorded_at, case: Arc::clone(&case), row });
        }
    }
}

/// The rows as a case file and an event file, both with their header.
pub fn feed_csv(items: &[FeedItem]) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let mut tables = Tables::new(Vec::new(), Vec::new())?;
    for item in items {
        match item.row {
            FeedRow::Case => tables.case(&item.case)?,
            FeedRow::Certificate => tables.certificate(&item.case)?,
            FeedRow::Event(index) => {
                if let Some(event) = item.case.events.get(index) {
                    tables.event(&item.case, event)?;
                }
            }
        }
    }
    tables.finish()
}
