//! The explanation as JSON.

use analytics::CaseExplanation;
use analytics::sla::{Card, Clock, DayLine, DayRole, OfficeDay, OfficePart, StepClock, Suspension};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Everything that the text says, with names.
pub(super) fn explanation(case: &CaseExplanation, as_of: Timestamp) -> Value {
    let (clock, explanation) = (&case.explanation.clock, &case.explanation);
    let events = case.events.iter().map(|event| {
        json!({ "event_type": event.event_type, "step_name": event.step_name, "org_code": event.org_code,
            "occurred_at": event.occurred_at, "recorded_at": event.recorded_at, "known_at": event.known_at,
            "close_result": event.close_result, "unfolded": event.unfolded })
    });
    let steps = clock.steps.iter().zip(&explanation.step_days).map(|(step, days)| self::step(step, days));
    let mut told = json!({
        "case_no": case.case_no, "as_of": as_of, "status": case.status, "item_id": case.item_id,
        "item_name": case.item_name, "village_code": case.village_code, "org_code": case.org_code,
        "source_system": case.source_system, "received_at": clock.received_at, "applied_at": clock.applied_at,
        "start_kind": clock.start.map(|start| start.kind), "start_from": clock.start.map(|start| start.from),
        "closed_at": clock.closed_at, "close_result": clock.close_result,
        "extension_days": clock.extension.map(|extension| extension.days),
        "used_wd": case.used.used_wd, "used_days_tenths": case.used.used_days_tenths,
        "used_office_sec": case.used.used_office_sec, "used_ratio_ppm": case.used.ratio_ppm,
        "reasons": clock.reasons, "policy": explanation.policy_name, "policy_version": explanation.policy_version,
        "calendar_version": explanation.calendar_version, "engine_version": explanation.engine_version,
        "clocks": [self::clock(&clock.promise), self::clock(&clock.statutory), self::clock(&clock.village)],
        "suspensions": clock.suspensions.iter().map(suspension).collect::<Vec<_>>(),
        "steps": steps.collect::<Vec<_>>(),
        "days": explanation.days.iter().map(day).collect::<Vec<_>>(),
        "cards": explanation.cards.iter().map(card).collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(),
    });
    // The promise clock stands at the top too: it is the one that raises cards.
    if let (Value::Object(told), Value::Object(promise)) = (&mut told, self::clock(&clock.promise)) {
        told.extend(promise.into_iter().filter(|(name, _)| name != "clock" && name != "ended_at"));
    }
    told
}

fn clock(clock: &Clock) -> Value {
    let dates = |dates: &[jiff::civil::Date]| dates.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({ "clock": clock.kind, "due_basis": clock.basis, "limit": clock.limit, "n": clock.n,
        "started_at": clock.started_at, "started_on": clock.started_on.map(|date| date.to_string()),
        "ended_at": clock.ended_at, "due_on": clock.due_on.map(|date| date.to_string()), "due_at": clock.due_at,
        "yellow_at": clock.yellow_at, "red_at": clock.red_at, "counted_on": dates(&clock.counted_on),
        "excluded_on": dates(&clock.excluded_on), "provisional": clock.provisional })
}

fn suspension(stop: &Suspension) -> Value {
    json!({ "stop_id": stop.id, "kind": stop.kind, "started_at": stop.started_at, "ended_at": stop.ended_at,
        "cap_at": stop.cap_at, "deducted_from": stop.deducted.map(|span| span.from),
        "deducted_until": stop.deducted.map(|span| span.until) })
}

fn step(step: &StepClock, days: &[DayLine]) -> Value {
    json!({ "step_seq": step.step_seq, "step_name": step.step_name, "org_code": step.org_code,
        "started_at": step.started_at, "ended_at": step.ended_at, "limit": step.limit,
        "due_on": step.due_on.map(|date| date.to_string()), "due_at": step.due_at, "yellow_at": step.yellow_at,
        "red_at": step.red_at, "used_wd": step.used_wd, "days": days.iter().map(day).collect::<Vec<_>>() })
}

fn day(day: &DayLine) -> Value {
    let counted = match day.role {
        DayRole::Counted(number) => Some(number),
        DayRole::Start | DayRole::Excluded | DayRole::NotOpen | DayRole::NotWorked => None,
    };
    json!({ "date": day.date.to_string(), "counted": counted, "is_start": day.role == DayRole::Start,
        "is_excluded": day.role == DayRole::Excluded, "is_open": day.role != DayRole::NotOpen, "kind": day.kind,
        "name": day.name, "stops": day.stops, "provisional": day.provisional, "marks": day.marks,
        "office": day.office.as_ref().map(office) })
}

fn office(day: &OfficeDay) -> Value {
    json!({ "parts": day.parts.iter().map(part).collect::<Vec<_>>(), "counted_sec": day.counted_sec,
        "sum_sec": day.sum_sec })
}

fn part(part: &OfficePart) -> Value {
    json!({ "from": part.from, "until": part.until, "role": part.role, "seconds": part.seconds() })
}

fn card(card: &Card) -> Value {
    json!({ "object_type": card.object_type, "object_id": card.object_id, "clock": card.clock, "level": card.level,
        "cycle": card.cycle, "condition_at": card.condition_at, "issued_at": card.issued_at, "due_at": card.due_at,
        "over_statutory_at": card.over_statutory_at, "superseded_at": card.superseded_at,
        "lapsed_at": card.lapsed_at, "cancelled_at": card.cancelled_at, "responsible_org": card.responsible })
}
