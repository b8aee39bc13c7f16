//! Departments and items of service by name: what figures can be narrowed to, and what codes are called.

use serde::Deserialize;

use super::{Banner, Context, Link, Nav};
use crate::i18n::Lang;
use crate::place::Choice;

/// One row of the panels `organizations` and `items`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Coded {
    #[serde(alias = "org_code", alias = "item_id")]
    pub(crate) code: String,
    name: Option<String>,
    name_en: Option<String>,
}

/// A filter with its choices.
#[derive(Debug, Clone)]
pub(crate) struct Pick {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
}

impl Coded {
    /// Its name in the language of the page, else in Chinese; its code where it has none.
    pub(crate) fn told(&self, t: Lang) -> &str {
        let english = self.name_en.as_deref().filter(|_| t == Lang::En);
        english.or(self.name.as_deref()).unwrap_or(&self.code)
    }
}

impl Context {
    /// What a department is called: one of the directory, the desk of a village, or its code.
    pub(crate) fn organization(&self, code: &str) -> String {
        let t = self.lang();
        let known = self.organizations.iter().find(|known| known.code == code);
        let known = known.map(|known| known.told(t).to_owned());
        known.or_else(|| self.places.desk(code, t)).unwrap_or_else(|| code.to_owned())
    }

    /// What an item is called, or its code.
    pub(crate) fn item(&self, code: &str) -> String {
        let known = self.items.iter().find(|known| known.code == code);
        known.map_or_else(|| code.to_owned(), |known| known.told(self.lang()).to_owned())
    }

    /// The filters of the address that the page does not offer, and that the forms take along.
    pub(super) fn taken_along(&self, nav: Nav) -> Vec<(&'static str, String)> {
        self.coded(nav)
            .into_iter()
            .filter(|(_, is_heeded, value)| !is_heeded && !value.is_empty())
            .map(without)
            .collect()
    }

    /// Departments and items to choose from, where they narrow what the page shows.
    pub(super) fn picks(&self, nav: Nav) -> Vec<Pick> {
        let t = self.lang();
        let pick = |(name, _, value): (&'static str, bool, String)| {
            let known = if name == "item" { &self.items } else { &self.organizations };
            let choice = |code: &str, text: String| Choice { value: code.to_owned(), text, selected: code == value };
            let mut choices = vec![choice("", t.code("filter-all", name))];
            choices.extend(known.iter().map(|one| choice(&one.code, one.told(t).to_owned())));
            if choices.iter().all(|choice| !choice.selected) {
                let told = if name == "item" { self.item(&value) } else { self.organization(&value) };
                choices.push(choice(&value, told));
            }
            Pick { name, label: t.code("filter", name), choices }
        };
        self.coded(nav).into_iter().filter(|(_, is_heeded, _)| *is_heeded).map(pick).collect()
    }

    /// Says of each of them that narrows nothing on the page, so that nobody takes its figures for narrower ones.
    pub(super) fn unheeded(&self, nav: Nav) -> Vec<Banner> {
        let t = self.lang();
        let banner = |(name, value): (&'static str, String)| {
            let told = if name == "item" { self.item(&value) } else { self.organization(&value) };
            let off = Link { href: self.ask.with(&[(name, "")]), text: t.say("banner-unfilter"), current: false };
            Banner { class: "past", text: t.tell("banner-unheeded", &[("name", &told)]), links: vec![off] }
        };
        self.taken_along(nav).into_iter().map(banner).collect()
    }

    /// Names and values of those that narrow a table, for the head of its files; `heeds` is whether the department does,
    /// and the item.
    pub(crate) fn narrowed(&self, heeds: (bool, bool)) -> Vec<(String, String)> {
        let (t, filters) = (self.lang(), &self.ask.filters);
        let mut told = Vec::new();
        if heeds.0 && !filters.organization.is_empty() {
            told.push((t.say("filter-organization"), self.organization(&filters.organization)));
        }
        if heeds.1 && !filters.item.is_empty() {
            told.push((t.say("filter-item"), self.item(&filters.item)));
        }
        told
    }

    /// Both with whether the page heeds them, and their values.
    fn coded(&self, nav: Nav) -> [(&'static str, bool, String); 2] {
        let ((organization, item), filters) = (nav.heeds(), &self.ask.filters);
        [("organization", organization, filters.organization.clone()), ("item", item, filters.item.clone())]
    }
}

fn without((name, _, value): (&'static str, bool, String)) -> (&'static str, String) {
    (name, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_in_the_language_of_the_page_and_by_itself_without_a_name() {
        let coded = |row: serde_json::Value| serde_json::from_value::<Coded>(row).expect("a row");
        let both =
            coded(serde_json::json!({"org_code": "450521-MZ", "name": "合浦县民政局", "name_en": "Civil Affairs"}));
        assert_eq!([both.told(Lang::Zh), both.told(Lang::En)], ["合浦县民政局", "Civil Affairs"]);
        let bare = coded(serde_json::json!({"item_id": "SI001", "name": null}));
        assert_eq!([bare.told(Lang::Zh), bare.told(Lang::En)], ["SI001", "SI001"]);
    }
}
