//! Which refused rows the address asks for. Quarantine knows no region, so that filter picks nothing
//! here; the period picks by when a row was refused.

use analytics::Param;
use jiff::Timestamp;
use jiff::civil::date;

use crate::frame::{Context, Link};

/// Values of the address, with what each is called on the page. The rule is the last: the counts by
/// rule do without it.
pub(super) const NAMES: [&str; 5] = ["source", "mapping", "table", "batch", "rule"];
const TITLES: [&str; 5] = ["col-source", "col-mapping", "col-table", "col-batch", "col-rule"];
/// Places of a batch id that are shown.
const SHORT: usize = 12;
/// Characters of another value that are shown.
const SHOWN: usize = 40;

/// What is asked for; an empty text stands for any.
pub(super) struct Picked {
    values: [String; 5],
    /// When the rows were refused, half open.
    seen: (Timestamp, Timestamp),
}

impl Picked {
    /// The period alone.
    pub(super) fn none(context: &Context) -> Self {
        Self { values: Default::default(), seen: seen(context) }
    }

    pub(super) fn read(context: &Context) -> Self {
        let value = |name: &str| context.ask.value(name).unwrap_or_default().to_owned();
        Self { values: NAMES.map(value), seen: seen(context) }
    }

    /// The rule; empty for any.
    pub(super) fn rule(&self) -> &str {
        &self.values[NAMES.len() - 1]
    }

    /// For panel `rule_failures`, which tells all rules.
    pub(super) fn params(&self) -> Vec<(&'static str, Param)> {
        let texts = NAMES.iter().zip(&self.values).take(NAMES.len() - 1);
        let mut params: Vec<(&str, Param)> = texts.map(|(name, value)| (*name, Param::Text(value.clone()))).collect();
        params.push(("seen_from", Param::Instant(self.seen.0)));
        params.push(("seen_to", Param::Instant(self.seen.1)));
        params
    }

    /// For panel `refused_rows`: places after the first up to and with the second.
    pub(super) fn params_of_rows(&self, places: (i64, i64)) -> Vec<(&'static str, Param)> {
        let mut params = self.params();
        params.push(("rule", Param::Text(self.rule().to_owned())));
        params.push(("after", Param::Int(places.0)));
        params.push(("until", Param::Int(places.1)));
        params
    }

    /// All that is asked for, for the head of a file.
    pub(super) fn about(&self, context: &Context) -> Vec<(String, String)> {
        let t = context.lang();
        let period = context.period_given().map(|period| (t.say("about-refused"), period));
        let picked = TITLES.iter().zip(&self.values).filter(|(_, value)| !value.is_empty());
        period.into_iter().chain(picked.map(|(title, value)| (t.say(title), value.clone()))).collect()
    }

    /// What is asked for besides the rule, each a link that asks for it no more.
    pub(super) fn chips(&self, context: &Context) -> Vec<Link> {
        let t = context.lang();
        let picked = NAMES.iter().zip(TITLES).zip(&self.values).take(NAMES.len() - 1);
        let picked = picked.filter(|(_, value)| !value.is_empty());
        let chip = |((name, title), value): ((&&'static str, &str), &String)| {
            let value = if *name == "batch" { short(value) } else { shown(value) };
            let value = if value == "RECORD" { t.say("whole-record") } else { value };
            Link {
                href: context.ask.with(&[(*name, ""), ("page", "")]),
                text: format!("{}: {value} ×", t.say(title)),
                current: false,
            }
        };
        picked.map(chip).collect()
    }
}

/// The beginning of a batch id.
pub(super) fn short(batch: &str) -> String {
    batch.chars().take(SHORT).collect()
}

fn shown(value: &str) -> String {
    let mut short: String = value.chars().take(SHOWN).collect();
    if value.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

/// Everything without a period, also what a clock ahead of this page's has written.
fn seen(context: &Context) -> (Timestamp, Timestamp) {
    if !context.ask.filters.has_period() {
        return (Timestamp::UNIX_EPOCH, context.midnight(date(2200, 1, 1)));
    }
    let (from, to) = context.ask.filters.period(context.today);
    (context.midnight(from), context.midnight(to))
}
