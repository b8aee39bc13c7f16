//! How many applications come in, and at what time of the day: weekdays, seasons, the lull
//! around the Spring Festival and the peak after it, month ends. All figures are made up.

use super::days::{DAY, Days, HOUR, civil};
use super::rng::Rng;

/// Per mille of an average day by weekday, from Monday.
const WEEKDAY: [i64; 7] = [1_250, 1_100, 1_000, 950, 900, 850, 850];
/// Per mille on a day off: village agents live in the village.
const DAY_OFF: i64 = 60;
/// Per mille by month: low at harvest, high when insurance and aid for the year are filed.
const SEASON: [i64; 12] = [900, 850, 1_150, 1_050, 950, 950, 900, 1_000, 1_100, 1_000, 1_050, 1_100];
/// First day of the lunar year as month x 100 + day, from 2016.
const SPRING_FESTIVAL: [i64; 15] = [208, 128, 216, 205, 125, 212, 201, 122, 210, 129, 217, 206, 126, 213, 203];
/// Percent of a workday's counter applications in each office half-hour.
const HALF_HOURS: [i64; 14] = [6, 9, 11, 11, 10, 9, 7, 4, 7, 9, 8, 5, 3, 1];

/// The share of its calendar year's cases that falls on each day.
pub(super) struct Plan {
    first: i64,
    share: Vec<f64>,
}

impl Plan {
    /// A plan for every day of the table.
    pub(super) fn new(days: &Days) -> Plan {
        let range = days.range();
        let weights: Vec<(i64, f64)> = range.clone().map(|day| (civil(day).0, weight(days, day))).collect();
        let mut share = Vec::with_capacity(weights.len());
        for year in weights.chunk_by(|left, right| left.0 == right.0) {
            let sum: f64 = year.iter().map(|day| day.1).sum();
            share.extend(year.iter().map(|day| day.1 / sum));
        }
        Plan { first: range.start, share }
    }

    /// The share of `day`; none outside the table.
    pub(super) fn share(&self, day: i64) -> f64 {
        let index = usize::try_from(day - self.first).ok();
        index.and_then(|index| self.share.get(index).copied()).unwrap_or(0.0)
    }

    /// Applications on `day` in a village with `yearly` of them: binomial, which is near enough
    /// to Poisson and needs no exponential.
    pub(super) fn count(&self, rng: &mut Rng, yearly: f64, day: i64) -> u32 {
        let mean = yearly * self.share(day);
        if mean <= 0.0 {
            return 0;
        }
        let trials = (mean as u32).min(9_000) * 4 + 4;
        let chance = mean / f64::from(trials);
        let count = (0..trials).filter(|_| rng.unit() < chance).count();
        // The case number has four places for it.
        count.min(9_999) as u32
    }
}

/// When someone applies on `day`.
pub(super) fn applied(rng: &mut Rng, days: &Days, day: i64) -> i64 {
    let midnight = day * DAY;
    if !days.is_workday(day) {
        return midnight + rng.between(17 * HOUR / 2, 41 * HOUR / 2);
    }
    if rng.per_mille(35) {
        let noon = rng.below(3) == 0;
        let (from, to) = if noon { (12, 15) } else { (19, 22) };
        return midnight + rng.between(from * HOUR, to * HOUR - 1);
    }
    let mut draw = rng.below(100);
    let mut slot = 0;
    for share in HALF_HOURS {
        if draw < share {
            break;
        }
        draw -= share;
        slot += 1;
    }
    let opening = if slot < 8 { 8 * HOUR } else { 11 * HOUR };
    midnight + opening + slot * HOUR / 2 + rng.below(HOUR / 2)
}

fn weight(days: &Days, day: i64) -> f64 {
    let (_, month, of_month) = civil(day);
    let worked = days.is_workday(day);
    // 1970-01-01 was a Thursday.
    let by_weekday = WEEKDAY[(day + 3).rem_euclid(7) as usize];
    let by_day = if worked { by_weekday } else { DAY_OFF };
    let (this, next) = (SEASON[(month - 1) as usize], SEASON[(month % 12) as usize]);
    let gone = (of_month - 1).min(30);
    let by_season = (this * (30 - gone) + next * gone) / 30;
    let month_end = worked && civil(days.after(day, 3)).1 != month;
    let by_end = if month_end { 1_180 } else { 1_000 };
    (by_day * by_season * by_end * spring(day)) as f64
}

/// Per mille by the distance to the Spring Festival.
fn spring(day: i64) -> i64 {
    let (year, month, of_month) = civil(day);
    let festival = usize::try_from(year - 2016).ok().and_then(|index| SPRING_FESTIVAL.get(index));
    let Some(festival) = festival else {
        return 1_000;
    };
    // Only January to April matter; a leap day is not worth a line.
    let of_year = |month: i64, day: i64| [0, 31, 59, 90][(month.min(4) - 1) as usize] + day;
    match of_year(month, of_month) - of_year(festival / 100, festival % 100) {
        -12..=-5 => 800,
        -4..=-1 => 400,
        0..=6 => 300,
        7..=11 => 800,
        12..=33 => 1_450,
        _ => 1_000,
    }
}
