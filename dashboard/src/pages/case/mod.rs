//! `/cases/{case_no}`: why is this case red? Everything that the clock counted, line by line.

use std::collections::HashMap;

use analytics::sla::StepClock;
use analytics::{CaseExplanation, CaseItem, Param};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use futures::try_join;
use jiff::Timestamp;
use queries::panel;
use serde::Deserialize;

use super::page;
use super::queue::{card_class, pick};
use crate::charts::gantt;
use crate::error::HttpError;
use crate::format;
use crate::format::due::Now;
use crate::frame::{Context, Frame, Nav};
use crate::i18n::Lang;
use crate::place;
use crate::request::Ask;
use crate::state::App;
use crate::work_days::WorkDays;

mod days;
mod events;
mod facts;
mod objects;
mod office;
mod picture;
mod steps;

/// One row of panel `case_row`.
#[derive(Debug, Clone, Default, Deserialize)]
struct CaseRow {
    case_kind: Option<String>,
    item_name: Option<String>,
    item_name_en: Option<String>,
    village_name: Option<String>,
    township_name: Option<String>,
    county_name: Option<String>,
    /// Who holds the case, or else the department that it belongs to.
    org_code: Option<String>,
}

/// One row of panel `case_cards`.
#[derive(Debug, Clone, Deserialize)]
struct CardRow {
    card_id: String,
    object_type: String,
    object_id: String,
    level: String,
    cycle: i64,
    state: String,
    is_open: bool,
    condition_at: Timestamp,
    issued_at: Timestamp,
    superseded_at: Option<Timestamp>,
    lapsed_at: Option<Timestamp>,
    cancelled_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct OrgRow {
    org_code: String,
    name: Option<String>,
    name_en: Option<String>,
}

/// A case with what is shown beside it.
struct Case<'a> {
    context: &'a Context,
    known: CaseExplanation,
    item: CaseItem,
    row: CaseRow,
    cards: Vec<CardRow>,
    orgs: HashMap<String, OrgRow>,
}

/// One card of the case, as a row.
struct CardLine {
    object: String,
    class: String,
    word: String,
    state: String,
    condition: String,
    issued: String,
    end: String,
}

#[derive(Template)]
#[template(path = "case.html")]
struct Page {
    frame: Frame,
    case_no: String,
    item: String,
    /// Class of the card's shape; empty for a case without a card that asks for an act.
    class: String,
    state: String,
    line: Vec<String>,
    picture: String,
    /// The days of the case.
    table: days::Table,
    /// Why there are none.
    no_days: String,
    /// Those of its steps.
    steps: Vec<days::Table>,
    /// Those of the time to accept, the suspensions, the time to deliver.
    objects: Vec<days::Table>,
    /// What each suspension takes out, or why it takes out nothing.
    stops: Vec<String>,
    facts: Vec<facts::Fact>,
    cards: Vec<CardLine>,
    events: Vec<events::Line>,
    late: usize,
    reasons: Vec<String>,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, Path(case_no): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let context = Context::open(app, ask).await?;
    let known = context.session.explain(&case_no).await?;
    let known = known.ok_or_else(|| HttpError::missing("case", &case_no))?;
    let params = [("case_no", Param::Text(case_no))];
    let session = &context.session;
    let (row, cards, orgs) = try_join!(
        session.rows::<CaseRow>(panel::CASE_ROW, &params),
        session.rows::<CardRow>(panel::CASE_CARDS, &params),
        session.rows::<OrgRow>(panel::ORGANIZATIONS, &[]),
    )?;
    let item = CaseItem::of(&known, session).await?;
    let mut cards = cards;
    cards.sort_by(|left, right| (left.issued_at, &left.level).cmp(&(right.issued_at, &right.level)));
    let case = Case {
        context: &context,
        known,
        item,
        row: row.into_iter().next().unwrap_or_default(),
        cards,
        orgs: orgs.into_iter().map(|org| (org.org_code.clone(), org)).collect(),
    };
    let (first, last) = picture::range(&case);
    let (workdays, names) = context.calendar(first, last.tomorrow().unwrap_or(last)).await?;
    page(&case.page(&workdays, &names)?)
}

