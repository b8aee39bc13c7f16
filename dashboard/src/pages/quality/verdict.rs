//! The answer in one sentence.

use super::calendar::CoverageRow;
use super::sources::SourceRow;
use crate::format;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::pages::incidents::IncidentRow;

/// Sources that are named.
const NAMED: usize = 3;

/// Whether the figures can be trusted, and what that rests on.
pub(super) struct Verdict {
    pub(super) class: &'static str,
    /// Yes, or yes but.
    pub(super) lead: String,
    pub(super) text: String,
}

/// What the answer rests on.
struct Facts {
    sources: usize,
    /// Those that have not told of today.
    stale: Vec<String>,
    open_rows: i64,
    region: String,
    /// The last year of the calendar that cases are judged by, and this year.
    last_year: Option<i16>,
    year: i16,
    incidents: usize,
    /// Cases without cards because of them.
    cases: i64,
}

pub(super) fn verdict(
    context: &Context,
    sources: &[SourceRow],
    calendar: &[CoverageRow],
    incidents: &[IncidentRow],
) -> Verdict {
    let region = context.app.engine.lake_meta().region.clone();
    let stale = sources.iter().filter(|source| !source.is_fresh(context));
    let own = calendar.iter().find(|row| row.region == region);
    let facts = Facts {
        sources: sources.len(),
        stale: stale.map(|source| source.source_system.clone()).collect(),
        open_rows: sources.iter().map(SourceRow::open_rows).sum(),
        last_year: own.map(|row| row.last_day.year()),
        year: context.today.year(),
        region,
        incidents: incidents.len(),
        cases: incidents.iter().map(|row| row.cases).sum(),
    };
    facts.tell(context.lang())
}

impl Facts {
    fn tell(&self, t: Lang) -> Verdict {
        let parts = [self.told_sources(t), self.told_rows(t), self.told_calendar(t), self.told_incidents(t)];
        let is_good = parts.iter().all(|(is_good, _)| *is_good);
        let lead = t.say(if is_good { "verdict-good" } else { "verdict-but" });
        let text = parts.map(|(_, text)| text).join(t.say("list-mark").as_str());
        let class = if is_good { "lamp good" } else { "lamp stale" };
        Verdict { class, lead, text: t.tell("verdict-end", &[("text", &text)]) }
    }

    fn told_sources(&self, t: Lang) -> (bool, String) {
        let all = self.sources.to_string();
        if self.sources == 0 {
            return (false, t.say("verdict-no-source"));
        }
        if self.stale.is_empty() {
            return (true, t.tell("verdict-fresh", &[("all", &all)]));
        }
        let mut names: Vec<&str> = self.stale.iter().take(NAMED).map(String::as_str).collect();
        if self.stale.len() > NAMED {
            names.push("…");
        }
        let (n, names) = (self.stale.len().to_string(), names.join(t.say("name-mark").as_str()));
        (false, t.tell("verdict-stale", &[("all", &all), ("n", &n), ("which", &names)]))
    }

    fn told_rows(&self, t: Lang) -> (bool, String) {
        match self.open_rows {
            0 => (true, t.say("verdict-no-rows")),
            n => (false, t.tell("verdict-rows", &[("n", &format::count(t, n))])),
        }
    }

    fn told_calendar(&self, t: Lang) -> (bool, String) {
        let Some(last) = self.last_year else {
            return (false, t.tell("verdict-no-calendar", &[("region", &self.region)]));
        };
        let is_good = last >= self.year;
        let key = if is_good { "verdict-calendar" } else { "verdict-calendar-over" };
        (is_good, t.tell(key, &[("region", &self.region), ("year", &last.to_string())]))
    }

    fn told_incidents(&self, t: Lang) -> (bool, String) {
        if self.incidents == 0 {
            return (true, t.say("verdict-no-incidents"));
        }
        let (n, cases) = (self.incidents.to_string(), format::count(t, self.cases));
        (false, t.tell("verdict-incidents", &[("n", &n), ("cases", &cases)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            sources: 2,
            stale: Vec::new(),
            open_rows: 0,
            region: "GX".into(),
            last_year: Some(2026),
            year: 2026,
            incidents: 0,
            cases: 0,
        }
    }

    #[test]
    fn all_that_is_good_is_a_yes_and_anything_else_a_but() {
        let told = facts().tell(Lang::En);
        assert_eq!((told.class, told.lead), ("lamp good", Lang::En.say("verdict-good")));
        assert!(told.text.contains("2026") && told.text.contains("GX"), "{}", told.text);
        for but in [
            Facts { stale: vec!["hall".into()], ..facts() },
            Facts { open_rows: 3, ..facts() },
            Facts { last_year: Some(2025), ..facts() },
            Facts { last_year: None, ..facts() },
            Facts { incidents: 1, cases: 500, ..facts() },
            Facts { sources: 0, ..facts() },
        ] {
            let told = but.tell(Lang::Zh);
            assert_eq!((told.class, told.lead), ("lamp stale", Lang::Zh.say("verdict-but")), "{}", told.text);
        }
    }

    #[test]
    fn a_few_stale_sources_are_named() {
        let stale = ["a1", "b2", "c3", "d4"].map(str::to_owned).to_vec();
        let told = Facts { stale, ..facts() }.tell(Lang::En).text;
        assert!(told.contains("c3") && told.contains('…') && !told.contains("d4"), "{told}");
    }
}
