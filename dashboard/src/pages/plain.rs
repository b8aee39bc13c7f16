//! What stands around the pages of accounts: they show nothing of the lake, and are there also while it is
//! empty or cannot be read.

use analytics::{Role, Scope};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::format;
use crate::frame::{Link, own};
use crate::i18n::Lang;
use crate::request::Ask;
use crate::theme::Theme;

/// Head and look of such a page.
pub(crate) struct Plain {
    pub(crate) t: Lang,
    pub(crate) theme: Option<&'static str>,
    pub(crate) title: String,
    pub(crate) nav: Vec<Link>,
    pub(crate) switches: Vec<Link>,
    /// What its forms carry.
    pub(crate) csrf: String,
}

impl Plain {
    pub(crate) fn new(ask: &Ask, key: &str) -> Self {
        let t = ask.lang();
        let home = Link { href: "/".to_owned(), text: t.say("nav-overview"), current: false };
        // A form's answer stands at the form's address, which cannot be asked for: the links lead back.
        let page = ask.path().split('/').nth(1).unwrap_or_default();
        let audit = if ask.path().starts_with("/admin/audit") { "/audit" } else { "" };
        let here = format!("/{page}{audit}");
        let switch = |(lang, text): (Lang, &str)| Link {
            href: crate::request::link(
                &here,
                &[("next", ask.value("next").unwrap_or_default().to_owned()), ("lang", lang.param().to_owned())],
            ),
            text: text.to_owned(),
            current: lang == t,
        };
        let mut nav = own(&ask.visitor, t, &here);
        if ask.visitor.session.is_some() {
            nav.insert(0, home);
        }
        Self {
            t,
            theme: ask.lens.theme.map(Theme::param),
            title: t.say(key),
            nav,
            switches: [(Lang::Zh, "中文"), (Lang::En, "English")].map(switch).to_vec(),
            csrf: ask.visitor.csrf.clone(),
        }
    }
}

/// A scope in words.
pub(crate) fn scope(t: Lang, scope: &Scope) -> String {
    match scope {
        Scope::All => t.say("scope-all"),
        Scope::Region(code) => t.tell("scope-region", &[("code", code)]),
        Scope::Organization(id) => t.tell("scope-organization", &[("id", id)]),
    }
}

/// A scope as the store has it, in words; as it is if it is none.
pub(crate) fn scope_told(t: Lang, text: &str) -> String {
    text.parse::<Scope>().map_or_else(|_| text.to_owned(), |parsed| scope(t, &parsed))
}

/// The roles to choose from: their codes, their words, and whether they are the one that is held.
pub(crate) fn roles(t: Lang, held: &str) -> Vec<(String, String, bool)> {
    let role = |role: &Role| {
        let code = role.to_string();
        (code.clone(), t.code("role", &code), code == held)
    };
    Role::ACCOUNTS.iter().map(role).collect()
}

/// An instant of the store.
pub(crate) fn at(zone: &TimeZone, seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| format::NONE.to_owned(), |at| format::stamp(zone, at))
}

/// An instant that may be none.
pub(crate) fn at_most(zone: &TimeZone, seconds: Option<i64>) -> String {
    seconds.map_or_else(|| format::NONE.to_owned(), |seconds| at(zone, seconds))
}