impl Case<'_> {
    fn lang(&self) -> Lang {
        self.context.lang()
    }

    fn page(&self, workdays: &WorkDays, names: &[(jiff::civil::Date, String)]) -> Result<Page, HttpError> {
        let (t, now) = (self.lang(), self.context.now(workdays));
        let mut frame = self.context.frame(Nav::Cards, self.known.case_no.clone(), &[]);
        frame.live = false;
        let (class, state) = self.state(&now);
        let events = events::lines(self);
        let explained = &self.known.explanation;
        let no_days = explained.waits_since.map_or_else(
            || t.say("days-none"),
            |at| t.tell("days-wait", &[("at", &format::stamp(self.context.zone(), at))]),
        );
        let reasons = explained.clock.reasons.iter().map(|reason| t.code("reason", reason.as_str()));
        let unknown_item = self.item.unknown.as_deref().map(|item| t.tell("item-unknown", &[("item", item)]));
        Ok(Page {
            frame,
            case_no: self.known.case_no.clone(),
            item: self.item(),
            class,
            state,
            line: self.line(),
            picture: gantt::render(&picture::series(self, workdays, names), t)?,
            table: days::table(self),
            no_days,
            steps: steps::tables(self),
            objects: objects::tables(self),
            stops: objects::stops(self),
            facts: facts::facts(self),
            cards: self.cards.iter().map(|card| self.card_line(card)).collect(),
            late: events.iter().filter(|event| event.late).count(),
            events,
            reasons: reasons.chain(unknown_item).collect(),
        })
    }

    /// The cards of the case itself, not those of its steps and suspensions.
    fn case_cards(&self) -> impl Iterator<Item = &CardRow> {
        self.cards.iter().filter(|card| card.object_type == "CASE")
    }

    /// The cards of one of its steps.
    fn step_cards(&self, step: &StepClock) -> Vec<&CardRow> {
        let object_id = format!("{}/{}", self.known.case_no, step.key());
        self.cards.iter().filter(|card| card.object_type == "STEP" && card.object_id == object_id).collect()
    }

    /// Whether it is about the suspension that this STOP began: several may have one id.
    fn is_card_of_stop(&self, card: &CardRow, event_id: &str) -> bool {
        card.card_id.starts_with(&format!("SUSPENSION/{}/{event_id}/", self.known.case_no))
    }

    /// The name of a step, or else its number.
    fn step_name(&self, step: &StepClock) -> String {
        let number = || step.step_seq.map(|seq| seq.to_string()).unwrap_or_default();
        step.step_name.clone().unwrap_or_else(|| self.lang().tell("row-step", &[("n", &number())]))
    }

    /// What a card is about, in words.
    fn object(&self, card: &CardRow) -> String {
        let t = self.lang();
        let word = t.code("object", &card.object_type);
        let explained = &self.known.explanation;
        let mut stops = explained.clock.suspensions.iter().filter(|stop| self.is_card_of_stop(card, &stop.event_id));
        if let Some(label) = stops.next().and_then(|stop| explained.stop_label(&stop.event_id)) {
            return format!("{word} · {label}");
        }
        let part = card.object_id.strip_prefix(&format!("{}/", self.known.case_no));
        let steps = &self.known.explanation.clock.steps;
        let step = part.and_then(|part| steps.iter().find(|step| step.key() == part));
        match step.and_then(|step| step.step_name.as_deref()).or(part) {
            Some(name) => format!("{word} · {name}"),
            None => word,
        }
    }

    fn item(&self) -> String {
        let known = self.known.item_name.as_deref().or(self.row.item_name.as_deref());
        pick(self.lang(), known, self.row.item_name_en.as_deref()).unwrap_or_default().to_owned()
    }

    /// The name of an organization or of a village's desk; the code where neither is known.
    fn org(&self, code: Option<&str>) -> String {
        let Some(code) = code else {
            return format::NONE.to_owned();
        };
        let t = self.lang();
        let named = self.orgs.get(code).and_then(|org| pick(t, org.name.as_deref(), org.name_en.as_deref()));
        let named = named.map(str::to_owned).or_else(|| self.context.places.desk(code, t));
        named.unwrap_or_else(|| code.to_owned())
    }

    /// The card that asks for an act, with the time left; else how the case stands.
    fn state(&self, now: &Now<'_>) -> (String, String) {
        let t = self.lang();
        let clock = &self.known.explanation.clock;
        let open = |level: &str| self.case_cards().find(|card| card.is_open && card.level == level);
        let unconfirmed = || self.case_cards().filter(|card| card.state == "UNCONFIRMED").last();
        let left = clock.promise.due_at.map(|due_at| now.left(clock.promise.due_on, due_at)).unwrap_or_default();
        match open("RED").or_else(|| open("YELLOW")).or_else(unconfirmed) {
            Some(card) => {
                let shown = if card.is_open { "OPEN" } else { "UNCONFIRMED" };
                let mut words = t.code("card", &card.level);
                if shown == "UNCONFIRMED" {
                    words = format!("{words} · {}", t.code("shown", shown));
                }
                (card_class(&card.level, shown), format!("{words} · {left}"))
            }
            None => {
                let status = t.code("status", self.known.status.as_str());
                let is_open = clock.closed_at.is_none() && self.known.deleted_since.is_none() && !left.is_empty();
                (String::new(), if is_open { format!("{status} · {left}") } else { status })
            }
        }
    }

    /// The line under the title.
    fn line(&self) -> Vec<String> {
        let (t, known) = (self.lang(), &self.known);
        let row = &self.row;
        let names = (row.county_name.as_deref(), row.township_name.as_deref(), row.village_name.as_deref());
        let village = place::join(t, names.0, names.1, names.2);
        let village = if village.is_empty() { known.village_code.clone().unwrap_or_default() } else { village };
        let org = row.org_code.as_deref().or(known.org_code.as_deref()).map(|code| self.org(Some(code)));
        let kind = row.case_kind.as_deref().map(|kind| t.code("kind", kind));
        let explained = &known.explanation;
        let policy = format!("{} {}", explained.policy_name, explained.policy_version);
        let deleted = known.deleted_since.map(|at| format::stamp(self.context.zone(), at));
        let parts = [
            deleted.map(|at| t.tell("case-deleted", &[("at", &at)])),
            Some(village),
            kind,
            org.map(|org| t.tell("case-org", &[("org", &org)])),
            Some(t.tell("case-policy", &[("policy", &policy), ("calendar", &explained.calendar_version)])),
            Some(t.tell("case-source", &[("source", &known.source_system)])),
        ];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect()
    }

    fn card_line(&self, card: &CardRow) -> CardLine {
        let (t, zone) = (self.lang(), self.context.zone());
        let stamp = |at: Timestamp| format::stamp(zone, at);
        let shown = if card.is_open { "OPEN" } else { card.state.as_str() };
        let shown = if shown == "ISSUED" { "ENDED" } else { shown };
        let mut word = t.code("card", &card.level);
        if card.cycle > 1 {
            word = format!("{word} {}", card.cycle);
        }
        let end = match shown {
            "SUPERSEDED" => card.superseded_at,
            "LAPSED" => card.lapsed_at,
            "CANCELLED" => card.cancelled_at,
            _ => None,
        };
        CardLine {
            object: self.object(card),
            class: card_class(&card.level, shown),
            word,
            state: t.code("shown", shown),
            condition: stamp(card.condition_at),
            issued: stamp(card.issued_at),
            end: end.map(stamp).unwrap_or_default(),
        }
    }
}
