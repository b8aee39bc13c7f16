//! `/search`: a case by its number, a village or an item by its name. One hit is gone to, several are
//! listed.

use analytics::Param;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use futures::try_join;
use jiff::Timestamp;
use queries::panel;
use serde::Deserialize;

use super::page;
use super::queue::pick;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::i18n::Lang;
use crate::place::{self, Village};
use crate::request::{Ask, encode};
use crate::state::App;

/// Hits of each kind that are listed.
const MOST: usize = 50;
/// Letters that are looked for.
const LONGEST: usize = 40;

/// One row of panel `search_cases`.
#[derive(Debug, Clone, Deserialize)]
struct CaseRow {
    case_no: String,
    place: i64,
    total: i64,
    item_name: Option<String>,
    item_name_en: Option<String>,
    village_name: Option<String>,
    township_name: Option<String>,
    county_name: Option<String>,
    status: String,
    received_at: Option<Timestamp>,
}

/// One row of panel `search_items`.
#[derive(Debug, Clone, Deserialize)]
struct ItemRow {
    item_id: String,
    name: Option<String>,
    name_en: Option<String>,
}

/// A case as the page shows it.
struct Hit {
    href: String,
    case_no: String,
    item: String,
    place: String,
    status: String,
    received: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    frame: Frame,
    /// What was found, in a sentence.
    found: String,
    villages: Vec<Link>,
    items: Vec<Link>,
    cases: Vec<Hit>,
    /// Said where more cases are met than are listed.
    more: String,
}

/// What is looked for.
struct Wanted {
    q: String,
    item: String,
}

impl Wanted {
    fn read(ask: &Ask) -> Result<Self, HttpError> {
        let value = |name: &'static str| {
            let value = ask.value(name).unwrap_or_default().trim();
            if value.chars().count() > LONGEST { Err(HttpError::bad_value("q", value)) } else { Ok(value.to_owned()) }
        };
        Ok(Self { q: value("q")?, item: value("item")? })
    }

    fn is_empty(&self) -> bool {
        self.q.is_empty() && self.item.is_empty()
    }
}

/// The page, or the way to the one hit.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let wanted = Wanted::read(&ask)?;
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let (cases, items) = try_join!(cases(&context, &wanted), items(&context, &wanted))?;
    let total = cases.first().map_or(0, |case| case.total);
    let villages: Vec<Link> = villages(&context, &wanted.q);
    let items: Vec<Link> = items.iter().map(|item| item.link(&context)).collect();
    let cases: Vec<Hit> = cases.iter().map(|case| case.hit(&context)).collect();
    let hrefs = villages.iter().chain(&items).map(|link| &link.href).chain(cases.iter().map(|case| &case.href));
    let hrefs: Vec<&String> = hrefs.collect();
    if let [one] = hrefs.as_slice()
        && !wanted.q.is_empty()
    {
        return Ok(Redirect::to(one).into_response());
    }
    let n = |n: i64| format::count(t, n);
    let found = match (wanted.is_empty(), hrefs.is_empty()) {
        (true, _) => t.say("search-how"),
        (false, true) => t.tell("search-none", &[("q", if wanted.q.is_empty() { &wanted.item } else { &wanted.q })]),
        (false, false) => t.tell(
            "search-found",
            &[("villages", &n(villages.len() as i64)), ("items", &n(items.len() as i64)), ("cases", &n(total))],
        ),
    };
    let is_cut = total > cases.len() as i64;
    let more = if is_cut {
        t.tell("search-more", &[("n", &n(total)), ("shown", &n(cases.len() as i64))])
    } else {
        String::new()
    };
    let mut frame = context.frame(Nav::Search, t.say("search"), &["q"]);
    frame.live = false;
    page(&Page { frame, found, villages, items, cases, more })
}

async fn cases(context: &Context, wanted: &Wanted) -> Result<Vec<CaseRow>, HttpError> {
    let params = [
        ("q", Param::Text(wanted.q.to_uppercase())),
        ("item", Param::Text(wanted.item.clone())),
        ("until", Param::Int(MOST as i64)),
    ];
    let mut rows: Vec<CaseRow> = context.session.rows(panel::SEARCH_CASES, &params).await?;
    rows.sort_by_key(|row| row.place);
    Ok(rows)
}

async fn items(context: &Context, wanted: &Wanted) -> Result<Vec<ItemRow>, HttpError> {
    if wanted.q.is_empty() {
        return Ok(Vec::new());
    }
    let params = [("q", Param::Text(wanted.q.to_lowercase()))];
    let mut rows: Vec<ItemRow> = context.session.rows(panel::SEARCH_ITEMS, &params).await?;
    rows.sort_by(|left, right| left.item_id.cmp(&right.item_id));
    rows.truncate(MOST);
    Ok(rows)
}

fn villages(context: &Context, q: &str) -> Vec<Link> {
    let t = context.lang();
    let met = context.places.all().iter().filter(|village| meets(village, q)).take(MOST);
    let link = |village: &Village| Link {
        href: context.ask.link(&format!("/villages/{}", village.village_code), &[("region", "")]),
        text: place::full(t, Some(village), true),
        current: false,
    };
    met.map(link).collect()
}

/// Whether a village has the words in its code or its name, with or without what lies above it.
fn meets(village: &Village, q: &str) -> bool {
    if q.is_empty() {
        return false;
    }
    // A few digits would meet every village of the city.
    if q.bytes().all(|byte| byte.is_ascii_digit()) {
        return q.len() >= 9 && village.village_code.starts_with(q);
    }
    let names = [Lang::Zh, Lang::En].map(|lang| place::full(lang, Some(village), true).to_lowercase());
    let q = q.to_lowercase();
    village.village_name.contains(&q) || names.iter().any(|name| name.contains(&q))
}

impl ItemRow {
    fn link(&self, context: &Context) -> Link {
        let name = pick(context.lang(), self.name.as_deref(), self.name_en.as_deref()).unwrap_or_default();
        Link {
            href: context.ask.link("/search", &[("item", &self.item_id)]),
            text: format!("{name} {}", self.item_id).trim().to_owned(),
            current: false,
        }
    }
}

impl CaseRow {
    fn hit(&self, context: &Context) -> Hit {
        let t = context.lang();
        let received = |at| format::stamp(context.zone(), at);
        Hit {
            href: context.ask.link(&format!("/cases/{}", encode(&self.case_no)), &[]),
            case_no: self.case_no.clone(),
            item: pick(t, self.item_name.as_deref(), self.item_name_en.as_deref()).unwrap_or_default().to_owned(),
            place: place::join(
                t,
                self.county_name.as_deref(),
                self.township_name.as_deref(),
                self.village_name.as_deref(),
            ),
            status: t.code("status", &self.status),
            received: self.received_at.map_or_else(|| format::NONE.to_owned(), received),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_village_is_met_by_its_name_its_place_or_most_of_its_code() {
        let village = Village {
            village_code: "450521111201".into(),
            village_name: "顺塔村委会".into(),
            township_code: "450521111000".into(),
            township_name: "石康镇".into(),
            county_code: "450521000000".into(),
            county_name: "合浦县".into(),
            first_day: jiff::civil::date(2000, 1, 1),
            gone_on: None,
        };
        for q in ["顺塔", "顺塔村", "石康镇顺塔村", "顺塔村委会", "hepu 石康镇", "450521111", "450521111201"]
        {
            assert!(meets(&village, q), "{q}");
        }
        for q in ["", "渔江", "4505", "450521112"] {
            assert!(!meets(&village, q), "{q}");
        }
    }
}
