//! Names of regions.

use jiff::civil::Date;
use serde::Deserialize;

use crate::i18n::Lang;
use crate::request::Region;

/// One village with what lies above it (panel `regions`).
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Village {
    pub(crate) village_code: String,
    pub(crate) village_name: String,
    pub(crate) township_code: String,
    pub(crate) township_name: String,
    pub(crate) county_code: String,
    pub(crate) county_name: String,
    /// First day on which an edition has it.
    pub(crate) first_day: Date,
    /// First day on which none has it any more.
    pub(crate) gone_on: Option<Date>,
}

/// The villages of the day's edition and of those before it, in the order of their codes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    villages: Vec<Village>,
}

/// How the code of a village's desk ends.
const DESK: &str = "-DB";

/// One choice of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) selected: bool,
}

impl Places {
    pub(crate) fn new(mut villages: Vec<Village>) -> Self {
        villages.sort_by(|left, right| left.village_code.cmp(&right.village_code));
        Self { villages }
    }

    /// Every village, in the order of their codes, with those that are gone.
    pub(crate) fn all(&self) -> &[Village] {
        &self.villages
    }

    /// A village by its code.
    pub(crate) fn village(&self, code: &str) -> Option<&Village> {
        let at = self.villages.binary_search_by(|village| village.village_code.as_str().cmp(code)).ok()?;
        self.villages.get(at)
    }

    /// The name of a village's own desk (代办点). It is no organization of the directory: its code is
    /// the village's with an ending.
    pub(crate) fn desk(&self, org_code: &str, lang: Lang) -> Option<String> {
        let village = self.village(org_code.strip_suffix(DESK)?)?;
        Some(lang.tell("village-desk", &[("village", &short(&village.village_name))]))
    }

    /// Codes (six digits) and names of the counties.
    pub(crate) fn counties(&self, lang: Lang) -> Vec<(String, String)> {
        let mut counties: Vec<(String, String)> = Vec::new();
        for village in self.present() {
            let code = prefix(&village.county_code, 6);
            if counties.iter().all(|(known, _)| *known != code) {
                counties.push((code, county(lang, &village.county_code, &village.county_name)));
            }
        }
        counties
    }

    /// The full name of a region; its digits where it has none, and all of it for no digits.
    pub(crate) fn name(&self, region: &Region, lang: Lang) -> String {
        let digits = region.digits();
        let mut within = self.villages.iter().filter(|village| village.village_code.starts_with(digits));
        // What lies above a village that is gone may have another name by now.
        let Some(village) = within.clone().find(|village| village.gone_on.is_none()).or_else(|| within.next()) else {
            return if digits.is_empty() { lang.say("all-regions") } else { digits.to_owned() };
        };
        match digits.len() {
            6 => county(lang, &village.county_code, &village.county_name),
            9 => full(lang, Some(village), false),
            12 => full(lang, Some(village), true),
            _ => lang.say("all-regions"),
        }
    }

    /// What the region can be changed to: everything, the counties, and on the way down the
    /// townships of the chosen county and the villages of the chosen township.
    pub(crate) fn choices(&self, region: &Region, lang: Lang) -> Vec<Choice> {
        let digits = region.digits();
        let choice = |value: String, text: String| Choice { selected: value == digits, value, text };
        let whole = if digits.len() == 4 { digits.to_owned() } else { String::new() };
        let mut choices = vec![choice(whole, lang.say("all-regions"))];
        for (code, name) in self.counties(lang) {
            let is_chosen = digits.starts_with(&code);
            choices.push(choice(code.clone(), name));
            if !is_chosen {
                continue;
            }
            let mut last = String::new();
            for village in self.present().filter(|village| village.village_code.starts_with(&code)) {
                let township = prefix(&village.township_code, 9);
                if township != last {
                    choices.push(choice(township.clone(), format!("\u{3000}{}", village.township_name)));
                    last.clone_from(&township);
                }
                if digits.starts_with(&township) {
                    let name = format!("\u{3000}\u{3000}{}", short(&village.village_name));
                    choices.push(choice(village.village_code.clone(), name));
                }
            }
        }
        if !digits.is_empty() && choices.iter().all(|choice| !choice.selected) {
            choices.push(choice(digits.to_owned(), self.name(region, lang)));
        }
        choices
    }

    /// Those of the day's edition.
    fn present(&self) -> impl Iterator<Item = &Village> {
        self.villages.iter().filter(|village| village.gone_on.is_none())
    }
}

/// 合浦县石康镇顺塔村; in English the county's name is translated, the others have none.
pub(crate) fn full(lang: Lang, village: Option<&Village>, with_village: bool) -> String {
    let Some(village) = village else {
        return String::new();
    };
    let name = if with_village { Some(village.village_name.as_str()) } else { None };
    join(lang, Some(&village.county_name), Some(&village.township_name), name)
}

