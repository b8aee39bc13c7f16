//! What the figures of a picture are, and how they are written: on an axis, in a tooltip, in the twin.

use crate::format;
use crate::i18n::Lang;

/// How a figure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A whole number of things: 3,812.
    Count,
    /// A share, 0 to 1: 97.8%.
    Share,
    /// A rate that is told per 1,000 already: 1.9‰.
    PerMille,
    /// Anything else, its unit in the name: 2.4.
    Number,
}

/// What is shown.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    /// With its unit where the figures do not carry it: 办理时长（工作日）.
    pub(crate) name: String,
    pub(crate) unit: Unit,
}

impl Unit {
    /// A value as tooltips and twins have it; none is "no data" in words.
    pub(crate) fn tell(self, lang: Lang, value: Option<f64>) -> String {
        let Some(value) = known(value) else {
            return lang.say("no-data");
        };
        match self {
            Unit::Count => format::count(lang, value.round() as i64),
            Unit::Share => share(value),
            Unit::PerMille => format::per_mille(Some(value)),
            Unit::Number if value.abs() >= 1000.0 => format::count(lang, value.round() as i64),
            Unit::Number => format::tenths(value),
        }
    }

    /// A round value as an axis has it, with as many decimals as its steps need.
    pub(super) fn tick(self, lang: Lang, value: f64, step: f64) -> String {
        let (value, step, sign) = match self {
            Unit::Share => (value * 100.0, step * 100.0, "%"),
            Unit::PerMille => (value, step, "‰"),
            Unit::Count | Unit::Number => (value, step, ""),
        };
        if value == 0.0 {
            return format!("0{sign}");
        }
        let whole = |decimals: i32| {
            let scaled = step * 10_f64.powi(decimals);
            (scaled - scaled.round()).abs() < 1e-6
        };
        match (0..3).find(|decimals| whole(*decimals)).unwrap_or(3) {
            0 => format!("{}{sign}", format::count_large(lang, value.round() as i64)),
            decimals => format!("{value:.0$}{sign}", decimals as usize),
        }
    }
}

impl Measure {
    /// 廉州镇：97.8% · n=412.
    pub(super) fn tip(&self, lang: Lang, name: &str, value: Option<f64>, n: Option<i64>) -> String {
        let value = self.unit.tell(lang, value);
        match n {
            Some(n) => lang.tell("tip-n", &[("name", name), ("value", &value), ("n", &format::count(lang, n))]),
            None => lang.tell("tip-value", &[("name", name), ("value", &value)]),
        }
    }
}

/// A value that can be drawn: a number, and none beyond all that is counted here.
pub(super) fn known(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.abs() < 1e15)
}

/// A share in percent: 100 only for all, 0 only for none.
fn share(value: f64) -> String {
    let percent = value * 100.0;
    if percent > 0.0 && percent < 0.05 {
        return "<0.1%".to_owned();
    }
    if percent >= 99.95 && value < 1.0 {
        return format!("{:.2}%", (percent * 100.0).floor() / 100.0);
    }
    format!("{}%", format::tenths(percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_by_their_unit() {
        let told = |unit: Unit, value: f64| unit.tell(Lang::Zh, Some(value));
        assert_eq!(told(Unit::Count, 18_206.0), "18,206");
        assert_eq!([told(Unit::Share, 0.978), told(Unit::Share, 1.0), told(Unit::Share, 0.0)], ["97.8%", "100%", "0%"]);
        assert_eq!([told(Unit::Share, 0.999_96), told(Unit::Share, 0.0001)], ["99.99%", "<0.1%"]);
        assert_eq!([told(Unit::PerMille, 1.94), told(Unit::Number, 2.4)], ["1.9‰", "2.4"]);
        assert_eq!([Unit::Count.tell(Lang::Zh, None), told(Unit::Count, f64::NAN)], ["无数据", "无数据"]);
    }

    #[test]
    fn ticks_have_the_decimals_that_their_steps_need() {
        assert_eq!(Unit::Share.tick(Lang::Zh, 0.925, 0.025), "92.5%");
        assert_eq!(Unit::Share.tick(Lang::Zh, 0.2, 0.2), "20%");
        assert_eq!(Unit::Number.tick(Lang::Zh, 0.25, 0.25), "0.25");
        assert_eq!(Unit::Count.tick(Lang::Zh, 120_000.0, 20_000.0), "12.0 万");
    }
}
