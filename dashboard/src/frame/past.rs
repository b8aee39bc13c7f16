//! What a page says of its instant: the lines across it, and the days around it.

use super::{Banner, Context, Link};
use crate::format;

impl Context {
    pub(super) fn banners(&self) -> Vec<Banner> {
        let t = self.lang();
        let mut banners = Vec::new();
        let demo = self.app.options.demo_banner.then(|| t.say("banner-demo"));
        let simulated = self.app.engine.clock().is_simulated().then(|| t.say("banner-simulated"));
        let text = demo.into_iter().chain(simulated).collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            banners.push(Banner { class: "demo", text, links: Vec::new() });
        }
        if self.ask.filters.as_of.is_some() {
            let at = format::moment_long(t, self.zone(), self.session.as_of());
            let back = Link { href: self.ask.with(&[("as_of", "")]), text: t.say("banner-back"), current: false };
            let key = if self.lamp.first_day.is_none() { "banner-before" } else { "banner-past" };
            banners.push(Banner { class: "past", text: t.tell(key, &[("at", &at)]), links: vec![back] });
        } else if !self.has_news_today() {
            let at = self
                .lamp
                .watermark
                .map_or_else(|| format::NONE.to_owned(), |at| format::moment_long(t, self.zone(), at));
            let text = t.say("nav-quality");
            let why = Link { href: self.ask.link("/quality", &[]), text, current: false };
            banners.push(Banner { class: "past", text: t.tell("banner-no-news", &[("at", &at)]), links: vec![why] });
        }
        banners
    }

    /// Links to the days around the one shown. The day after the last past one is the present.
    pub(super) fn days(&self) -> Vec<Link> {
        let t = self.lang();
        let (present, _) = format::local(self.zone(), self.app.engine.clock().now());
        let link = |as_of: &str, key: &str| Link {
            href: self.ask.with(&[("as_of", as_of), ("page", "")]),
            text: t.say(key),
            current: false,
        };
        let before = self.today.yesterday().ok().map(|day| link(&day.to_string(), "day-before"));
        let after = self.today.tomorrow().ok().filter(|_| self.ask.filters.as_of.is_some());
        let after = after.map(|day| if day < present { day.to_string() } else { String::new() });
        before.into_iter().chain(after.map(|day| link(&day, "day-after"))).collect()
    }
}