/// As [`full`], of the names that are known.
pub(crate) fn join(lang: Lang, county_name: Option<&str>, township: Option<&str>, village: Option<&str>) -> String {
    let county_name = county_name.unwrap_or_default();
    let (county_name, space) = match lang {
        Lang::Zh => (county_name.to_owned(), ""),
        Lang::En => (english(county_name), " "),
    };
    let parts = [county_name, township.unwrap_or_default().to_owned(), village.map(short).unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(space)
}

/// The name of a county in the language of the page.
pub(crate) fn county(lang: Lang, code: &str, name: &str) -> String {
    if lang == Lang::Zh {
        return name.to_owned();
    }
    let digits = prefix(code, 6);
    let text = lang.code("county", &digits);
    if text == digits { name.to_owned() } else { text }
}

/// 顺塔村委会 as 顺塔村, 独树根社区居委会 as 独树根社区.
pub(crate) fn short(name: &str) -> String {
    if let Some(rest) = name.strip_suffix("社区居委会") {
        return format!("{rest}社区");
    }
    match name.strip_suffix("村委会") {
        Some(rest) if rest.ends_with('村') => rest.to_owned(),
        Some(rest) => format!("{rest}村"),
        None => name.to_owned(),
    }
}

fn english(name: &str) -> String {
    let codes = [("海城区", "450502"), ("银海区", "450503"), ("铁山港区", "450512"), ("合浦县", "450521")];
    let code = codes.iter().find(|(known, _)| *known == name).map(|(_, code)| *code);
    code.map_or_else(|| name.to_owned(), |code| Lang::En.code("county", code))
}

fn prefix(code: &str, length: usize) -> String {
    code.get(..length).unwrap_or(code).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let village = |code: &str, name: &str, township: &str, township_name: &str| Village {
            village_code: code.into(),
            village_name: name.into(),
            township_code: township.into(),
            township_name: township_name.into(),
            county_code: "450521000000".into(),
            county_name: "合浦县".into(),
            first_day: jiff::civil::date(2000, 1, 1),
            gone_on: code.ends_with("99").then(|| jiff::civil::date(2021, 1, 1)),
        };
        Places::new(vec![
            village("450521111201", "顺塔村委会", "450521111000", "石康镇"),
            village("450521101199", "旧村委会", "450521101000", "党江公社"),
            village("450521199199", "渔村村委会", "450521199000", "渔镇"),
            village("450521101201", "渔江村村委会", "450521101000", "党江镇"),
        ])
    }

    fn region(text: &str) -> Region {
        Region::parse(text).expect("region")
    }

    #[test]
    fn names_are_short_and_full() {
        let places = places();
        assert_eq!(places.name(&region("450521111201"), Lang::Zh), "合浦县石康镇顺塔村");
        assert_eq!(places.name(&region("450521101000"), Lang::Zh), "合浦县党江镇");
        assert_eq!(places.name(&region("450521"), Lang::En), "Hepu");
        assert_eq!(short("渔江村村委会"), "渔江村");
        assert_eq!(short("独树根社区居委会"), "独树根社区");
        assert_eq!(places.village("450521101201").map(|village| village.village_name.as_str()), Some("渔江村村委会"));
        assert_eq!(places.desk("450521111201-DB", Lang::Zh).as_deref(), Some("顺塔村代办点"));
        assert_eq!(places.desk("450521111201-DB", Lang::En).as_deref(), Some("顺塔村 village desk"));
        assert_eq!(places.desk("450521999999-DB", Lang::Zh), None);
        assert_eq!(places.desk("450521111201", Lang::Zh), None);
    }

    #[test]
    fn choices_go_down_where_one_is_chosen() {
        let places = places();
        let values = |text: &str| -> Vec<String> {
            let region = Region::parse(text).unwrap_or_default();
            places.choices(&region, Lang::Zh).into_iter().map(|choice| choice.value).collect()
        };
        assert_eq!(values(""), ["", "450521"]);
        assert_eq!(values("450521"), ["", "450521", "450521101", "450521111"]);
        assert_eq!(values("450521111"), ["", "450521", "450521101", "450521111", "450521111201"]);
        let chosen = places.choices(&region("450521111"), Lang::Zh);
        assert_eq!(chosen.iter().filter(|choice| choice.selected).count(), 1);
        assert_eq!(values("999999").last().map(String::as_str), Some("999999"));
    }

    #[test]
    fn a_village_that_is_gone_has_a_name_and_is_offered_no_more() {
        let places = places();
        assert_eq!(places.name(&region("450521101199"), Lang::Zh), "合浦县党江公社旧村");
        assert_eq!(places.name(&region("450521101000"), Lang::Zh), "合浦县党江镇");
        assert_eq!(places.name(&region("450521199000"), Lang::Zh), "合浦县渔镇");
        assert_eq!(places.desk("450521101199-DB", Lang::Zh).as_deref(), Some("旧村代办点"));
        let offered = |text: &str| places.choices(&region(text), Lang::Zh);
        assert!(offered("450521101").iter().all(|choice| choice.value != "450521101199"));
        let chosen = offered("450521101199").into_iter().find(|choice| choice.selected).expect("what is chosen");
        assert_eq!(chosen.text, "合浦县党江公社旧村");
    }
}
