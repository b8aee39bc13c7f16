//! What a table is, in lines: the head of a file and of a printed page. It says enough to get the same
//! rows again.

use super::Sheet;
use crate::format;
use crate::frame::Context;
use crate::i18n::Lang;

/// Names and values.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    pub(crate) lines: Vec<(String, String)>,
}

/// Places of a metric's version that are told.
const VERSION: usize = 12;

impl About {
    /// Of a table with `n` rows; `filters` are those of the page itself, `metrics` the numbers of what
    /// its figures mean.
    pub(crate) fn new(
        context: &Context,
        title: &str,
        filters: Vec<(String, String)>,
        metrics: &[&str],
        n: usize,
    ) -> Self {
        let (t, zone, session) = (context.lang(), context.zone(), &context.session);
        let at = |at| format!("{} ({})", format::stamp_seconds(zone, at), session.zone_name());
        let mut lines = vec![(t.say("about-table"), title.to_owned())];
        lines.extend(filters);
        lines.push((t.say("filter-region"), context.places.name(&context.ask.filters.region, t)));
        lines.push((t.say("filter-as-of"), at(session.as_of())));
        lines.push((t.say("about-rows"), format::count(t, n as i64)));
        for metric in metrics.iter().filter_map(|id| queries::find(id)) {
            let title = if t == Lang::Zh { metric.title_zh() } else { metric.title_en() };
            let version: String = analytics::metric_version(metric).chars().take(VERSION).collect();
            lines.push((t.tell("about-metric", &[("id", metric.id)]), format!("{title} · {version}")));
        }
        lines.push((t.say("foot-versions"), context.versions()));
        lines.push((t.say("about-made"), at(context.app.engine.clock().now())));
        // As of the instant shown, so that it gives these rows again.
        let as_of = session.as_of().to_string();
        lines.push((t.say("about-address"), context.ask.with(&[("as_of", &as_of), ("about", ""), ("print", "")])));
        if context.app.options.demo_banner {
            lines.push((t.say("about-note"), t.say("banner-demo")));
        }
        Self { lines }
    }
}

impl Sheet {
    /// The name of a file: what it is, and as of when.
    pub(super) fn file_name(&self, ending: &str) -> String {
        format!("{}_{}.{ending}", self.file, self.zone.to_datetime(self.as_of).strftime("%Y%m%dT%H%M%S"))
    }
}
