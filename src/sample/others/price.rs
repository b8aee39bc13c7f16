//! What the goods cost on the city's wholesale market, each day at six.

use super::super::Sample;
use super::super::days::{DAY, HOUR};
use super::super::rng::{Rng, key};
use super::market::GOODS;
use super::row::{Line, OtherRow, date};

pub(super) const TABLE: (&str, &str) =
    ("market_price", "market,category,product,grade,unit,low,average,high,price_on,recorded_at");

pub(super) fn of_day(sample: &Sample, day: i64, out: &mut Vec<OtherRow>) {
    for (product, category, price, _) in GOODS {
        // A price of its own for each week, and a little to each side every day.
        let mut week = Rng::seeded(&[sample.seed, key(product), day.div_euclid(7) as u64]);
        let mut today = Rng::seeded(&[sample.seed, key(product), day as u64]);
        let middle = (price * week.between(70, 130) / 100 * today.between(97, 103) / 100).max(4);
        let (low, high) = (middle * today.between(80, 95) / 100, middle * today.between(105, 125) / 100);
        let line = Line::new("北海农产品批发市场（虚构）")
            .text(category)
            .text(product)
            .text("统货")
            .text("斤")
            .hundredths(low)
            .hundredths(middle)
            .hundredths(high.max(middle))
            .text(&date(day));
        out.push(line.recorded(TABLE, day * DAY + 6 * HOUR));
    }
}
