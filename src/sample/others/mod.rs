//! What the platforms keep beside the cases: ratings, messages and replies, the rural market,
//! prices, disclosure. Each village's day can be made alone, like its cases. All of it is made up.

mod disclosure;
mod feedback;
mod market;
mod price;
mod rating;
pub mod reference;
mod row;
#[cfg(test)]
mod tests;

use super::Sample;
use super::days::{self, DAY};
use super::record::SampleCase;
use super::rng::Rng;

pub use row::OtherRow;

/// Days after which nothing of a record changes any more.
const LONGEST: i64 = 150;

/// The tables, each with the columns of its file; the mapping has the table's name.
pub const TABLES: [(&str, &str); 9] = [
    rating::TABLE,
    feedback::MESSAGE,
    feedback::REPLY,
    market::LISTING,
    market::DEAL,
    market::PARCEL,
    price::TABLE,
    disclosure::OBLIGATION,
    disclosure::PUBLICATION,
];

/// Everything of a village's day beside its cases, whenever it is recorded.
pub(super) fn of_village(sample: &Sample, village: usize, day: i64, cases: &[SampleCase], out: &mut Vec<OtherRow>) {
    let Some(site) = sample.sites.get(village) else { return };
    for case in cases {
        rating::of_case(&sample.days, case, out);
    }
    let mut rng = Rng::seeded(&[sample.seed, site.key, day as u64, 1]);
    feedback::of_day(sample, site, day, cases, &mut rng, out);
    market::of_day(sample, site, day, &mut rng, out);
    disclosure::of_day(sample, site, day, &mut rng, out);
}

/// What the whole city has on a day.
pub(super) fn of_city(sample: &Sample, day: i64, out: &mut Vec<OtherRow>) {
    price::of_day(sample, day, out);
}

/// Every row recorded after the present and no later than `until`, by the time of recording.
pub fn feed(sample: &Sample, until: jiff::civil::DateTime) -> Vec<OtherRow> {
    let end = days::seconds(until);
    let first = (sample.present.div_euclid(DAY) - LONGEST).max(sample.first);
    let mut rows = Vec::new();
    for day in first..=end.div_euclid(DAY) {
        let mut of_day = Vec::new();
        of_city(sample, day, &mut of_day);
        for village in 0..sample.villages() {
            of_village(sample, village, day, &sample.cases_on(village, day), &mut of_day);
        }
        rows.extend(of_day.into_iter().filter(|row| row.recorded_at > sample.present && row.recorded_at <= end));
    }
    // Rows of one second stay in the order in which they were made.
    rows.sort_by_key(|row| row.recorded_at);
    rows
}

/// The rows of each table that has some, as a CSV file with a header.
pub fn feed_csv(rows: &[OtherRow]) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
    let mut files = Vec::new();
    for (table, columns) in TABLES {
        let mut of_table = rows.iter().filter(|row| row.table == table).peekable();
        if of_table.peek().is_none() {
            continue;
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(columns.split(','))?;
        for row in of_table {
            writer.write_record(&row.fields)?;
        }
        files.push((table, writer.into_inner().map_err(|error| error.into_error())?));
    }
    Ok(files)
}
