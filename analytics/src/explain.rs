//! Why a case stands as it does: its events folded again, day by day.

use std::collections::HashSet;

use jiff::Timestamp;
use sla::Event;

use crate::fold::cancelled;
use crate::{AnalyticsError, Session, facts};

/// A case, explained as of the session's instant.
#[derive(Debug, Clone)]
pub struct CaseExplanation {
    pub case_no: String,
    pub item_id: Option<String>,
    pub item_name: Option<String>,
    pub village_code: Option<String>,
    pub org_code: Option<String>,
    pub source_system: String,
    pub statutory_limit: Option<sla::Limit>,
    /// 0 = instant.
    pub promised_limit: Option<sla::Limit>,
    pub status: sla::Status,
    pub used: sla::Used,
    pub explanation: sla::Explanation,
    /// Since when the case is taken back: all beside it is what stood until then.
    pub deleted_since: Option<Timestamp>,
    /// In the order in which the clock takes them.
    pub events: Vec<EventLine>,
}

/// An event, as the case page shows it.
#[derive(Debug, Clone)]
pub struct EventLine {
    pub event_type: String,
    pub step_name: Option<String>,
    pub org_code: Option<String>,
    pub occurred_at: Timestamp,
    pub recorded_at: Option<Timestamp>,
    pub known_at: Timestamp,
    pub close_result: Option<String>,
    pub unfolded: bool,
    /// Since when the event is taken back; the clock does not count it.
    pub deleted_since: Option<Timestamp>,
}

impl Session {
    /// Explains a case; none if nothing of it was known, or it is none of the principal's.
    pub async fn explain(&self, case_no: &str) -> Result<Option<CaseExplanation>, AnalyticsError> {
        if !self.sees_case(case_no).await? {
            return Ok(None);
        }
        let wanted = HashSet::from([case_no.to_owned()]);
        let mut found = facts::load(&self.snapshot, &wanted, Some(self.as_of())).await?;
        let Some(case) = found.pop().filter(|case| !case.events.is_empty()) else { return Ok(None) };
        let registration = case.registration.clone().unwrap_or_default();
        let deleted_since = case.gone_since();
        let events = case.known_by(deleted_since);
        if events.is_empty() {
            return Ok(None);
        }
        // Of what is taken back, how it stood then.
        let as_of = deleted_since.unwrap_or(self.as_of());
        let failed = |source| AnalyticsError::Clock { case_no: case_no.to_owned(), source };
        let known = self.rules.known(Some(as_of));
        let bench = known.bench(&events, &registration, case.landing).map_err(failed)?;
        let changes = bench.changes(&registration, None);
        let case_input = bench.input(&events, &registration, &changes);
        let explanation = sla::explain(&case_input, bench.calendar(), &self.rules.zone, bench.policy(), as_of);
        let mut explanation = explanation.map_err(failed)?;
        if let Some(since) = deleted_since {
            explanation.cards = cancelled(explanation.cards, since);
        }
        let clock = &explanation.clock;
        let mut lines: Vec<_> = case.events.iter().filter(|known| known.is_latest).collect();
        lines.sort_by(|left, right| order(&left.event).cmp(&order(&right.event)));
        Ok(Some(CaseExplanation {
            case_no: case.case_no.clone(),
            item_id: registration.item_id.clone(),
            item_name: registration.item_name.clone(),
            village_code: registration.village_code.clone(),
            org_code: registration.org_code.clone(),
            source_system: case.source_system.clone(),
            statutory_limit: explanation.statutory_limit,
            promised_limit: explanation.promised_limit,
            status: if deleted_since.is_some() { sla::Status::Excluded } else { clock.status(as_of) },
            used: explanation.used,
            deleted_since,
            events: lines.into_iter().map(line).collect(),
            explanation,
        }))
    }
}

fn order(event: &Event) -> (Timestamp, Option<i64>, u8, &str) {
    (event.occurred_at, event.seq, event.kind.rank(), &event.event_id)
}

fn line(known: &facts::KnownEvent) -> EventLine {
    let event = &known.event;
    EventLine {
        event_type: event.kind.as_str().to_owned(),
        step_name: event.step_name.clone(),
        org_code: event.org_code.clone(),
        occurred_at: event.occurred_at,
        recorded_at: event.recorded_at,
        known_at: event.known_at,
        close_result: event.close_result.map(|result| result.as_str().to_owned()),
        unfolded: known.unfolded,
        deleted_since: known.deleted_since,
    }
}
