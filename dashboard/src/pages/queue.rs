//! Cards as they are read for the overview, the page of the cards and the cards of a village.

use analytics::Param;
use jiff::Timestamp;
use jiff::civil::Date;
use queries::CardOrder;
use serde::Deserialize;

use super::object;
use crate::error::HttpError;
use crate::format;
use crate::format::due::Now;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::place;
use crate::request::encode;

/// What can be asked of the cards: the first is the default.
pub(super) const SHOWN: [&str; 8] =
    ["OPEN", "UNCONFIRMED", "NET", "GROSS", "ENDED", "SUPERSEDED", "LAPSED", "CANCELLED"];

/// One row of panel `cards`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CardRow {
    pub(super) place: i64,
    pub(super) total: i64,
    pub(super) level: String,
    pub(super) shown: String,
    pub(super) object_type: String,
    /// The case number, and behind it the step or the suspension.
    pub(super) object_id: String,
    /// Of a numbered step, see [`object::name_steps`].
    #[serde(default)]
    pub(super) step_name: Option<String>,
    pub(super) case_no: String,
    pub(super) item_name: Option<String>,
    pub(super) item_name_en: Option<String>,
    pub(super) village_code: Option<String>,
    pub(super) village_name: Option<String>,
    pub(super) township_name: Option<String>,
    pub(super) county_name: Option<String>,
    pub(super) org_code: Option<String>,
    pub(super) org_name: Option<String>,
    pub(super) org_name_en: Option<String>,
    pub(super) condition_at: Timestamp,
    pub(super) issued_at: Timestamp,
    pub(super) due_on: Option<Date>,
    pub(super) due_at: Timestamp,
}

/// A card as the overview shows it.
#[derive(Debug, Clone)]
pub(super) struct CardView {
    pub(super) class: String,
    /// 红牌, 黄牌.
    pub(super) word: String,
    pub(super) href: String,
    pub(super) item: String,
    pub(super) place: String,
    pub(super) org: String,
    pub(super) issued: String,
    pub(super) age: String,
    pub(super) left: String,
}

/// Which cards are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// One of [`object::OBJECTS`].
    pub(super) object: &'static str,
    /// RED, YELLOW or empty for both.
    pub(super) level: &'static str,
    /// One of [`SHOWN`].
    pub(super) shown: &'static str,
    /// Whether department and item of the address narrow them.
    pub(super) narrowed: bool,
    /// When they were issued, half open.
    pub(super) issued: (Timestamp, Timestamp),
    /// What they are ordered by, and whether from the last.
    pub(super) order: (CardOrder, bool),
    /// Places after the first up to and with the second.
    pub(super) places: (i64, i64),
}

/// Reads cards of the region of the address.
pub(super) async fn read(context: &Context, wanted: Wanted) -> Result<Vec<CardRow>, HttpError> {
    let filters = &context.ask.filters;
    let code = |code: &str| Param::Text(if wanted.narrowed { code.to_owned() } else { String::new() });
    let params = [
        ("object", object::param(wanted.object)),
        ("organization", code(&filters.organization)),
        ("item", code(&filters.item)),
        ("region", context.region()),
        ("level", Param::Text(format!("{}%", wanted.level))),
        ("shown", Param::Text(wanted.shown.to_owned())),
        ("issued_from", Param::Instant(wanted.issued.0)),
        ("issued_to", Param::Instant(wanted.issued.1)),
        ("after", Param::Int(wanted.places.0)),
        ("until", Param::Int(wanted.places.1)),
    ];
    let sql = queries::cards(wanted.order.0, wanted.order.1);
    let mut rows: Vec<CardRow> = match wanted.shown {
        // What is open is in motion, whenever it was issued.
        "OPEN" => context.session.rows_since(&sql, &params, context.today).await?,
        _ => context.session.rows(&sql, &params).await?,
    };
    rows.sort_by_key(|row| row.place);
    object::name_steps(context, &mut rows).await?;
    Ok(rows)
}

/// The class of a card's shape.
pub(super) fn card_class(level: &str, shown: &str) -> String {
    let color = if level == "RED" { "card-r" } else { "card-y" };
    match shown {
        "UNCONFIRMED" => format!("{color} unconfirmed"),
        "OPEN" | "ISSUED" => color.to_owned(),
        _ => format!("{color} past"),
    }
}

impl CardRow {
    /// The item in the language of the page.
    pub(super) fn item(&self, lang: Lang) -> String {
        pick(lang, self.item_name.as_deref(), self.item_name_en.as_deref()).unwrap_or_default().to_owned()
    }

    /// Who answers for it: a department, the desk of a village, or the code where neither is known.
    pub(super) fn org(&self, context: &Context) -> String {
        let lang = context.lang();
        if let Some(name) = pick(lang, self.org_name.as_deref(), self.org_name_en.as_deref()) {
            return name.to_owned();
        }
        let Some(code) = self.org_code.as_deref() else {
            return format::NONE.to_owned();
        };
        context.places.desk(code, lang).unwrap_or_else(|| code.to_owned())
    }

    /// The village with what lies above it.
    pub(super) fn place_name(&self, lang: Lang) -> String {
        let name =
            place::join(lang, self.county_name.as_deref(), self.township_name.as_deref(), self.village_name.as_deref());
        if name.is_empty() { self.village_code.clone().unwrap_or_else(|| format::NONE.to_owned()) } else { name }
    }

    /// The page of its case.
    pub(super) fn href(&self, context: &Context) -> String {
        context.ask.link(&format!("/cases/{}", encode(&self.case_no)), &[])
    }

    /// Whether it asks for an act.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.shown.as_str(), "OPEN" | "UNCONFIRMED")
    }

    pub(super) fn view(&self, context: &Context, now: &Now<'_>) -> CardView {
        let lang = context.lang();
        CardView {
            class: card_class(&self.level, &self.shown),
            word: lang.code("card", &self.level),
            href: self.href(context),
            item: self.item(lang),
            place: self.place_name(lang),
            org: self.org(context),
            issued: format::stamp_short(lang, context.zone(), self.issued_at),
            age: now.age(self.issued_at),
            left: now.left(self.due_on, self.due_at),
        }
    }
}

/// The name in the language of the page, or the other one.
pub(super) fn pick<'n>(lang: Lang, zh: Option<&'n str>, en: Option<&'n str>) -> Option<&'n str> {
    match lang {
        Lang::Zh => zh.or(en),
        Lang::En => en.or(zh),
    }
}
