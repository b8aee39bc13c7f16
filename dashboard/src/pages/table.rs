//! The table of villages, townships or counties (`queries::village_table`).

use analytics::Period;
use jiff::civil::Date;
use queries::{ByPeriod, Level};
use serde::Deserialize;

use super::village_metrics::Beside;
use crate::charts::{ChartError, bars};
use crate::error::HttpError;
use crate::format;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::place;
use crate::request::Region;
use crate::sheet::Dress;

/// One row; the names of the levels below its own are missing.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Row {
    #[serde(default)]
    pub(super) village_code: Option<String>,
    #[serde(default)]
    pub(super) village_name: Option<String>,
    #[serde(default)]
    pub(super) township_code: Option<String>,
    #[serde(default)]
    pub(super) township_name: Option<String>,
    #[serde(default)]
    pub(super) county_code: Option<String>,
    #[serde(default)]
    pub(super) county_name: Option<String>,
    pub(super) received: i64,
    pub(super) accepted: i64,
    pub(super) closed: i64,
    pub(super) due_n: i64,
    pub(super) due_on_time_n: i64,
    pub(super) wilson_low: Option<f64>,
    pub(super) wilson_high: Option<f64>,
    pub(super) ranked: bool,
    pub(super) yellow_net: i64,
    pub(super) red_net: i64,
    pub(super) supervised: i64,
    pub(super) red_per_1000: Option<f64>,
    pub(super) median_used_days: Option<f64>,
    /// What metrics tell of the place, where they were asked.
    #[serde(skip)]
    pub(super) beside: Beside,
}

/// A row as the pages show it.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Place among the ranked ones; empty for the others.
    pub(super) rank: String,
    pub(super) name: String,
    pub(super) href: String,
    pub(super) received: String,
    pub(super) accepted: String,
    pub(super) closed: String,
    pub(super) due: String,
    pub(super) rate: String,
    pub(super) interval: String,
    /// The interval as a picture; empty if nothing was due.
    pub(super) picture: String,
    pub(super) few: bool,
    pub(super) yellow: String,
    pub(super) has_yellow: bool,
    pub(super) red: String,
    pub(super) has_red: bool,
    pub(super) red_rate: String,
    pub(super) median: String,
    pub(super) cards_href: String,
}

impl Row {
    /// The code of the row's own level.
    pub(super) fn code(&self) -> &str {
        let code = self.village_code.as_ref().or(self.township_code.as_ref()).or(self.county_code.as_ref());
        code.map_or("", String::as_str)
    }

    /// The name, with what lies above it.
    pub(super) fn name(&self, lang: Lang) -> String {
        place::join(lang, self.county_name.as_deref(), self.township_name.as_deref(), self.village_name.as_deref())
    }

    /// The name of its own level alone.
    pub(super) fn short_name(&self, lang: Lang) -> String {
        match (&self.village_name, &self.township_name) {
            (Some(village), _) => place::short(village),
            (None, Some(township)) => township.clone(),
            (None, None) => self.name(lang),
        }
    }

    /// The page of a village, the villages of a township, the townships of a county.
    pub(super) fn href(&self, context: &Context) -> String {
        let code = self.code();
        match (&self.village_code, &self.township_code) {
            (Some(code), _) => context.ask.link(&format!("/villages/{code}"), &[]),
            (None, Some(_)) => context.ask.link("/villages", &[("level", "village"), ("region", code)]),
            (None, None) => context.ask.link("/villages", &[("level", "township"), ("region", code)]),
        }
    }

    fn cards_href(&self, context: &Context) -> String {
        context.ask.link("/cards", &[("region", self.code()), ("state", "NET")])
    }

    /// A number of cards that leads to them.
    pub(super) fn cards(&self, context: &Context, class: &str) -> Dress {
        Dress { href: self.cards_href(context), class: class.to_owned(), ..Dress::default() }
    }

    /// `from` is the left end of the pictures' scale.
    pub(super) fn view(&self, context: &Context, rank: Option<usize>, from: f64) -> Result<View, ChartError> {
        let lang = context.lang();
        Ok(View {
            rank: rank.map(|rank| rank.to_string()).unwrap_or_default(),
            name: self.name(lang),
            href: self.href(context),
            received: format::count(lang, self.received),
            accepted: format::count(lang, self.accepted),
            closed: format::count(lang, self.closed),
            due: format::count(lang, self.due_n),
            rate: format::rate(self.due_on_time_n, self.due_n),
            interval: format::interval(self.wilson_low, self.wilson_high),
            picture: self.picture(from)?,
            few: !self.ranked,
            yellow: format::count(lang, self.yellow_net),
            has_yellow: self.yellow_net > 0,
            red: format::count(lang, self.red_net),
            has_red: self.red_net > 0,
            red_rate: format::per_mille(self.red_per_1000),
            median: self.median_used_days.map_or_else(|| format::NONE.to_owned(), format::tenths),
            cards_href: self.cards_href(context),
        })
    }

    pub(super) fn picture(&self, from: f64) -> Result<String, ChartError> {
        let (Some(low), Some(high)) = (self.wilson_low, self.wilson_high) else {
            return Ok(String::new());
        };
        let label = format!(
            "{} · {}% · n={}",
            format::rate(self.due_on_time_n, self.due_n),
            format::interval(self.wilson_low, self.wilson_high),
            self.due_n
        );
        let value = self.due_on_time_n as f64 / self.due_n.max(1) as f64;
        bars::render(&bars::Series { label, low, value, high, from, ranked: self.ranked })
    }
}

/// Reads the table over the days from `from` to before `to`, in the order of the codes; rows outside
/// the region of the address are left out.
pub(super) async fn read(context: &Context, level: Level, from: Date, to: Date) -> Result<Vec<Row>, HttpError> {
    let mut rows: Vec<Row> = context.session.rows_of(&ByPeriod::village_table(level), &[], Period { from, to }).await?;
    let region = &context.ask.filters.region;
    // A county row stays when a village in it is chosen: it is what the village is compared with.
    rows.retain(|row| region.holds(row.code()) || is_above(region.digits(), row.code()));
    // SQL gives them in any order, which must not change from one look at a page to the next.
    rows.sort_by(|left, right| left.code().cmp(right.code()));
    Ok(rows)
}

fn is_above(digits: &str, code: &str) -> bool {
    let own = Region::parse(code).unwrap_or_default();
    digits.len() > own.digits().len() && digits.starts_with(own.digits())
}

/// The left end of the scale that all pictures of some rows share.
pub(super) fn scale<'r>(rows: impl IntoIterator<Item = &'r Row>) -> f64 {
    bars::scale_from(rows.into_iter().filter_map(|row| row.wilson_low))
}
