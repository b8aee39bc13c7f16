//! The pages in the head, and what differs by page.

use analytics::Right;

use super::{Context, Link};
use crate::accounts::{Visitor, Way};
use crate::i18n::Lang;

/// The pages in the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nav {
    Overview,
    Cards,
    Villages,
    Quality,
    Organizations,
    Items,
    Savings,
    Market,
    Feedback,
    Disclosure,
    Metrics,
    Sql,
    /// None of them.
    Search,
}

impl Nav {
    /// Whether its figures are metrics, which are counted from the records themselves.
    pub(super) fn is_of_metrics(self) -> bool {
        match self {
            Self::Overview | Self::Cards | Self::Villages | Self::Quality | Self::Sql | Self::Search => false,
            Self::Organizations
            | Self::Items
            | Self::Savings
            | Self::Market
            | Self::Feedback
            | Self::Disclosure
            | Self::Metrics => true,
        }
    }

    /// Whether what it shows can be narrowed to a department, and to an item.
    pub(crate) fn heeds(self) -> (bool, bool) {
        match self {
            Self::Cards | Self::Organizations | Self::Items => (true, true),
            Self::Feedback => (true, false),
            Self::Search => (false, true),
            Self::Overview
            | Self::Villages
            | Self::Quality
            | Self::Savings
            | Self::Market
            | Self::Disclosure
            | Self::Metrics
            | Self::Sql => (false, false),
        }
    }

    /// Whether the page keeps itself up to date.
    pub(super) fn is_of_now(self) -> bool {
        matches!(self, Self::Overview | Self::Cards | Self::Quality)
    }

    /// What the page's rows come from; empty where its sections say so themselves, or nothing is told.
    pub(super) fn stale(self) -> &'static str {
        match self {
            Self::Cards => "card case_state workflow_event ingest_batch organization service_item region clock",
            Self::Quality => "ingest_batch quarantine case_state calendar_day calendar_year clock",
            _ => "",
        }
    }
}

/// What a visitor has of his own: his account, and what he keeps of others.
pub(crate) fn own(visitor: &Visitor, t: Lang, here: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut add = |href: &str, text: String| {
        links.push(Link { href: href.to_owned(), text, current: href == here });
    };
    if visitor.way == Way::Session {
        add("/account", t.say("nav-account"));
    }
    if visitor.may(Right::Accounts) {
        add("/admin", t.say("nav-admin"));
    }
    if visitor.may(Right::Audit) {
        add("/admin/audit", t.say("nav-audit"));
    }
    links
}

impl Context {
    /// The links of the head.
    pub(super) fn nav(&self, nav: Nav) -> Vec<Link> {
        let pages = [
            (Nav::Overview, "/", "nav-overview"),
            (Nav::Cards, "/cards", "nav-cards"),
            (Nav::Villages, "/villages", "nav-villages"),
            (Nav::Organizations, "/organizations", "nav-organizations"),
            (Nav::Items, "/items", "nav-items"),
            (Nav::Savings, "/savings", "nav-savings"),
            (Nav::Market, "/market", "nav-market"),
            (Nav::Feedback, "/feedback", "nav-feedback"),
            (Nav::Disclosure, "/disclosure", "nav-disclosure"),
            (Nav::Quality, "/quality", "nav-quality"),
            (Nav::Metrics, "/metrics", "nav-metrics"),
            (Nav::Sql, "/sql", "nav-sql"),
        ];
        let t = self.lang();
        let link = |(page, path, key): (Nav, &str, &str)| Link {
            href: self.ask.link(path, &[]),
            text: t.say(key),
            current: page == nav,
        };
        // The public's page takes no filter.
        let public = Link { href: "/sunshine".to_owned(), text: t.say("nav-sunshine"), current: false };
        let may = |(page, _, _): &(Nav, &str, &str)| *page != Nav::Sql || self.ask.visitor.may(Right::Sql);
        pages.into_iter().filter(may).map(link).chain([public]).chain(own(&self.ask.visitor, t, "")).collect()
    }
}
