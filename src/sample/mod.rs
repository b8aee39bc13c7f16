//! Made-up records of village service, as the operational platforms would export them. The same
//! configuration gives the same bytes, and each village's day can be made alone.

mod case;
mod catalog;
mod days;
pub mod feed;
pub mod others;
mod particulars;
mod place;
mod plan;
pub mod record;
mod rng;
mod table;
#[cfg(test)]
mod tests;
mod write;

use anyhow::ensure;
use datasets::calendar::{Calendar, CalendarRegion};
#[cfg(test)]
use jiff::civil::Date;
use jiff::civil::DateTime;

use catalog::Catalog;
use days::{DAY, Days};
use place::Site;
use plan::Plan;
use rng::Rng;

pub use feed::{FeedItem, feed, feed_csv};
pub use record::SampleCase;
pub use write::write_files;

/// Cases a year in a village of mean size (claim C5, domain §0).
const YEARLY: f64 = 3_100.0;
/// Editions of the region codes that are shipped.
const EDITIONS: (i16, i16) = (2016, 2023);

/// What to make.
#[derive(Debug, Clone)]
pub struct SampleConfig {
    /// So many villages, in turn from each county by code; `None` = all.
    pub villages: Option<usize>,
    /// Years of 365 days up to and including the day of `present`.
    pub years: u32,
    /// Share of the usual 3,100 cases a village and year.
    pub scale: f64,
    /// Another seed is another sample.
    pub seed: u64,
    /// Local time of the export.
    pub present: DateTime,
}

impl Default for SampleConfig {
    fn default() -> Self {
        SampleConfig {
            villages: None,
            years: 1,
            scale: 1.0,
            seed: 2018,
            present: DateTime::constant(2023, 9, 13, 15, 42, 0, 0),
        }
    }
}

/// A sample: everything that a day's cases are made from.
pub struct Sample {
    seed: u64,
    /// Edition of the region codes that the villages are of.
    edition: u16,
    /// First day with cases, as a day number.
    first: i64,
    /// Local time of the export, in seconds.
    present: i64,
    days: Days,
    plan: Plan,
    catalog: Catalog,
    sites: Vec<Site>,
}

impl Sample {
    /// Reads the reference data. Fails if that cannot be read, or on a senseless configuration.
    pub fn new(config: SampleConfig) -> anyhow::Result<Sample> {
        let SampleConfig { villages, years, scale, seed, present } = config;
        ensure!((1..=50).contains(&years), "years is {years}; it must be 1 to 50");
        ensure!(scale > 0.0 && scale <= 100.0, "scale is {scale}; it must be above 0, up to 100");
        let first = days::day_number(present.date()) + 1 - 365 * i64::from(years);
        let calendar = Calendar::shipped(CalendarRegion::GX)?;
        // Three years more: a case that lies for weeks ends long after the present.
        let first_year = days::datetime(first * DAY).year();
        let days = Days::new(&calendar, first_year, present.year() + 3)?;
        let edition = u16::try_from(present.year().clamp(EDITIONS.0, EDITIONS.1))?;
        let catalog = Catalog::new(datasets::reference::service_items()?)?;
        let all = datasets::reference::villages(edition)?;
        let sites = place::sites(&all, villages, &catalog.kinds, YEARLY * scale, seed);
        ensure!(!sites.is_empty(), "a sample needs at least one village");
        let (plan, present) = (Plan::new(&days), days::seconds(present));
        Ok(Sample { seed, edition, first, present, days, plan, catalog, sites })
    }

    /// The cases that people apply for in a village on `date`, in order, each with its whole
    /// life; none for a village or a day that the sample does not have. Days after the present
    /// have cases too.
    #[cfg(test)]
    pub fn cases_received_on(&self, village_index: usize, date: Date) -> Vec<SampleCase> {
        self.cases_on(village_index, days::day_number(date))
    }

    /// About how many cases the files will have.
    pub fn estimated_cases(&self) -> u64 {
        let yearly: f64 = self.sites.iter().map(|site| site.yearly).sum();
        let years: f64 = self.exported_days().map(|day| self.plan.share(day)).sum();
        (yearly * years) as u64
    }

    /// Villages in the sample: the indexes of [`Sample::cases_received_on`] are below it.
    pub fn villages(&self) -> usize {
        self.sites.len()
    }

    fn exported_days(&self) -> std::ops::RangeInclusive<i64> {
        self.first..=self.present.div_euclid(DAY)
    }

    fn cases_on(&self, village: usize, day: i64) -> Vec<SampleCase> {
        let Some(site) = self.sites.get(village).filter(|_| day >= self.first) else {
            return Vec::new();
        };
        let mut rng = Rng::seeded(&[self.seed, site.key, day as u64]);
        let count = self.plan.count(&mut rng, site.yearly, day);
        let mut times: Vec<i64> = (0..count).map(|_| plan::applied(&mut rng, &self.days, day)).collect();
        times.sort_unstable();
        let (year, month, of_month) = days::civil(day);
        let lives = rng.draw();
        times
            .into_iter()
            .zip(1_u64..)
            .map(|(applied, number)| {
                let mut rng = Rng::seeded(&[lives, number]);
                let item = self.catalog.pick(&mut rng);
                let case_no = format!("TEST-{}-{year:04}{month:02}{of_month:02}-{number:04}", site.code);
                case::live(&self.days, site, item, case_no, applied, rng)
            })
            .collect()
    }
}
